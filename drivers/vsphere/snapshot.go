package vsphere

import (
	"context"
	"fmt"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/drivers"
)

// makeSnapshot gives the snapshot to clone from, made for the first linked clone of all.
func (c *creation) makeSnapshot(ctx context.Context) (*ref, error) {
	if !c.snapshotMissing() {
		return c.snapshot, nil
	}
	made, err := c.once.make(ctx, "snapshot of "+c.Value, func() (ref, error) {
		result, err := c.s.task(ctx, c.pace.grace, func(ctx context.Context) (*object.Task, error) {
			return c.s.vm(c.template.ref).CreateSnapshot(ctx, snapshotName, "Linked clones made by davit share the disk as of here.", false, false)
		})
		made, _ := result.(ref)
		return made, explain(err, "take a snapshot of %s", c.name)
	})
	return &made, err
}

// recommended is the datastore, or the one that the datastore cluster recommends now.
func (c *creation) recommended(ctx context.Context, t target) (ref, error) {
	if c.pod == nil {
		return c.datastore.ref, nil
	}
	clone := types.VirtualMachineCloneSpec{Snapshot: t.snapshot, Location: types.VirtualMachineRelocateSpec{Pool: &c.pool.ref}}
	if c.links {
		clone.Location.DiskMoveType = string(types.VirtualMachineRelocateDiskMoveOptionsCreateNewChildDiskBacking)
	}
	answer, err := methods.RecommendDatastores(ctx, c.s, &types.RecommendDatastores{
		This: *c.s.ServiceContent.StorageResourceManager,
		StorageSpec: types.StoragePlacementSpec{
			Type: string(types.StoragePlacementSpecPlacementTypeClone), Vm: &c.ref, Folder: &t.folder, CloneName: c.spec.Name, CloneSpec: &clone,
			PodSelectionSpec: types.StorageDrsPodSelectionSpec{
				StoragePod: &c.pod.ref, InitialVmConfig: []types.VmPodConfigForPlacement{{StoragePod: c.pod.ref}},
			},
		},
	})
	if err != nil {
		return ref{}, explain(err, "ask datastore cluster %s for a recommendation", c.pod.name)
	}
	for _, r := range answer.Returnval.Recommendations {
		for _, action := range r.Action {
			if placed, ok := action.(*types.StoragePlacementAction); ok {
				return placed.Destination, nil
			}
		}
	}
	return ref{}, &drivers.Error{
		Kind: drivers.ErrCapacity, Err: fmt.Errorf("datastore cluster %s recommends no datastore for %s", c.pod.name, c.spec.Name),
		Next: "look at the cluster's storage DRS, or name a datastore instead",
	}
}
