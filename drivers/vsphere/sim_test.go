package vsphere_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/vsphere"
	"github.com/davit-io/davit/internal/vcsim"
)

// front is a proxy that counts the calls to a simulated vCenter and breaks them.
type front struct {
	t *testing.T
	*vcsim.Proxy
	vcenter string
}

func before(t *testing.T, vcenter string) *front {
	t.Helper()
	p, err := vcsim.NewProxy(vcenter)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return &front{t, p, vcenter}
}

// everything names what a host may leave behind.
func (f *front) everything() []string {
	f.t.Helper()
	all, err := vcsim.List(context.WithoutCancel(f.t.Context()), f.vcenter)
	if err != nil {
		f.t.Fatal(err)
	}
	return all
}

func (f *front) driver() *vsphere.Driver {
	return vsphere.NewForTest(vsphere.Options{Server: f.URL(), VCenterUser: "ops", VCenterPassword: "secret"})
}

// program builds the simulator to be spawned.
func program(t *testing.T) string {
	t.Helper()
	file, err := vcsim.Build(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// spawn starts a vCenter in a process of its own. It is without -race, and so much faster.
func spawn(t *testing.T, program string) *front {
	t.Helper()
	u, stop, err := vcsim.Spawn(context.WithoutCancel(t.Context()), program)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
	return before(t, u)
}

// cloud is a vCenter of this process, to be looked into.
type cloud struct {
	*front
	*vcsim.VCenter
	client *vim25.Client // of the test itself, past the proxy
}

func start(t *testing.T, change ...func(*simulator.Model)) *cloud {
	t.Helper()
	v, err := vcsim.Start(t.Context(), "127.0.0.1:0", change...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	return &cloud{front: before(t, v.URL), VCenter: v, client: newClient(t, v.URL)}
}

// again is the same vCenter for another test, behind a proxy of its own.
func (c *cloud) again(t *testing.T) *cloud {
	t.Helper()
	return &cloud{front: before(t, c.vcenter), VCenter: c.VCenter, client: c.client}
}

func (c *cloud) snapshot(of, name string) {
	c.t.Helper()
	task, err := object.NewVirtualMachine(c.client, c.Find("VirtualMachine", of)).CreateSnapshot(c.t.Context(), name, "", false, false)
	c.must(err)
	c.must(task.WaitEx(c.t.Context()))
}

func (c *cloud) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *cloud) names(kind string) []string {
	var names []string
	for _, e := range c.Map().All(kind) {
		names = append(names, e.Entity().Name)
	}
	return names
}

// vm reads a machine as the vCenter has it.
func (c *cloud) vm(id string) mo.VirtualMachine {
	c.t.Helper()
	var vm mo.VirtualMachine
	r := types.ManagedObjectReference{Type: "VirtualMachine", Value: id}
	c.must(object.NewVirtualMachine(c.client, r).Properties(context.WithoutCancel(c.t.Context()), r, nil, &vm))
	return vm
}

func newSpec(name string) drivers.Spec {
	return drivers.Spec{
		Name: name, Owner: drivers.Owner("owner-of-" + name), Image: vcsim.Template, CPUs: 1, MemoryGiB: 1, Network: vcsim.Network,
		Disks:   []drivers.Disk{{Name: name + "-data", SizeGiB: 1}},
		Options: &vsphere.Options{Datacenter: vcsim.Datacenter, Cluster: vcsim.Cluster, Datastore: vcsim.Datastore},
	}
}

// opts gives the options of a spec to change.
func opts(s *drivers.Spec) *vsphere.Options {
	o := *s.Options.(*vsphere.Options)
	s.Options = &o
	return &o
}

func contains(list []string, part string) bool {
	return slices.ContainsFunc(list, func(one string) bool { return strings.Contains(one, part) })
}
