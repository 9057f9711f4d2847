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

// cloud is a simulated vCenter behind a proxy that counts its calls and breaks them.
type cloud struct {
	t *testing.T
	*vcsim.VCenter
	*vcsim.Proxy
	client *vim25.Client // of the test itself, past the proxy
}

func start(t *testing.T, change ...func(*simulator.Model)) *cloud {
	t.Helper()
	v, err := vcsim.Start(t.Context(), "127.0.0.1:0", change...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	p := before(t, v.URL)
	return &cloud{t: t, VCenter: v, Proxy: p, client: newClient(t, v.URL)}
}

func before(t *testing.T, vcenter string) *vcsim.Proxy {
	t.Helper()
	p, err := vcsim.NewProxy(vcenter)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
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

func (c *cloud) driver() *vsphere.Driver { return driver(c.Proxy) }

func driver(p *vcsim.Proxy) *vsphere.Driver {
	return vsphere.NewForTest(vsphere.Options{Server: p.URL(), VCenterUser: "ops", VCenterPassword: "secret"})
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

// everything names what a host may leave behind.
func (c *cloud) everything() []string {
	c.t.Helper()
	return list(c.t, c.VCenter.URL)
}

func list(t *testing.T, vcenter string) []string {
	t.Helper()
	all, err := vcsim.List(context.WithoutCancel(t.Context()), vcenter)
	if err != nil {
		t.Fatal(err)
	}
	return all
}
