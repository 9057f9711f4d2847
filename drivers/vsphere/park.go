package vsphere

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/vmware/govmomi/vim25/types"
)

// park makes a machine that only keeps data disks out of a host: no card, no disk of the system, no boot document,
// never started, under a name that leaves the host's free. The disks stay where the vCenter knows them, with their
// policy, and with their owner in its mark.
func (d *Driver) park(ctx context.Context, m machine, stay []markedDisk) error {
	s, err := d.session(ctx)
	if err != nil {
		return err
	}
	if err := d.leaveGroup(ctx, m); err != nil {
		return err
	}
	if err := d.powerOff(ctx, s, m); err != nil {
		return err
	}
	now, there, err := d.machines.Get(ctx, m.Value)
	if err != nil || !there {
		return err
	}
	spec := types.VirtualMachineConfigSpec{Name: parkedName(m), ExtraConfig: []types.BaseOptionValue{
		mark{Owner: m.Owner, Disks: stay, Folder: m.Folder, Parked: true}.option(),
		&types.OptionValue{Key: userdataKey, Value: ""}, &types.OptionValue{Key: metadataKey, Value: ""},
	}}
	for _, device := range prop[types.ArrayOfVirtualDevice](now.thing, "config.hardware.device").VirtualDevice {
		_, card := device.(types.BaseVirtualEthernetCard)
		if card || isDisk(device) && !among(stay, device) {
			spec.DeviceChange = append(spec.DeviceChange, removal(device, isDisk(device)))
		}
	}
	return explain(d.reconfigure(ctx, m.ref, spec), "keep the disks of %s (%s)", m.name, m.Value)
}

func parkedName(m machine) string {
	return m.name + "-disks-" + string(m.Owner)[:min(8, len(m.Owner))]
}

// dropDisks removes data disks from a machine that itself stays.
func (d *Driver) dropDisks(ctx context.Context, m machine, stay []markedDisk) error {
	now, there, err := d.machines.Get(ctx, m.Value)
	if err != nil || !there {
		return err
	}
	gone := only(m.Disks, func(disk markedDisk) bool { return !slices.Contains(stay, disk) })
	left := m.mark
	left.Disks = stay
	spec := types.VirtualMachineConfigSpec{ExtraConfig: []types.BaseOptionValue{left.option()}}
	for _, device := range prop[types.ArrayOfVirtualDevice](now.thing, "config.hardware.device").VirtualDevice {
		if among(gone, device) {
			spec.DeviceChange = append(spec.DeviceChange, removal(device, true))
		}
	}
	return explain(d.reconfigure(ctx, m.ref, spec), "remove disks of %s (%s)", m.name, m.Value)
}

// keptDisks are the disks that an earlier host of this owner left.
func (c *creation) keptDisks(ctx context.Context, parked *machine) (map[string]types.BaseVirtualDevice, error) {
	kept := map[string]types.BaseVirtualDevice{}
	if parked == nil {
		return kept, nil
	}
	now, there, err := c.machines.Get(ctx, parked.Value)
	if err != nil || !there {
		return kept, err
	}
	for _, device := range prop[types.ArrayOfVirtualDevice](now.thing, "config.hardware.device").VirtualDevice {
		if among(parked.Disks, device) {
			kept[strings.ToLower(diskOf(device))] = device
		}
	}
	return kept, nil
}

// dissolve removes a machine whose disks another one has now. They are taken from it first, so that they don't go
// with it. It stays when it has more: what was kept waits for a host that asks for it.
func (d *Driver) dissolve(ctx context.Context, parked machine, taken []markedDisk) error {
	now, there, err := d.machines.Get(ctx, parked.Value)
	if err != nil || !there {
		return err
	}
	left := parked.mark
	left.Disks = only(parked.Disks, func(disk markedDisk) bool {
		return !slices.ContainsFunc(taken, func(other markedDisk) bool { return other.ID == disk.ID })
	})
	spec := types.VirtualMachineConfigSpec{}
	if len(left.Disks) > 0 {
		spec.ExtraConfig = []types.BaseOptionValue{left.option()}
	}
	for _, device := range prop[types.ArrayOfVirtualDevice](now.thing, "config.hardware.device").VirtualDevice {
		if among(taken, device) {
			spec.DeviceChange = append(spec.DeviceChange, removal(device, false))
		}
	}
	if len(spec.DeviceChange) > 0 {
		if err := d.reconfigure(ctx, parked.ref, spec); err != nil {
			return explain(err, "hand the disks of %s over", parked.name)
		}
	}
	if len(left.Disks) > 0 {
		return nil
	}
	return d.destroy(ctx, parked)
}

// takeOver ends what creates were killed in: a machine that was parked for disks which a host has by now is dissolved. It
// gives what is still to be reduced; where disks could not be taken over, the host stays too.
func (d *Driver) takeOver(ctx context.Context, affected, all []machine) ([]machine, error) {
	var errs []error
	left := affected
	for _, host := range affected {
		i := slices.IndexFunc(all, func(m machine) bool { return m.Owner == host.Owner && m.Parked })
		if host.Parked || i < 0 {
			continue
		}
		gone, err := d.takenOver(ctx, all[i], host)
		errs = append(errs, err)
		left = only(left, func(m machine) bool {
			return m.Owner != host.Owner || err == nil && (!gone || m.ref != all[i].ref)
		})
	}
	return left, errors.Join(errs...)
}

// takenOver dissolves a parked machine when a host has all of its disks; false: it has not.
func (d *Driver) takenOver(ctx context.Context, parked, host machine) (bool, error) {
	now, there, err := d.machines.Get(ctx, host.Value)
	if err != nil || !there {
		return false, err
	}
	devices := prop[types.ArrayOfVirtualDevice](now.thing, "config.hardware.device").VirtualDevice
	for _, disk := range parked.Disks {
		if !slices.ContainsFunc(devices, func(device types.BaseVirtualDevice) bool { return among([]markedDisk{disk}, device) }) {
			return false, nil
		}
	}
	return true, d.dissolve(ctx, parked, parked.Disks)
}

func among(disks []markedDisk, device types.BaseVirtualDevice) bool {
	id := diskOf(device)
	return id != "" && slices.ContainsFunc(disks, func(d markedDisk) bool { return strings.EqualFold(d.ID, id) })
}

// removal takes a device from a machine, with its file or without.
func removal(device types.BaseVirtualDevice, file bool) *types.VirtualDeviceConfigSpec {
	spec := change(types.VirtualDeviceConfigSpecOperationRemove, device)
	if file {
		spec.FileOperation = types.VirtualDeviceConfigSpecFileOperationDestroy
	}
	return spec
}
