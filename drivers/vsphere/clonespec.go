package vsphere

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/drivers"
)

// cloneSpec is the whole machine in one request: place, size, network, data disks, boot document and mark.
func (c *creation) cloneSpec(t target, kept map[string]types.BaseVirtualDevice, userData []byte) (types.VirtualMachineCloneSpec, error) {
	nics, err := c.cards()
	if err != nil {
		return types.VirtualMachineCloneSpec{}, err
	}
	spec := types.VirtualMachineCloneSpec{
		Snapshot: t.snapshot,
		Location: types.VirtualMachineRelocateSpec{
			Pool: &c.pool.ref, Datastore: &t.datastore, DiskMoveType: string(types.VirtualMachineRelocateDiskMoveOptionsMoveAllDiskBackingsAndDisallowSharing),
		},
		Config: &types.VirtualMachineConfigSpec{
			NumCPUs: int32(c.cpus(c.spec)), MemoryMB: int64(c.memoryMiB(c.spec)),
			DeviceChange: append(nics, c.dataDisks(kept)...),
			ExtraConfig: slices.Concat(packed(userdataKey, userData), unreported(),
				[]types.BaseOptionValue{c.mark(t.davits).option(), &types.OptionValue{Key: "disk.EnableUUID", Value: "TRUE"}}),
		},
	}
	if c.links {
		spec.Location.DiskMoveType = string(types.VirtualMachineRelocateDiskMoveOptionsCreateNewChildDiskBacking)
	}
	if c.esx != nil {
		spec.Location.Host = &c.esx.ref
	}
	return spec, nil
}

func (c *creation) mark(folder string) mark {
	return mark{Owner: c.spec.Owner, Disks: c.disks, Folder: folder, Group: c.options.AntiAffinity, MTU: c.mtu, Stamp: c.spec.Stamp}
}

// cards connects the template's first network card to the host's network and takes away all others, so that the
// host has the one network that it asks for.
func (c *creation) cards() ([]types.BaseVirtualDeviceConfigSpec, error) {
	var changes []types.BaseVirtualDeviceConfigSpec
	for _, d := range c.devices {
		card, ok := d.(types.BaseVirtualEthernetCard)
		switch {
		case !ok:
		case len(changes) > 0:
			changes = append(changes, change(types.VirtualDeviceConfigSpecOperationRemove, d))
		default:
			// A new one of the same type: its MAC address is for the vCenter to choose.
			fresh, err := object.VirtualDeviceList{}.CreateEthernetCard(strings.ToLower(strings.TrimPrefix(fmt.Sprintf("%T", d), "*types.Virtual")), c.network.backing)
			if err != nil {
				return nil, fmt.Errorf("the network card of template %s: %w", c.name, err)
			}
			old, now := card.GetVirtualEthernetCard(), fresh.GetVirtualDevice()
			now.Key, now.ControllerKey, now.UnitNumber = old.Key, old.ControllerKey, old.UnitNumber
			changes = append(changes, change(types.VirtualDeviceConfigSpecOperationEdit, fresh))
		}
	}
	if len(changes) > 0 {
		return changes, nil
	}
	fresh, err := object.VirtualDeviceList{}.CreateEthernetCard("vmxnet3", c.network.backing)
	if err != nil {
		return nil, err
	}
	return append(changes, change(types.VirtualDeviceConfigSpecOperationAdd, fresh)), nil
}

func change(op types.VirtualDeviceConfigSpecOperation, d types.BaseVirtualDevice) *types.VirtualDeviceConfigSpec {
	return &types.VirtualDeviceConfigSpec{Operation: op, Device: d}
}

// dataDisks puts the disks on the template's first SCSI controller, or on a new one, in their order. A disk that was
// kept is attached, any other is made.
func (c *creation) dataDisks(kept map[string]types.BaseVirtualDevice) []types.BaseVirtualDeviceConfigSpec {
	if len(c.disks) == 0 {
		return nil
	}
	var changes []types.BaseVirtualDeviceConfigSpec
	controller, units := freeUnits(c.devices)
	if controller == newController {
		changes = append(changes, change(types.VirtualDeviceConfigSpecOperationAdd, &types.ParaVirtualSCSIController{
			VirtualSCSIController: types.VirtualSCSIController{
				VirtualController: types.VirtualController{VirtualDevice: types.VirtualDevice{Key: newController}},
				SharedBus:         types.VirtualSCSISharingNoSharing,
			},
		}))
	}
	for i, disk := range c.disks {
		d := &types.VirtualDisk{
			VirtualDevice: types.VirtualDevice{Key: int32(-200 - i), ControllerKey: controller, UnitNumber: &units[i], Backing: c.backing(disk)},
			CapacityInKB:  int64(c.spec.Disks[i].SizeGiB) << 20,
		}
		one := change(types.VirtualDeviceConfigSpecOperationAdd, d)
		one.FileOperation = types.VirtualDeviceConfigSpecFileOperationCreate
		if old, ok := kept[disk.ID]; ok {
			d.Backing, d.CapacityInKB, one.FileOperation = old.GetVirtualDevice().Backing, old.(*types.VirtualDisk).CapacityInKB, ""
		}
		if c.policies[i] != "" {
			one.Profile = []types.BaseVirtualMachineProfileSpec{&types.VirtualMachineDefinedProfileSpec{ProfileId: c.policies[i]}}
		}
		changes = append(changes, one)
	}
	return changes
}

func (c *creation) backing(disk markedDisk) *types.VirtualDiskFlatVer2BackingInfo {
	thin := !c.options.ThickDisks
	return &types.VirtualDiskFlatVer2BackingInfo{DiskMode: string(types.VirtualDiskModePersistent), ThinProvisioned: &thin, Uuid: disk.ID}
}

const newController = -100

// freeUnits gives a controller and the units that are free on it, the lowest first; 7 is the controller itself.
func freeUnits(devices []types.BaseVirtualDevice) (controller int32, units []int32) {
	controller = newController
	if i := slices.IndexFunc(devices, isSCSI); i >= 0 {
		controller = devices[i].GetVirtualDevice().Key
	}
	used := map[int32]bool{7: true}
	for _, d := range devices {
		if v := d.GetVirtualDevice(); v.ControllerKey == controller && v.UnitNumber != nil {
			used[*v.UnitNumber] = true
		}
	}
	for unit := range int32(16) {
		if !used[unit] {
			units = append(units, unit)
		}
	}
	return controller, units
}

func isSCSI(d types.BaseVirtualDevice) bool {
	_, ok := d.(types.BaseVirtualSCSIController)
	return ok
}

// diskOf gives the UUID of a disk's VMDK, or "".
func diskOf(d types.BaseVirtualDevice) string {
	if b, ok := d.GetVirtualDevice().Backing.(*types.VirtualDiskFlatVer2BackingInfo); ok && isDisk(d) {
		return b.Uuid
	}
	return ""
}

func identities(disks []markedDisk) []drivers.DiskIdentity {
	return each(disks, func(d markedDisk) drivers.DiskIdentity { return drivers.DiskIdentity{Path: diskPath(d.ID), ID: d.ID} })
}
