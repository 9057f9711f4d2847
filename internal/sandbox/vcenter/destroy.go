package vcenter

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// DestroyTask removes a machine that is off, with its disks. Disks in its folder that it has no more stay.
func (m *machine) DestroyTask(ctx *simulator.Context, req *types.Destroy_Task) soap.HasFault {
	return &methods.Destroy_TaskBody{Res: &types.Destroy_TaskResponse{Returnval: m.task(ctx, "destroy", func() (types.AnyType, types.BaseMethodFault) {
		if fault := m.destroyable(); fault != nil {
			return nil, fault
		}
		dir := m.v.file(m.Config.Files.LogDirectory)
		restore, err := m.v.setAside(dir, m.VirtualMachine)
		if err != nil {
			return nil, broken("disks that stay: %w", err)
		}
		_, fault := m.v.await(ctx, m.VirtualMachine.DestroyTask(ctx, req))
		if err := restore(); err != nil && fault == nil {
			fault = broken("disks that stay: %w", err)
		}
		return nil, fault
	})}}
}

// destroyable says what is in the way: the machine runs, or linked clones need its disks.
func (m *machine) destroyable() types.BaseMethodFault {
	if m.on() {
		return &types.InvalidPowerState{RequestedState: types.VirtualMachinePowerStatePoweredOff, ExistingState: m.Runtime.PowerState}
	}
	if disk := m.v.needed(m.v.file(m.Config.Files.LogDirectory)); disk != "" {
		return &types.ResourceInUse{Type: "VirtualDisk", Name: disk}
	}
	return nil
}

// setAside moves what a machine's folder holds of disks that are not its own out of the way, until restore.
func (v *VCenter) setAside(dir string, vm *simulator.VirtualMachine) (restore func() error, err error) {
	own := map[string]bool{}
	for _, d := range disks(vm) {
		own[diskName(v.file(backing(d).FileName))] = true
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var stay []string
	for _, e := range entries {
		if strings.Contains(e.Name(), ".vmdk") && !own[diskName(filepath.Join(dir, e.Name()))] {
			stay = append(stay, e.Name())
		}
	}
	if len(stay) == 0 {
		return func() error { return nil }, nil
	}
	aside := dir + ".stays"
	if err := os.Mkdir(aside, 0o700); err != nil {
		return nil, err
	}
	return func() error { return os.Rename(aside, dir) }, moveAll(stay, dir, aside)
}

func moveAll(names []string, from, to string) error {
	for _, name := range names {
		if err := os.Rename(filepath.Join(from, name), filepath.Join(to, name)); err != nil {
			return err
		}
	}
	return nil
}

// diskName is what the files of one disk have in common: x of x.vmdk, x-flat.vmdk and its layers.
func diskName(file string) string {
	name, _, _ := strings.Cut(filepath.Base(file), ".vmdk")
	return filepath.Join(filepath.Dir(file), strings.TrimSuffix(name, "-flat"))
}
