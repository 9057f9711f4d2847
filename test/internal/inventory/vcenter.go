package inventory

import (
	"context"
	"errors"
	"net/url"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/vapi/rest"
	"github.com/vmware/govmomi/vapi/tags"
	"github.com/vmware/govmomi/view"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// VCenter is a vCenter, logged in.
type VCenter struct {
	*govmomi.Client
	user *url.Userinfo
}

// OpenVCenter logs in at the URL of a simulator's SDK, which takes any password.
func OpenVCenter(ctx context.Context, at string) (*VCenter, error) {
	u, err := url.Parse(at)
	if err != nil {
		return nil, err
	}
	user := url.UserPassword("witness", "secret")
	u.User = user
	c, err := govmomi.NewClient(ctx, u, false)
	return &VCenter{c, user}, err
}

// List gives all that hosts are made of, and what else a create may leave: machines, their disks, tags and snapshots,
// folders, files on datastores, rules of clusters, and the sessions of others.
func (v *VCenter) List(ctx context.Context) ([]Item, error) {
	var out []Item
	for _, list := range []func(context.Context) ([]Item, error){v.machines, v.folders, v.rules, v.files, v.sessions, v.tags} {
		items, err := list(ctx)
		if err != nil {
			return nil, err
		}
		out = append(out, items...)
	}
	return out, nil
}

func (v *VCenter) machines(ctx context.Context) ([]Item, error) {
	var found []mo.VirtualMachine
	if err := v.all(ctx, "VirtualMachine", []string{"name", "config.hardware.device", "snapshot"}, &found); err != nil {
		return nil, err
	}
	var out []Item
	for _, vm := range found {
		out = append(out, Item{"vm", vm.Self.Value, vm.Name})
		for _, d := range object.VirtualDeviceList(vm.Config.Hardware.Device).SelectByType((*types.VirtualDisk)(nil)) {
			if b, ok := d.GetVirtualDevice().Backing.(types.BaseVirtualDeviceFileBackingInfo); ok {
				out = append(out, Item{"disk", b.GetVirtualDeviceFileBackingInfo().FileName, vm.Name})
			}
		}
		if vm.Snapshot != nil {
			out = append(out, snapshots(vm.Name, vm.Snapshot.RootSnapshotList)...)
		}
	}
	return out, nil
}

func snapshots(of string, tree []types.VirtualMachineSnapshotTree) []Item {
	var out []Item
	for _, s := range tree {
		out = append(out, Item{"snapshot", s.Snapshot.Value, of + "/" + s.Name})
		out = append(out, snapshots(of, s.ChildSnapshotList)...)
	}
	return out
}

func (v *VCenter) folders(ctx context.Context) ([]Item, error) {
	var found []mo.Folder
	err := v.all(ctx, "Folder", []string{"name"}, &found)
	items := make([]Item, len(found))
	for i, f := range found {
		items[i] = Item{"folder", f.Self.Value, f.Name}
	}
	return items, err
}

func (v *VCenter) rules(ctx context.Context) ([]Item, error) {
	var found []mo.ClusterComputeResource
	err := v.all(ctx, "ClusterComputeResource", []string{"configurationEx"}, &found)
	var out []Item
	for _, c := range found {
		config, ok := c.ConfigurationEx.(*types.ClusterConfigInfoEx)
		if !ok {
			continue
		}
		for _, rule := range config.Rule {
			out = append(out, Item{"rule", c.Self.Value, rule.GetClusterRuleInfo().Name})
		}
	}
	return out, err
}

func (v *VCenter) files(ctx context.Context) ([]Item, error) {
	var found []mo.Datastore
	if err := v.all(ctx, "Datastore", []string{"name", "browser"}, &found); err != nil {
		return nil, err
	}
	var out []Item
	for _, ds := range found {
		items, err := v.filesOf(ctx, ds)
		if err != nil {
			return nil, err
		}
		out = append(out, items...)
	}
	return out, nil
}

func (v *VCenter) filesOf(ctx context.Context, ds mo.Datastore) ([]Item, error) {
	task, err := object.NewHostDatastoreBrowser(v.Client.Client, ds.Browser).SearchDatastoreSubFolders(ctx, "["+ds.Name+"]",
		&types.HostDatastoreBrowserSearchSpec{MatchPattern: []string{"*"}})
	if err != nil {
		return nil, err
	}
	info, err := task.WaitForResult(ctx, nil)
	if err != nil {
		return nil, err
	}
	var out []Item
	dirs, _ := info.Result.(types.ArrayOfHostDatastoreBrowserSearchResults)
	for _, dir := range dirs.HostDatastoreBrowserSearchResults {
		for _, file := range dir.File {
			out = append(out, Item{"file", dir.FolderPath, file.GetFileInfo().Path})
		}
	}
	return out, nil
}

func (v *VCenter) sessions(ctx context.Context) ([]Item, error) {
	var m mo.SessionManager
	err := property.DefaultCollector(v.Client.Client).RetrieveOne(ctx, *v.ServiceContent.SessionManager, []string{"sessionList", "currentSession"}, &m)
	var out []Item
	for _, s := range m.SessionList {
		if m.CurrentSession == nil || s.Key != m.CurrentSession.Key {
			out = append(out, Item{"session", s.Key, s.UserName})
		}
	}
	return out, err
}

// tags gives those of machines that are there.
func (v *VCenter) tags(ctx context.Context) (out []Item, err error) {
	r := rest.NewClient(v.Client.Client)
	if err := r.Login(ctx, v.user); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.Logout(ctx)) }()
	var machines []mo.VirtualMachine
	if err := v.all(ctx, "VirtualMachine", []string{"name"}, &machines); err != nil {
		return nil, err
	}
	for _, vm := range machines {
		ids, err := tags.NewManager(r).ListAttachedTags(ctx, vm)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			out = append(out, Item{"tag", id, vm.Name})
		}
	}
	return out, nil
}

func (v *VCenter) all(ctx context.Context, kind string, properties []string, into any) error {
	all, err := view.NewManager(v.Client.Client).CreateContainerView(ctx, v.ServiceContent.RootFolder, []string{kind}, true)
	if err != nil {
		return err
	}
	return errors.Join(all.Retrieve(ctx, []string{kind}, properties, into), all.Destroy(ctx))
}
