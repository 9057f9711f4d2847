package vcenter

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

func (m *machine) on() bool { return m.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOn }

// PowerOnVMTask starts the machine.
func (m *machine) PowerOnVMTask(ctx *simulator.Context, _ *types.PowerOnVM_Task) soap.HasFault {
	return &methods.PowerOnVM_TaskBody{Res: &types.PowerOnVM_TaskResponse{Returnval: m.task(ctx, "powerOn", func() (types.AnyType, types.BaseMethodFault) {
		return nil, m.powerOn(ctx)
	})}}
}

func (m *machine) powerOn(ctx *simulator.Context) types.BaseMethodFault {
	flip := func() types.BaseMethodFault {
		_, fault := m.v.await(ctx, m.VirtualMachine.PowerOnVMTask(ctx, &types.PowerOnVM_Task{This: m.Self}))
		return fault
	}
	if m.on() || m.Config.Template {
		return flip() // says why not
	}
	if err := m.v.start(m.VirtualMachine); err != nil {
		return broken("%w", err)
	}
	if fault := flip(); fault != nil {
		m.v.stop(m.v.take(m.Self.Value))
		return fault
	}
	return nil
}

// PowerOffVMTask pulls the plug.
func (m *machine) PowerOffVMTask(ctx *simulator.Context, _ *types.PowerOffVM_Task) soap.HasFault {
	return &methods.PowerOffVM_TaskBody{Res: &types.PowerOffVM_TaskResponse{Returnval: m.task(ctx, "powerOff", func() (types.AnyType, types.BaseMethodFault) {
		return nil, m.powerOff(ctx)
	})}}
}

func (m *machine) powerOff(ctx *simulator.Context) types.BaseMethodFault {
	if _, fault := m.v.await(ctx, m.VirtualMachine.PowerOffVMTask(ctx, &types.PowerOffVM_Task{This: m.Self})); fault != nil {
		return fault
	}
	g := m.v.take(m.Self.Value)
	m.v.stop(g)
	m.v.forget(ctx, m.VirtualMachine, g)
	return nil
}

// ResetVMTask starts the machine anew, with the variables it has now.
func (m *machine) ResetVMTask(ctx *simulator.Context, _ *types.ResetVM_Task) soap.HasFault {
	return &methods.ResetVM_TaskBody{Res: &types.ResetVM_TaskResponse{Returnval: m.task(ctx, "reset", func() (types.AnyType, types.BaseMethodFault) {
		if fault := m.powerOff(ctx); fault != nil {
			return nil, fault
		}
		return nil, m.powerOn(ctx)
	})}}
}

// ShutdownGuest presses the power button; the machine is off when its guest has obeyed.
func (m *machine) ShutdownGuest(ctx *simulator.Context, _ *types.ShutdownGuest) soap.HasFault {
	body := &methods.ShutdownGuestBody{Res: new(types.ShutdownGuestResponse)}
	if fault := m.ask(ctx, func(g *guest) error { return g.process.Shutdown(ctx) }); fault != nil {
		return &methods.ShutdownGuestBody{Fault_: simulator.Fault("", fault)}
	}
	return body
}

// RebootGuest presses the reset button: QEMU's guest can't be asked more kindly.
func (m *machine) RebootGuest(ctx *simulator.Context, _ *types.RebootGuest) soap.HasFault {
	body := &methods.RebootGuestBody{Res: new(types.RebootGuestResponse)}
	if fault := m.ask(ctx, func(g *guest) error { return g.process.Reset(ctx) }); fault != nil {
		return &methods.RebootGuestBody{Fault_: simulator.Fault("", fault)}
	}
	return body
}

// ask has a guest do something, for which it has to run.
func (m *machine) ask(_ *simulator.Context, do func(*guest) error) types.BaseMethodFault {
	g := m.v.guest(m.Self.Value)
	switch {
	case !m.on() || g == nil:
		return &types.InvalidPowerState{RequestedState: types.VirtualMachinePowerStatePoweredOn, ExistingState: m.Runtime.PowerState}
	case m.Guest.ToolsRunningStatus != string(types.VirtualMachineToolsRunningStatusGuestToolsRunning):
		return &types.ToolsUnavailable{}
	}
	if err := do(g); err != nil {
		return broken("%w", err)
	}
	return nil
}
