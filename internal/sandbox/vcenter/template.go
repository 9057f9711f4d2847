package vcenter

import (
	"context"
	"fmt"
	"path"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/internal/sandbox/qemu"
)

// Memory of a template's clones when they ask for none, in MiB.
const templateMemory = 1024

// addTemplate registers a guest image: a machine whose disk is an overlay of it, with a snapshot for linked clones,
// made a template.
func (v *VCenter) addTemplate(ctx context.Context, s site, t Template) error {
	size, err := qemu.Size(t.Image)
	if err != nil {
		return fmt.Errorf("image of template %s: %w", t.Name, err)
	}
	devices, err := templateDevices(s, t.Name, size)
	if err != nil {
		return err
	}
	made, err := result(ctx)(s.folders.VmFolder.CreateVM(ctx, types.VirtualMachineConfigSpec{
		Name: t.Name, GuestId: string(types.VirtualMachineGuestOsIdentifierDebian12_64Guest),
		NumCPUs: 1, MemoryMB: templateMemory, DeviceChange: devices,
		Files:       &types.VirtualMachineFileInfo{VmPathName: "[" + Datastore + "]"},
		Flags:       &types.VirtualMachineFlagInfo{DiskUuidEnabled: new(true)},
		ExtraConfig: []types.BaseOptionValue{&types.OptionValue{Key: "disk.EnableUUID", Value: "TRUE"}},
		Annotation:  "Guest image of the sandbox.",
	}, s.pool, s.host))
	if err != nil {
		return fmt.Errorf("template %s: %w", t.Name, err)
	}
	sim := v.simulatorContext(ctx)
	vm := v.vm(made)
	for _, d := range disks(vm) {
		if err := v.overlay(ctx, v.diskFile(d), t.Image); err != nil {
			return fmt.Errorf("template %s: %w", t.Name, err)
		}
	}
	m := &machine{VirtualMachine: vm, v: v}
	if _, fault := v.await(sim, m.CreateSnapshotTask(sim, &types.CreateSnapshot_Task{This: made, Name: Snapshot})); fault != nil {
		return fmt.Errorf("template %s: snapshot: %T", t.Name, fault)
	}
	return object.NewVirtualMachine(s.pool.Client(), made).MarkAsTemplate(ctx)
}

func templateDevices(s site, name string, size int64) ([]types.BaseVirtualDeviceConfigSpec, error) {
	var devices object.VirtualDeviceList
	scsi, err := devices.CreateSCSIController("pvscsi")
	if err != nil {
		return nil, err
	}
	devices = append(devices, scsi)
	file := object.DatastorePath{Datastore: Datastore, Path: path.Join(name, name+".vmdk")}
	disk := devices.CreateDisk(scsi.(types.BaseVirtualController), ref{}, file.String())
	disk.CapacityInKB = (size + 1023) / 1024
	card, err := devices.CreateEthernetCard("vmxnet3", s.card)
	if err != nil {
		return nil, err
	}
	return append(devices, disk, card).ConfigSpec(types.VirtualDeviceConfigSpecOperationAdd)
}

func (v *VCenter) vm(id ref) *simulator.VirtualMachine {
	vm, _ := v.model.Map().Get(id).(*simulator.VirtualMachine)
	return vm
}
