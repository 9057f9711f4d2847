package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/find"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/internal/vcsim"
)

// rawVCenter is the least a client can do for the same hosts: look the names up, make a linked clone that starts, wait
// for its task; log in again, power all off and destroy it. It adds no disk and no mark, and tells the guest nothing.
type rawVCenter struct {
	*govmomi.Client
	template *object.VirtualMachine
	snapshot *types.ManagedObjectReference
	folder   *object.Folder
	pool     *object.ResourcePool
}

func rawClones(ctx context.Context, at string, n int) error {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("raw-%d", i+1)
	}
	return errors.Join(rawSession(ctx, at, names, (*rawVCenter).clone), rawSession(ctx, at, names, (*rawVCenter).destroy))
}

// rawSession does something with all names between a login and a logout.
func rawSession(ctx context.Context, at string, names []string, do func(*rawVCenter, context.Context, string) error) error {
	u, err := url.Parse(at)
	if err != nil {
		return err
	}
	u.User = url.UserPassword("raw", "secret")
	c, err := govmomi.NewClient(ctx, u, false)
	if err != nil {
		return err
	}
	r := &rawVCenter{Client: c}
	err = r.find(ctx)
	if err == nil {
		err = each(names, func(_ int, name *string) error { return do(r, ctx, *name) })
	}
	return errors.Join(err, c.Logout(ctx))
}

func (r *rawVCenter) find(ctx context.Context) (err error) {
	f := find.NewFinder(r.Client.Client, false)
	dc, err := f.Datacenter(ctx, vcsim.Datacenter)
	if err != nil {
		return err
	}
	folders, err := dc.Folders(ctx)
	if err != nil {
		return err
	}
	r.folder = folders.VmFolder
	if r.template, err = f.SetDatacenter(dc).VirtualMachine(ctx, vcsim.Template); err != nil {
		return err
	}
	if r.snapshot, err = r.template.FindSnapshot(ctx, "davit"); err != nil {
		return err
	}
	r.pool, err = f.ResourcePool(ctx, vcsim.Cluster+"/Resources")
	return err
}

func (r *rawVCenter) clone(ctx context.Context, name string) error {
	pool := r.pool.Reference()
	task, err := r.template.Clone(ctx, r.folder, name, types.VirtualMachineCloneSpec{
		PowerOn: true, Snapshot: r.snapshot,
		Location: types.VirtualMachineRelocateSpec{Pool: &pool, DiskMoveType: string(types.VirtualMachineRelocateDiskMoveOptionsCreateNewChildDiskBacking)},
	})
	if err != nil {
		return err
	}
	return task.Wait(ctx)
}

func (r *rawVCenter) destroy(ctx context.Context, name string) error {
	found, err := object.NewSearchIndex(r.Client.Client).FindChild(ctx, r.folder, name)
	vm, ok := found.(*object.VirtualMachine)
	if err != nil || !ok {
		return fmt.Errorf("find %s: %T, %w", name, found, err)
	}
	off, err := vm.PowerOff(ctx)
	if err != nil {
		return err
	}
	if err := off.Wait(ctx); err != nil {
		return err
	}
	gone, err := vm.Destroy(ctx)
	if err != nil {
		return err
	}
	return gone.Wait(ctx)
}
