package vcsim

import (
	"net/netip"
	"strings"
	"sync"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// Mute in the name of a machine keeps its guest from reporting an address.
const Mute = "mute"

// guests gives a machine that starts running tools and an address of its own.
type guests struct {
	mu   sync.Mutex
	last netip.Addr
}

// Reference, PutObject and RemoveObject make it a handler of the simulator's.
func (g *guests) Reference() types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: "DavitGuests", Value: "guests"}
}

// PutObject does nothing.
func (g *guests) PutObject(*simulator.Context, mo.Reference) {}

// RemoveObject does nothing.
func (g *guests) RemoveObject(*simulator.Context, types.ManagedObjectReference) {}

// UpdateObject boots the guest of a machine that was powered on. The caller holds the machine, so it is done after.
func (g *guests) UpdateObject(ctx *simulator.Context, r mo.Reference, changes []types.PropertyChange) {
	for _, change := range changes {
		if change.Name == "runtime.powerState" && change.Val == types.VirtualMachinePowerStatePoweredOn {
			go boot(ctx, r.Reference(), g.next().String())
		}
	}
}

func (g *guests) next() netip.Addr {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.last.IsValid() {
		g.last = netip.AddrFrom4([4]byte{10, 9, 0, 0})
	}
	g.last = g.last.Next()
	return g.last
}

func boot(ctx *simulator.Context, r types.ManagedObjectReference, address string) {
	ctx.Map.WithLock(&simulator.Context{Map: ctx.Map}, r, func() {
		vm, ok := ctx.Map.Get(r).(*simulator.VirtualMachine)
		if !ok || vm.Runtime.PowerState != types.VirtualMachinePowerStatePoweredOn || strings.Contains(vm.Name, Mute) {
			return
		}
		ctx.Map.Update(ctx, vm, []types.PropertyChange{
			{Name: "guest.toolsRunningStatus", Val: string(types.VirtualMachineToolsRunningStatusGuestToolsRunning)},
			{Name: "guest.ipAddress", Val: address},
		})
	})
}
