package vcsim

import (
	"context"
	"errors"
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
	var stores []mo.Datastore
	err = errors.Join(
		v.Retrieve(ctx, []string{"VirtualMachine", "Folder"}, []string{"name"}, &entities),
		v.Retrieve(ctx, []string{"Datastore"}, []string{"name", "summary.url"}, &stores),
	)
	var out []string
	for _, e := range entities {
		out = append(out, e.Self.Type+" "+e.Name)
	}
	for _, ds := range stores {
		files, failed := disks(ds)
		out, err = append(out, files...), errors.Join(err, failed)
	}
	slices.Sort(out)
	return out, err
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
