package vcenter

import (
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/internal/sandbox/qemu"
)

// guest is a running machine of a virtual machine.
type guest struct {
	vm      ref
	name    string
	process *qemu.Process
	ready   chan struct{}     // closed when process is set
	address netip.Addr        // where the host reaches it; not valid: nowhere
	given   map[string]string // variables it was started with
	told    []string          // variables that the guest set; they go with it
}

func (v *VCenter) guest(id string) *guest {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.guests[id]
}

// take gives a guest to the one who ends it; nil when there is none any more.
func (v *VCenter) take(id string) *guest {
	v.mu.Lock()
	defer v.mu.Unlock()
	g := v.guests[id]
	delete(v.guests, id)
	return g
}

func (v *VCenter) takeAll() []*guest {
	v.mu.Lock()
	defer v.mu.Unlock()
	var all []*guest
	for id, g := range v.guests {
		all = append(all, g)
		delete(v.guests, id)
	}
	return all
}

// start starts the machine of a virtual machine, whose lock the caller holds.
func (v *VCenter) start(vm *simulator.VirtualMachine) error {
	m, err := v.build(vm)
	if err != nil {
		return err
	}
	g := &guest{vm: vm.Self, name: vm.Name, ready: make(chan struct{}), given: m.GuestInfo}
	defer close(g.ready)
	g.process, err = v.config.Host.Start(v.alive, m, &qemu.Hooks{
		Network: func(_ int, conn net.Conn) { _ = v.config.LAN.Plug(v.alive, conn) }, // ends with the machine
		GuestInfo: func(key, value string) {
			<-g.ready
			v.hear(g, key, value)
		},
		Ended: func(*qemu.Process) {
			<-g.ready
			v.ended(g)
		},
	})
	if err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.guests[vm.Self.Value] = g
	slog.Info("machine started", "name", vm.Name, "vm", vm.Self.Value, "pid", g.process.PID())
	return nil
}

// stop ends a guest; nil is none.
func (v *VCenter) stop(g *guest) {
	if g == nil {
		return
	}
	if err := g.process.Stop(); err != nil {
		slog.Warn("machine left files", "name", g.name, "err", err)
	}
	v.withdraw(g)
	slog.Info("machine stopped", "name", g.name, "vm", g.vm.Value)
}

// ended follows a guest that ended by itself: it was shut down from within, or by the button.
func (v *VCenter) ended(g *guest) {
	ctx, vm := v.simulatorContext(v.alive), v.vm(g.vm)
	if vm == nil {
		return
	}
	ctx.WithLock(vm, func() {
		if v.guest(g.vm.Value) != g {
			return // whoever took it says so
		}
		v.stop(v.take(g.vm.Value))
		v.forget(ctx, vm, g)
		ctx.Update(vm, []types.PropertyChange{
			{Name: "runtime.powerState", Val: types.VirtualMachinePowerStatePoweredOff},
			{Name: "summary.runtime.powerState", Val: types.VirtualMachinePowerStatePoweredOff},
		})
	})
}

// build says what machine a virtual machine is.
func (v *VCenter) build(vm *simulator.VirtualMachine) (qemu.Machine, error) {
	m := qemu.Machine{
		Name: vm.Name, Dir: v.machineDir(vm.Self.Value), MTU: v.config.MTU, GuestInfo: map[string]string{},
		CPUs: int(vm.Config.Hardware.NumCPU), MemoryMiB: int64(vm.Config.Hardware.MemoryMB),
	}
	devices := object.VirtualDeviceList(vm.Config.Hardware.Device)
	for _, d := range disks(vm) {
		disk, err := v.prepare(v.alive, devices, d)
		if err != nil {
			return m, fmt.Errorf("disk %s of %s: %w", devices.Name(d), vm.Name, err)
		}
		m.Disks = append(m.Disks, disk)
	}
	for _, d := range devices {
		if card, ok := d.(types.BaseVirtualEthernetCard); ok {
			m.MACs = append(m.MACs, strings.ToLower(card.GetVirtualEthernetCard().MacAddress))
		}
	}
	for _, option := range vm.Config.ExtraConfig {
		if o := option.GetOptionValue(); strings.HasPrefix(o.Key, "guestinfo.") {
			m.GuestInfo[o.Key] = fmt.Sprint(o.Value)
		}
	}
	return m, nil
}
