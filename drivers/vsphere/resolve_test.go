package vsphere_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/vsphere"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/vcsim"
)

// TestFindings are those that need a vCenter in a certain state.
func TestFindings(t *testing.T) {
	t.Parallel()
	shared := start(t)
	for _, tc := range []struct {
		name       string
		prepare    func(*cloud)
		spoil      func(*drivers.Spec, *vsphere.Options)
		path       string
		kind       error
		says, hint string
	}{
		{"a name like it", nil, func(s *drivers.Spec, _ *vsphere.Options) { s.Image = "goldn" }, "image", drivers.ErrNotFound, `no template "goldn"`, "did you mean golden?"},
		{"a template that runs", running, nil, "image", nil, "is not powered off", "shut it down"},
		{"no privilege", lacks("Network.Assign"), nil, "network", drivers.ErrAuth, "lacks the privilege Network.Assign on /DC0/network/DC0_DVPG0", "administrator"},
		{"name taken", nil, func(s *drivers.Spec, _ *vsphere.Options) { s.Name = "DC0_H0_VM0" }, "name", drivers.ErrExists, "/DC0/vm/DC0_H0_VM0", "another name"},
		{"linked to a template without snapshot", template, func(_ *drivers.Spec, o *vsphere.Options) { o.Clone = "linked" }, "vsphere.clone", nil, "has no snapshot", "set clone to full"},
		{"a template without disk", diskless, nil, "image", nil, "has no disk to boot from", ""},
		{"more disks than places", nil, func(s *drivers.Spec, _ *vsphere.Options) { s.Disks = slices.Repeat(s.Disks, 15) }, "disks", nil, "more than the 14 that fit", ""},
		{"a policy like it", nil, func(s *drivers.Spec, _ *vsphere.Options) { s.Disks[0].Type = "VSAN Default Storage Polcy" }, "disks[0].type", drivers.ErrNotFound, "no storage policy", "did you mean vSAN Default Storage Policy"},
		{"a tag like it", nil, func(_ *drivers.Spec, o *vsphere.Options) { o.Tags = []string{"team:wbe"} }, "vsphere.tags[0]", drivers.ErrNotFound, `no tag "team:wbe"`, "did you mean team:web?"},
		{"a category like it", nil, func(_ *drivers.Spec, o *vsphere.Options) { o.Tags = []string{"taem:web"} }, "vsphere.tags[0]", drivers.ErrNotFound, `no category of tags "taem"`, "did you mean team?"},
		{"several clusters", nil, func(_ *drivers.Spec, o *vsphere.Options) { o.Cluster = "" }, "vsphere.cluster", nil, "there are 2", "DC0_C0, DC0_H0"},
		{"maintenance", maintenance, func(_ *drivers.Spec, o *vsphere.Options) { o.HostSystem = "DC0_C0_H1" }, "vsphere.host_system", nil, "maintenance mode", ""},
		{"gateway elsewhere", nil, func(_ *drivers.Spec, o *vsphere.Options) {
			o.StaticAddress, o.Gateway = "192.0.2.10/24", "198.51.100.1"
		}, "vsphere.gateway", nil, "not in the network", ""},
		{"gateway without address", nil, func(_ *drivers.Spec, o *vsphere.Options) { o.Gateway = "198.51.100.1" }, "vsphere.gateway", nil, "goes with static_address", ""},
		{"thick disks", nil, func(s *drivers.Spec, o *vsphere.Options) { o.ThickDisks, s.Disks[0].SizeGiB = true, 3060 }, "vsphere.datastore", drivers.ErrCapacity, "GiB needed on datastore LocalDS_0", "less"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := shared.again(t)
			if tc.prepare != nil {
				t.Parallel()
				c = start(t)
				tc.prepare(c)
			}
			s := newSpec("web")
			if tc.spoil != nil {
				tc.spoil(&s, s.Options.(*vsphere.Options))
			}
			_, err := c.driver().Resolve(t.Context(), []drivers.Spec{s})
			found := field.All(err)
			if len(found) != 1 || found[0].Path != tc.path || !strings.Contains(found[0].Error(), tc.says) || !strings.Contains(found[0].Next, tc.hint) {
				t.Fatalf("got %v, hint %q", err, drivers.Hint(err))
			}
			if tc.kind != nil && !errors.Is(err, tc.kind) {
				t.Errorf("%v is not of kind %v", err, tc.kind)
			}
		})
	}
}

func running(c *cloud) {
	task, err := object.NewVirtualMachine(c.client, c.Find("VirtualMachine", "golden")).PowerOn(c.t.Context())
	c.must(err)
	c.must(task.WaitEx(c.t.Context()))
}

func diskless(c *cloud) {
	golden := c.Map().Get(c.Find("VirtualMachine", vcsim.Template)).(*simulator.VirtualMachine)
	golden.Config.Hardware.Device = slices.DeleteFunc(golden.Config.Hardware.Device, func(d types.BaseVirtualDevice) bool {
		_, disk := d.(*types.VirtualDisk)
		return disk
	})
}

