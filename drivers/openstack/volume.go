package openstack

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/gophercloud/gophercloud/v2/openstack/blockstorage/v3/volumes"
	"golang.org/x/sync/errgroup"

	"github.com/davit-io/davit/drivers"
)

// makeVolumes makes a volume for each disk and waits until a server can have them.
func (c *creation) makeVolumes(ctx context.Context) ([]owned, error) {
	disks := make([]owned, len(c.spec.Disks))
	for i, disk := range c.spec.Disks {
		o, err := c.ensure(ctx, drivers.KindVolume, i, func(ctx context.Context) (owned, error) { return c.postVolume(ctx, i, disk) })
		if err != nil {
			return nil, err
		}
		disks[i] = o
	}
	g, ctx := errgroup.WithContext(ctx)
	for _, disk := range disks {
		g.Go(func() error { return c.awaitVolume(ctx, disk) })
	}
	return disks, g.Wait()
}

func (c *creation) postVolume(ctx context.Context, slot int, disk drivers.Disk) (owned, error) {
	made, err := volumes.Create(ctx, c.s.volume, volumes.CreateOpts{
		Name: disk.Name, Size: disk.SizeGiB, VolumeType: disk.Type, AvailabilityZone: options(c.spec).VolumeAvailabilityZone,
		Metadata: metadata(c.spec.Owner, nil, slotKey, strconv.Itoa(slot)),
	}, nil).Extract()
	if err != nil {
		return owned{}, explain(err, "create volume %s", disk.Name)
	}
	return owned{Found: found(drivers.KindVolume, made.ID, disk.Name, string(c.spec.Owner)), slot: slot}, nil
}

func (d *Driver) awaitVolume(ctx context.Context, disk owned) error {
	what := fmt.Sprintf("volume %s (%s)", disk.Name, disk.ID)
	return await(ctx, volumeLimit, d.pace.of(600*time.Millisecond), "for "+what, func(ctx context.Context) (bool, string, error) {
		v, there, err := d.volumeNow(ctx, disk.ID)
		switch {
		case err != nil:
			return false, "", err
		case !there:
			return false, "", &drivers.Error{Kind: drivers.ErrNotFound, Err: fmt.Errorf("%s is gone while it was being made", what)}
		case v.Status == "error":
			return false, "", &drivers.Error{
				Kind: drivers.ErrCapacity, Err: fmt.Errorf("%s failed: Cinder found no room for it, or could not make it", what),
				Next: "try another type or a smaller size, or give the volume's id to the cloud's operator",
			}
		}
		// A host that is gone on with may have its volume already, or be about to.
		return slices.Contains([]string{"available", "in-use", "attaching", "reserved"}, v.Status), "status " + v.Status, nil
	})
}

// volumeNow reads a volume; one that the list of davit's lacks is asked for by itself.
func (d *Driver) volumeNow(ctx context.Context, id string) (volume, bool, error) {
	v, there, err := d.waitingVolumes.Get(ctx, id)
	if err != nil || there {
		return v, there, err
	}
	one, err := d.loadVolumes(ctx, []string{id})
	v, there = one[id]
	return v, there, err
}
