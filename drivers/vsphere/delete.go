package vsphere

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/drivers"
)

// Delete removes machines side by side, then folders. A machine that has a data disk which is to stay is not
// destroyed: it keeps the disk, see park.
func (d *Driver) Delete(ctx context.Context, rs []drivers.Resource) error {
	if len(rs) == 0 {
		return nil
	}
	all, _, err := d.marked.Get(ctx, everyone)
	if err != nil {
		return err
	}
	going := func(kind drivers.Kind, id string) bool {
		return slices.ContainsFunc(rs, func(r drivers.Resource) bool { return r.Kind == kind && r.ID == id })
	}
	affected := only(all, func(m machine) bool {
		return m.Type == "VirtualMachine" && (going(drivers.KindServer, m.Value) || slices.ContainsFunc(m.Disks, func(disk markedDisk) bool { return going(drivers.KindVolume, disk.ID) }))
	})
	err = d.strangers(ctx, rs, affected)
	affected, takenOver := d.takeOver(ctx, affected, all)
	err = errors.Join(err, takenOver, together(affected, func(m machine) error {
		stay := only(m.Disks, func(disk markedDisk) bool { return !going(drivers.KindVolume, disk.ID) })
		return d.reduce(ctx, m, going(drivers.KindServer, m.Value), stay)
	}))
	for _, r := range slices.Backward(rs) { // a folder made later may be in one made before
		if r.Kind == KindFolder {
			err = errors.Join(err, d.removeFolder(ctx, r))
		}
	}
	return err
}

// strangers refuses machines that are there but carry no owner of davit's, and kinds of things that are none.
func (d *Driver) strangers(ctx context.Context, rs []drivers.Resource, affected []machine) error {
	var errs []error
	for _, r := range rs {
		switch r.Kind {
		case drivers.KindVolume, KindFolder:
		case drivers.KindServer:
			if slices.ContainsFunc(affected, func(m machine) bool { return m.Value == r.ID }) {
				continue
			}
			if _, there, err := d.machines.Get(ctx, r.ID); there || err != nil {
				errs = append(errs, errors.Join(err, fmt.Errorf("virtual machine %s carries no owner of davit's any more: not removed", label(r))))
			}
		default:
			errs = append(errs, &drivers.Error{Kind: drivers.ErrUnsupported, Err: fmt.Errorf("remove %s %s: not a kind of thing that this driver makes", r.Kind, r.ID)})
		}
	}
	return errors.Join(errs...)
}

// together does something to all at once and joins the errors in their order.
func together[T any](things []T, do func(T) error) error {
	errs := make([]error, len(things))
	var wg sync.WaitGroup
	for i, thing := range things {
		wg.Go(func() { errs[i] = do(thing) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

// reduce leaves of a machine what is to stay.
func (d *Driver) reduce(ctx context.Context, m machine, server bool, stay []markedDisk) error {
	switch {
	case (server || m.Parked) && len(stay) == 0:
		return d.destroy(ctx, m)
	case server && !m.Parked:
		return d.park(ctx, m, stay)
	}
	return d.dropDisks(ctx, m, stay)
}

// destroy powers a machine off and removes it with its disks.
func (d *Driver) destroy(ctx context.Context, m machine) error {
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
	_, err = s.task(ctx, d.pace.grace, s.vm(m.ref).Destroy)
	if isFault(err, new(types.ManagedObjectNotFound)) {
		return nil
	}
	return explain(err, "remove %s (%s)", m.name, m.Value)
}

func (d *Driver) powerOff(ctx context.Context, s *session, m machine) error {
	if m.power() == types.VirtualMachinePowerStatePoweredOff {
		return nil
	}
	err := s.powerTask(ctx, d.pace.grace, m.ref, s.vm(m.ref).PowerOff, isOff)
	if isFault(err, new(types.InvalidPowerState)) || isFault(err, new(types.ManagedObjectNotFound)) {
		return nil
	}
	return explain(err, "power off %s (%s)", m.name, m.Value)
}

func (d *Driver) leaveGroup(ctx context.Context, m machine) error {
	if m.Group == "" {
		return nil
	}
	now, there, err := d.machines.Get(ctx, m.Value)
	if err != nil || !there {
		return err
	}
	s, err := d.session(ctx)
	if err != nil {
		return err
	}
	pools, err := s.properties(ctx, "ResourcePool", []ref{prop[ref](now.thing, "resourcePool")}, "owner")
	if err != nil || len(pools) == 0 {
		return explain(err, "find the cluster of %s", m.name)
	}
	return d.regroup(ctx, prop[ref](pools[0], "owner"), m.Group, func(members []ref) []ref {
		return only(members, func(r ref) bool { return r != m.ref })
	})
}

func label(r drivers.Resource) string {
	if r.Name == "" {
		return r.ID
	}
	return fmt.Sprintf("%s (%s)", r.Name, r.ID)
}
