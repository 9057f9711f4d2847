package vcenter

import (
	"fmt"
	"os"
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// CloneVMTask clones the machine with its disks: as overlays of a snapshot for a linked clone, else as copies.
func (m *machine) CloneVMTask(ctx *simulator.Context, req *types.CloneVM_Task) soap.HasFault {
	return &methods.CloneVM_TaskBody{Res: &types.CloneVM_TaskResponse{Returnval: m.task(ctx, "cloneVm", func() (types.AnyType, types.BaseMethodFault) {
		sources, fault := m.sources(&req.Spec)
		if fault != nil {
			return nil, fault
		}
		clone, fault := m.bare(ctx, req)
		if fault != nil {
			return nil, fault
		}
		if fault := clone.finish(ctx, &req.Spec, sources); fault != nil {
			_, _ = m.v.await(ctx, clone.VirtualMachine.DestroyTask(ctx, &types.Destroy_Task{This: clone.Self}))
			return nil, fault
		}
		if !req.Spec.PowerOn || req.Spec.Template {
			return clone.Self, nil
		}
		ctx.WithLock(clone.VirtualMachine, func() { fault = clone.powerOn(ctx) })
		return clone.Self, fault
	})}}
}

// sources are the files that the clone's disks begin as, in the order of the disks.
func (m *machine) sources(spec *types.VirtualMachineCloneSpec) ([]string, types.BaseMethodFault) {
	linked := isLinked(spec)
	switch {
	case linked && spec.Snapshot == nil:
		return nil, &types.InvalidArgument{InvalidProperty: "spec.snapshot"}
	case spec.Snapshot == nil && m.on():
		return nil, &types.InvalidPowerState{RequestedState: types.VirtualMachinePowerStatePoweredOff, ExistingState: m.Runtime.PowerState}
	}
	var files []string
	for _, d := range disks(m.VirtualMachine) {
		file := m.v.diskFile(d)
		if spec.Snapshot != nil {
			layer, ok := m.v.layer(spec.Snapshot.Value, file)
			if !ok {
				return nil, &types.InvalidArgument{InvalidProperty: "spec.snapshot"}
			}
			file = layer
		}
		files = append(files, file)
	}
	return files, nil
}

func isLinked(spec *types.VirtualMachineCloneSpec) bool {
	return spec.Location.DiskMoveType == string(types.VirtualMachineRelocateDiskMoveOptionsCreateNewChildDiskBacking)
}

// bare has the simulator clone the machine alone: off, without the devices that the caller adds or changes.
func (m *machine) bare(ctx *simulator.Context, req *types.CloneVM_Task) (*machine, types.BaseMethodFault) {
	bare := *req
	bare.Spec.PowerOn, bare.Spec.Template = false, false
	bare.Spec.Location.DeviceChange = nil
	if req.Spec.Config != nil {
		config := *req.Spec.Config
		config.DeviceChange = nil
		bare.Spec.Config = &config
	}
	made, fault := m.v.await(ctx, m.VirtualMachine.CloneVMTask(ctx, &bare))
	if fault != nil {
		return nil, fault
	}
	return &machine{VirtualMachine: m.v.vm(made.(ref)), v: m.v}, nil
}

// finish gives the clone its disks and all that the caller wants otherwise than the source has it.
func (m *machine) finish(ctx *simulator.Context, spec *types.VirtualMachineCloneSpec, sources []string) types.BaseMethodFault {
	for i, d := range disks(m.VirtualMachine) {
		if err := m.v.fillFrom(sources[i], m.v.diskFile(d), isLinked(spec)); err != nil {
			return broken("disk of %s: %w", m.Name, err)
		}
	}
	want := types.VirtualMachineConfigSpec{}
	if spec.Config != nil {
		want = *spec.Config
	}
	want.Name, want.Files = "", nil
	want.DeviceChange = append(slices.Clip(spec.Location.DeviceChange), want.DeviceChange...)
	if _, fault := m.v.await(ctx, m.VirtualMachine.ReconfigVMTask(ctx, &types.ReconfigVM_Task{This: m.Self, Spec: want})); fault != nil {
		return fault
	}
	ctx.WithLock(m.VirtualMachine, func() { m.v.nameCards(ctx, m.VirtualMachine) })
	if spec.Template {
		m.MarkAsTemplate(&types.MarkAsTemplate{This: m.Self})
	}
	return nil
}

// fillFrom makes a clone's disk of its source; a source that was never started has no contents yet.
func (v *VCenter) fillFrom(source, file string, linked bool) error {
	if info, err := os.Stat(source); err != nil || info.Size() == 0 {
		return err
	}
	if linked {
		return v.overlay(v.alive, file, source)
	}
	if err := os.Remove(file); err != nil {
		return fmt.Errorf("the simulator made no file: %w", err)
	}
	return v.config.Tools.Copy(v.alive, file, source)
}
