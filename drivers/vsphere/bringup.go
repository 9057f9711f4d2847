package vsphere

import (
	"context"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/drivers"
)

// bringUp completes a machine while it is off, starts it and waits for its address. Each step looks whether it is
// done already, so that it goes on wherever an earlier try ended.
func (c *creation) bringUp(ctx context.Context, m machine, parked *machine) (drivers.Host, error) {
	if c.spec.Again || m.props == nil {
		var err error
		if m, err = c.machine(ctx, m.Value); err != nil {
			return drivers.Host{}, err
		}
	}
	if m.extra(metadataKey) == "" {
		if err := c.complete(ctx, m); err != nil {
			return drivers.Host{}, err
		}
	}
	if parked != nil {
		if err := c.dissolve(ctx, *parked, m.Disks); err != nil {
			return drivers.Host{}, err
		}
	}
	if err := c.label(ctx, m); err != nil {
		return drivers.Host{}, err
	}
	if err := c.powerOn(ctx, m); err != nil {
		return drivers.Host{}, err
	}
	addresses, err := c.awaitAddress(ctx, m)
	return drivers.Host{ID: m.Value, Name: c.spec.Name, State: drivers.StateRunning, Addresses: addresses, LinkMTU: c.mtu, Disks: identities(m.Disks)}, err
}

// complete tells the guest its network, now that the vCenter has chosen a MAC address, and sees to it that the data
// disks have the UUIDs that the boot document knows them by.
func (c *creation) complete(ctx context.Context, m machine) error {
	devices := prop[types.ArrayOfVirtualDevice](m.thing, "config.hardware.device").VirtualDevice
	mac := ""
	for _, d := range devices {
		if card, ok := d.(types.BaseVirtualEthernetCard); ok && mac == "" {
			mac = strings.ToLower(card.GetVirtualEthernetCard().MacAddress)
		}
	}
	if mac == "" {
		return fmt.Errorf("virtual machine %s has no network card with a MAC address", c.spec.Name)
	}
	changes, err := c.named(devices)
	if err != nil {
		return err
	}
	err = c.reconfigure(ctx, m.ref, types.VirtualMachineConfigSpec{DeviceChange: changes, ExtraConfig: packed(metadataKey, metadata(c.spec, c.options, mac))})
	return explain(err, "configure %s", c.spec.Name)
}

// named gives the disks their UUIDs where the clone did not: they are found by their places.
func (c *creation) named(devices []types.BaseVirtualDevice) ([]types.BaseVirtualDeviceConfigSpec, error) {
	controller, _ := freeUnits(devices) // the template may have had none
	_, units := freeUnits(c.devices)
	var changes []types.BaseVirtualDeviceConfigSpec
	for i, disk := range c.disks {
		found := only(devices, func(d types.BaseVirtualDevice) bool {
			v := d.GetVirtualDevice()
			return isDisk(d) && (diskOf(d) == disk.ID || v.UnitNumber != nil && *v.UnitNumber == units[i] && v.ControllerKey == controller)
		})
		if len(found) == 0 {
			return nil, fmt.Errorf("virtual machine %s came without its disk %s", c.spec.Name, disk.Name)
		}
		if backing, ok := found[0].GetVirtualDevice().Backing.(*types.VirtualDiskFlatVer2BackingInfo); ok && !strings.EqualFold(backing.Uuid, disk.ID) {
			backing.Uuid = disk.ID
			changes = append(changes, change(types.VirtualDeviceConfigSpecOperationEdit, found[0]))
		}
	}
	return changes, nil
}

func (d *Driver) reconfigure(ctx context.Context, r ref, spec types.VirtualMachineConfigSpec) error {
	s, err := d.session(ctx)
	if err != nil {
		return err
	}
	ask := func(ctx context.Context) (*object.Task, error) { return s.vm(r).Reconfigure(ctx, spec) }
	_, err = s.taskUntil(ctx, d.pace.grace, ask, func(ctx context.Context, t ref) (any, error) { return s.waiter.resultWith(ctx, t, r) })
	return err
}

func (c *creation) powerOn(ctx context.Context, m machine) error {
	if m.power() == types.VirtualMachinePowerStatePoweredOn {
		return nil
	}
	err := c.s.powerTask(ctx, c.pace.grace, m.ref, c.s.vm(m.ref).PowerOn, isOn)
	if isFault(err, new(types.InvalidPowerState)) {
		return nil
	}
	return explain(err, "start %s", c.spec.Name)
}

// patience is how long an IPv4 address may come after an IPv6 one.
const patience = 15 * time.Second

// awaitAddress waits for the address that the guest's tools report. A static one is known.
func (c *creation) awaitAddress(ctx context.Context, m machine) ([]drivers.Address, error) {
	if prefix, err := netip.ParsePrefix(c.options.StaticAddress); err == nil {
		return []drivers.Address{{IP: prefix.Addr()}}, nil
	}
	var got []drivers.Address
	wait := func(ctx context.Context, enough func(drivers.Address) bool) error {
		return c.s.waiter.wait(ctx, m.ref, func(t thing, there bool) (bool, error) {
			got = addressesOf(t)
			if !there {
				return false, notFound("virtual machine %s is gone while it was being started", c.spec.Name)
			}
			if len(only(got, enough)) > 0 || t.extra(drivers.ReportVerdict) != drivers.VerdictError {
				return len(only(got, enough)) > 0, nil
			}
			return false, fmt.Errorf("the guest of %s reports that cloud-init failed, and no address", c.spec.Name)
		})
	}
	err := wait(ctx, func(drivers.Address) bool { return true })
	if err != nil {
		return nil, c.noAddress(ctx, err)
	}
	if !got[0].IP.Is4() {
		limited, cancel := context.WithTimeout(ctx, patience)
		defer cancel()
		_ = wait(limited, func(a drivers.Address) bool { return a.IP.Is4() }) // IPv6 alone is fine too
	}
	return got, c.unique(m, got)
}

func (c *creation) noAddress(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return explain(err, "wait for the address of %s", c.spec.Name)
	}
	return fmt.Errorf("virtual machine %s reports no address: %w", c.spec.Name, context.Cause(ctx))
}

// unique refuses an address that another machine got as well: clones with one machine-id get one lease.
func (c *creation) unique(m machine, got []drivers.Address) error {
	for _, a := range got {
		if other := c.s.waiter.sameAddress(m.ref, a.IP); other != "" {
			return &drivers.Error{
				Kind: drivers.ErrExists, Err: fmt.Errorf("%s has the address %s, and so has virtual machine %s", c.spec.Name, a.IP, other),
				Next: "empty /etc/machine-id in the template: the DHCP server takes clones with one machine-id for one machine",
			}
		}
	}
	return nil
}
