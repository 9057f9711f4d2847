package vcsim

import (
	"context"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/view"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
)

// List names what a host may leave behind at a vCenter of this machine: virtual machines, folders and the disks on its
// datastores, sorted. It asks the vCenter itself, not davit.
func List(ctx context.Context, vcenter string) ([]string, error) {
	u, err := soap.ParseURL(vcenter)
	if err != nil {
		return nil, err
	}
	u.User = simulator.DefaultLogin
	c, err := govmomi.NewClient(ctx, u, false)
	if err != nil {
		return nil, err
	}
	defer func() { _ = c.Logout(context.WithoutCancel(ctx)) }()
	v, err := view.NewManager(c.Client).CreateContainerView(ctx, c.ServiceContent.RootFolder, nil, true)
	if err != nil {
		return nil, err
	}
	var entities []mo.ManagedEntity
	if err := v.Retrieve(ctx, []string{"ManagedEntity"}, []string{"name"}, &entities); err != nil {
		return nil, err
	}
	var stores []mo.Datastore
	if err := v.Retrieve(ctx, []string{"Datastore"}, []string{"name", "summary.url"}, &stores); err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entities {
		if e.Self.Type == "VirtualMachine" || e.Self.Type == "Folder" {
			out = append(out, e.Self.Type+" "+e.Name)
		}
	}
	for _, ds := range stores {
		disks, err := disks(ds)
		if err != nil {
			return nil, err
		}
		out = append(out, disks...)
	}
	slices.Sort(out)
	return out, nil
}

// disks are files below the folder that is the datastore.
func disks(ds mo.Datastore) ([]string, error) {
	var out []string
	err := filepath.WalkDir(ds.Summary.Url, func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".vmdk") {
			out = append(out, fmt.Sprintf("disk [%s] %s", ds.Name, strings.TrimPrefix(path, ds.Summary.Url+"/")))
		}
		return err
	})
	return out, err
}