func template(c *cloud) {
	c.must(object.NewVirtualMachine(c.client, c.Find("VirtualMachine", "golden")).MarkAsTemplate(c.t.Context()))
}

func maintenance(c *cloud) {
	c.Map().Get(c.Find("HostSystem", "DC0_C0_H1")).(*simulator.HostSystem).Runtime.InMaintenanceMode = true
}

// strict is an authorization manager that does not grant everything.
type strict struct {
	mo.AuthorizationManager
	lacking []string
}

func (s *strict) HasPrivilegeOnEntities(req *types.HasPrivilegeOnEntities) soap.HasFault {
	res := &types.HasPrivilegeOnEntitiesResponse{}
	for _, e := range req.Entity {
		p := types.EntityPrivilege{Entity: e}
		for _, id := range req.PrivId {
			p.PrivAvailability = append(p.PrivAvailability, types.PrivilegeAvailability{PrivId: id, IsGranted: !slices.Contains(s.lacking, id)})
		}
		res.Returnval = append(res.Returnval, p)
	}
	return &methods.HasPrivilegeOnEntitiesBody{Res: res}
}

func lacks(privileges ...string) func(*cloud) {
	return func(c *cloud) {
		r := *c.client.ServiceContent.AuthorizationManager
		c.Map().Put(&strict{mo.AuthorizationManager{Self: r}, privileges})
	}
}

// TestMissingPrivileges names each with the object it is missing on.
func TestMissingPrivileges(t *testing.T) {
	t.Parallel()
	c := start(t)
	lacks("VirtualMachine.Provisioning.Clone", "Datastore.AllocateSpace", "Resource.AssignVMToPool", "VirtualMachine.Interact.PowerOn")(c)
	_, err := c.driver().Resolve(t.Context(), []drivers.Spec{newSpec("web")})
	var got []string
	for _, e := range field.All(err) {
		got = append(got, e.Error())
	}
	equal(t, got, []string{
		"image: ops lacks the privilege VirtualMachine.Provisioning.Clone on /DC0/vm/golden",
		"vsphere.folder: ops lacks the privilege VirtualMachine.Interact.PowerOn on /DC0/vm",
		"vsphere.resource_pool: ops lacks the privilege Resource.AssignVMToPool on /DC0/host/DC0_C0/Resources",
		"vsphere.datastore: ops lacks the privilege Datastore.AllocateSpace on /DC0/datastore/LocalDS_0",
	})
}

// TestSumOfHosts holds what several hosts need together against what there is.
func TestSumOfHosts(t *testing.T) {
	t.Parallel()
	c := start(t)
	specs := []drivers.Spec{newSpec("a"), newSpec("b"), newSpec("c")}
	for i := range specs {
		specs[i].MemoryGiB = 3
		opts(&specs[i]).StaticAddress = "192.0.2.10/24"
	}
	_, err := c.driver().Resolve(t.Context(), specs)
	if !errors.Is(err, drivers.ErrCapacity) || !strings.Contains(err.Error(), "9216 MiB of memory needed in DC0_C0") {
		t.Errorf("got %v", err)
	}
	if !strings.Contains(err.Error(), "192.0.2.10 can't be the address of 3 hosts: a, b, c") {
		t.Errorf("got %v", err)
	}
}

// TestDatastoreChosen says which datastore was taken where none is named, and why.
func TestDatastoreChosen(t *testing.T) {
	t.Parallel()
	c := start(t)
	full := c.Map().Get(c.Find("Datastore", "LocalDS_0")).(*simulator.Datastore)
	full.Summary.FreeSpace = 1 << 30
	for clone, want := range map[string]drivers.Choice{
		"linked": {Path: "vsphere.datastore", Value: "LocalDS_0", Reason: "the template's disk is there"},
		"full":   {Path: "vsphere.datastore", Value: "LocalDS_1", Reason: "the most space is free there"},
	} {
		s := newSpec("web")
		o := opts(&s)
		o.Datastore, o.Clone = "", clone
		rs, err := c.driver().Resolve(t.Context(), []drivers.Spec{s})
		c.must(err)
		is := func(c drivers.Choice) bool {
			return c.Path == want.Path && c.Value == want.Value && strings.HasPrefix(c.Reason, want.Reason)
		}
		if !slices.ContainsFunc(rs[0].Choices, is) {
			t.Errorf("%s: %+v", clone, rs[0].Choices)
		}
	}
}

// TestFullWhereNoLink clones a template without a snapshot in full, and says so.
func TestFullWhereNoLink(t *testing.T) {
	t.Parallel()
	c := start(t)
	template(c)
	d := c.driver()
	rs, err := d.Resolve(t.Context(), []drivers.Spec{newSpec("web")})
	c.must(err)
	equal(t, rs[0].Choices[0].Path, "vsphere.clone")
	_, err = d.Create(t.Context(), rs[0], render, (&made{}).note)
	c.must(err)
}
