package vcsim

import (
	"context"
	"errors"
	"strings"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/find"
	"github.com/vmware/govmomi/vapi/rest"
	"github.com/vmware/govmomi/vapi/tags"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/types"
)

// furnish gives the simulator's inventory what hosts need.
func (v *VCenter) furnish(ctx context.Context) error {
	c, err := govmomi.NewClient(ctx, v.server.URL, false)
	if err != nil {
		return err
	}
	return errors.Join(makeTemplate(ctx, c.Client), v.makeTag(ctx, c.Client), c.Logout(ctx))
}

func makeTemplate(ctx context.Context, c *vim25.Client) error {
	vm, err := find.NewFinder(c).VirtualMachine(ctx, "/"+Datacenter+"/vm/*_C0_*")
	if err != nil {
		return err
	}
	task, err := vm.Reconfigure(ctx, types.VirtualMachineConfigSpec{Name: Template, GuestId: "debian12_64Guest"})
	if err != nil {
		return err
	}
	return task.WaitEx(ctx)
}

func (v *VCenter) makeTag(ctx context.Context, c *vim25.Client) error {
	r := rest.NewClient(c)
	if err := r.Login(ctx, v.server.URL.User); err != nil {
		return err
	}
	category, name, _ := strings.Cut(Tag, ":")
	id, err := tags.NewManager(r).CreateCategory(ctx, &tags.Category{
		Name: category, Cardinality: "SINGLE", AssociableTypes: []string{"VirtualMachine"},
	})
	if err != nil {
		return err
	}
	_, err = tags.NewManager(r).CreateTag(ctx, &tags.Tag{CategoryID: id, Name: name})
	return errors.Join(err, r.Logout(ctx))
}
