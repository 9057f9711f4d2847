package vcenter

import (
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// ReconfigVMTask changes a machine. One that runs keeps its hardware: nothing is plugged into it while it runs.
func (m *machine) ReconfigVMTask(ctx *simulator.Context, req *types.ReconfigVM_Task) soap.HasFault {
	if m.on() && (len(req.Spec.DeviceChange) > 0 || req.Spec.NumCPUs != 0 || req.Spec.MemoryMB != 0) {
		return &methods.ReconfigVM_TaskBody{Res: &types.ReconfigVM_TaskResponse{Returnval: m.task(ctx, "reconfigVm", func() (types.AnyType, types.BaseMethodFault) {
			return nil, &types.InvalidPowerState{RequestedState: types.VirtualMachinePowerStatePoweredOff, ExistingState: m.Runtime.PowerState}
		})}}
	}
	return m.VirtualMachine.ReconfigVMTask(ctx, req)
}
