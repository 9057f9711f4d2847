package vcenter

import (
	"fmt"
	"log/slog"
	"net/netip"
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// addressKey is what cloud-init's DataSourceVMware tells about the guest's default address.
const addressKey = "guestinfo.local-ipv4"

// hear takes a variable that the guest set into the inventory.
func (v *VCenter) hear(g *guest, key, value string) {
	ctx, vm := v.simulatorContext(v.alive), v.vm(g.vm)
	if vm == nil {
		return
	}
	ctx.WithLock(vm, func() {
		if v.guest(g.vm.Value) != g {
			return
		}
		if !slices.Contains(g.told, key) {
			g.told = append(g.told, key)
		}
		setOptions(ctx, vm, map[string]string{key: value})
		changes := []types.PropertyChange{
			{Name: "guest.toolsStatus", Val: types.VirtualMachineToolsStatusToolsOk},
			{Name: "guest.toolsRunningStatus", Val: string(types.VirtualMachineToolsRunningStatusGuestToolsRunning)},
			{Name: "summary.guest.toolsRunningStatus", Val: string(types.VirtualMachineToolsRunningStatusGuestToolsRunning)},
			{Name: "guest.guestState", Val: string(types.VirtualMachineGuestStateRunning)},
		}
		if key == addressKey {
			changes = append(changes, v.reach(g, vm, value)...)
		}
		ctx.Update(vm, changes)
	})
}

// setOptions writes extraConfig; an empty value removes its key. No task is made of it: the vCenter itself does it, and
// a task that begins while its machine is locked can lock up with a client that watches all tasks.
func setOptions(ctx *simulator.Context, vm *simulator.VirtualMachine, values map[string]string) {
	const path = "config.extraConfig"
	options := slices.Clone(vm.Config.ExtraConfig)
	var changes []types.PropertyChange
	for key, value := range values {
		changed := types.PropertyChange{Name: (&mo.Field{Path: path, Key: key}).String(), Op: types.PropertyChangeOpRemove}
		options = slices.DeleteFunc(options, func(o types.BaseOptionValue) bool { return o.GetOptionValue().Key == key })
		if value != "" {
			changed.Op, changed.Val = types.PropertyChangeOpAssign, types.OptionValue{Key: key, Value: value}
			options = append(options, &types.OptionValue{Key: key, Value: value})
		}
		changes = append(changes, changed)
	}
	ctx.Update(vm, append(changes, types.PropertyChange{Name: path, Val: options}))
}

// reach lets the host reach the guest at its address and gives what changes in the inventory. The address stays
// unknown there when the host can't reach it: a client that waits for it would wait for nothing.
func (v *VCenter) reach(g *guest, vm *simulator.VirtualMachine, text string) []types.PropertyChange {
	addr, err := netip.ParseAddr(text)
	if err != nil || addr == g.address {
		return nil
	}
	v.withdraw(g)
	if err := v.publish(g, addr); err != nil {
		slog.Warn("the host can't reach a machine", "name", g.name, "address", addr, "err", err)
		return addressChanges(vm, "")
	}
	slog.Info("machine has an address", "name", g.name, "address", addr)
	return addressChanges(vm, addr.String())
}

// publish makes an address a guest's, unless it is another's.
func (v *VCenter) publish(g *guest, addr netip.Addr) error {
	v.mu.Lock()
	defer v.mu.Unlock()
	for _, other := range v.guests {
		if other != g && other.address == addr {
			return fmt.Errorf("%s has this address", other.name)
		}
	}
	if err := v.config.LAN.Publish(v.alive, addr); err != nil {
		return err
	}
	g.address = addr
	return nil
}

func (v *VCenter) withdraw(g *guest) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if g.address.IsValid() {
		v.config.LAN.Withdraw(g.address)
	}
	g.address = netip.Addr{}
}

func addressChanges(vm *simulator.VirtualMachine, addr string) []types.PropertyChange {
	nics := slices.Clone(vm.Guest.Net)
	if len(nics) > 0 {
		nics[0].IpAddress, nics[0].IpConfig, nics[0].Connected = nil, nil, true
		if addr != "" {
			nics[0].IpAddress = []string{addr}
			nics[0].IpConfig = &types.NetIpConfigInfo{IpAddress: []types.NetIpConfigInfoIpAddress{{
				IpAddress: addr, PrefixLength: 20, State: string(types.NetIpConfigInfoIpAddressStatusPreferred),
			}}}
		}
	}
	return []types.PropertyChange{
		{Name: "guest.ipAddress", Val: addr}, {Name: "summary.guest.ipAddress", Val: addr}, {Name: "guest.net", Val: nics},
	}
}

// forget removes what was known of a guest that has ended; variables that it set are again what they were before.
func (v *VCenter) forget(ctx *simulator.Context, vm *simulator.VirtualMachine, g *guest) {
	if g == nil {
		return
	}
	before := map[string]string{}
	for _, key := range g.told {
		before[key] = g.given[key]
	}
	setOptions(ctx, vm, before)
	ctx.Update(vm, append(addressChanges(vm, ""),
		types.PropertyChange{Name: "guest.toolsStatus", Val: types.VirtualMachineToolsStatusToolsNotRunning},
		types.PropertyChange{Name: "guest.toolsRunningStatus", Val: string(types.VirtualMachineToolsRunningStatusGuestToolsNotRunning)},
		types.PropertyChange{Name: "summary.guest.toolsRunningStatus", Val: string(types.VirtualMachineToolsRunningStatusGuestToolsNotRunning)},
		types.PropertyChange{Name: "guest.guestState", Val: string(types.VirtualMachineGuestStateNotRunning)}))
}
