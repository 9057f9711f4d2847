package vcenter

import (
	"fmt"
	"os"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// CreateSnapshotTask takes a snapshot of a machine that is off.
func (m *machine) CreateSnapshotTask(ctx *simulator.Context, req *types.CreateSnapshot_Task) soap.HasFault {
	return &methods.CreateSnapshot_TaskBody{Res: &types.CreateSnapshot_TaskResponse{Returnval: m.task(ctx, "createSnapshot", func() (types.AnyType, types.BaseMethodFault) {
		return m.snapshot(ctx, &types.CreateSnapshotEx_Task{This: req.This, Name: req.Name, Description: req.Description})
	})}}
}

// CreateSnapshotExTask takes a snapshot of a machine that is off.
func (m *machine) CreateSnapshotExTask(ctx *simulator.Context, req *types.CreateSnapshotEx_Task) soap.HasFault {
	return &methods.CreateSnapshotEx_TaskBody{Res: &types.CreateSnapshotEx_TaskResponse{Returnval: m.task(ctx, "createSnapshotEx", func() (types.AnyType, types.BaseMethodFault) {
		return m.snapshot(ctx, req)
	})}}
}

func (m *machine) snapshot(ctx *simulator.Context, req *types.CreateSnapshotEx_Task) (types.AnyType, types.BaseMethodFault) {
	if m.on() {
		return nil, &types.InvalidPowerState{RequestedState: types.VirtualMachinePowerStatePoweredOff, ExistingState: m.Runtime.PowerState}
	}
	made, fault := m.v.await(ctx, m.VirtualMachine.CreateSnapshotExTask(ctx, req))
	if fault != nil {
		return nil, fault
	}
	id := made.(ref).Value
	for _, d := range disks(m.VirtualMachine) {
		if err := m.v.freeze(id, m.v.diskFile(d), d.CapacityInBytes); err != nil {
			return nil, broken("snapshot of %s: %w", m.Name, err)
		}
	}
	return made, nil
}

// freeze keeps a disk's file as it is, as a layer that nobody writes to any more, under an overlay in its place.
func (v *VCenter) freeze(snapshot, file string, size int64) error {
	if err := v.fill(v.alive, file, size); err != nil {
		return err
	}
	layer := fmt.Sprintf("%s.%s", file, snapshot)
	if err := os.Rename(file, layer); err != nil {
		return err
	}
	v.remember(snapshot, file, layer)
	return v.overlay(v.alive, file, layer)
}

func (v *VCenter) remember(snapshot, file, layer string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.layers[snapshot] == nil {
		v.layers[snapshot] = map[string]string{}
	}
	v.layers[snapshot][file] = layer
}

// layer is the file with what a disk's file held at a snapshot.
func (v *VCenter) layer(snapshot, file string) (string, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	layer, ok := v.layers[snapshot][file]
	return layer, ok
}
