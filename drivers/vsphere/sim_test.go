package vsphere_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/vmware/govmomi/object"
	_ "github.com/vmware/govmomi/pbm/simulator" // storage policies
	"github.com/vmware/govmomi/simulator"
	_ "github.com/vmware/govmomi/vapi/simulator" // tags
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/vsphere"
)

// cloud is a simulated vCenter behind a proxy that counts its calls and breaks them.
type cloud struct {
	t      *testing.T
	model  *simulator.Model
	server string
	client *vim25.Client // of the test itself, past the proxy

	mu     sync.Mutex
	calls  []string
	bodies map[string]string // of the last call of each kind
	hook   hook
	count  int // of addresses given to guests
}

// making keeps simulators from being made side by side: they share their lists of licenses.
var making sync.Mutex

// start makes a vCenter with one cluster, one standalone ESXi host, two datastores in a pod and golden, a machine
// that is powered off.
func start(t *testing.T, change ...func(*simulator.Model)) *cloud {
	t.Helper()
	m := simulator.VPX()
	m.ClusterHost, m.Machine, m.Pod, m.Datastore, m.Pool, m.Autostart = 2, 1, 1, 2, 1, false
	for _, f := range change {
		f(m)
	}
	making.Lock()
	err := m.Create()
	making.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Remove)
	m.Service.RegisterEndpoints = true
	s := m.Service.NewServer()
	t.Cleanup(s.Close)
	c := &cloud{t: t, model: m, bodies: map[string]string{}}
	target := *s.URL
	target.Path, target.User = "", nil
	pass := httputil.NewSingleHostReverseProxy(&target)
	pass.ErrorHandler = func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }
	front := httptest.NewServer(c.handler(pass))
	t.Cleanup(front.Close)
	c.server = front.URL + "/sdk"
	c.client = newClient(t, s.URL)
	m.Map().AddHandler(&guests{cloud: c})
	c.rename("DC0_C0_RP1_VM0", "golden")
	return c
}

// hook answers a call in the vCenter's stead, or passes it on.
type hook func(n int, op string, pass func()) (lost bool)

var method = regexp.MustCompile(`<(?:[a-z0-9]+:)?Body[^>]*><(?:[a-z0-9]+:)?(\w+)`)

func (c *cloud) handler(pass http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		op := r.Method + " " + r.URL.Path
		if found := method.FindSubmatch(body); found != nil {
			op = string(found[1])
		}
		c.mu.Lock()
		n, hook := len(c.calls), c.hook
		c.calls = append(c.calls, op)
		c.bodies[op] = string(body)
		c.mu.Unlock()
		if hook == nil {
			pass.ServeHTTP(w, r)
			return
		}
		answer := httptest.NewRecorder()
		if hook(n, op, func() { pass.ServeHTTP(answer, r) }) {
			panic(http.ErrAbortHandler)
		}
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = answer.Body.WriteTo(w)
	})
}

func (c *cloud) ops() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]string(nil), c.calls...)
}

// body is what was last asked with an operation.
func (c *cloud) body(op string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bodies[op]
}

// reset counts from zero, with another hook.
func (c *cloud) reset(h hook) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls, c.hook = nil, h
}

// guests gives a machine that starts running tools and an address.
type guests struct{ *cloud }

func (g *guests) Reference() types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: "DavitGuests", Value: "guests"}
}
func (g *guests) PutObject(*simulator.Context, mo.Reference)                    {}
func (g *guests) RemoveObject(*simulator.Context, types.ManagedObjectReference) {}
func (g *guests) UpdateObject(ctx *simulator.Context, r mo.Reference, changes []types.PropertyChange) {
	for _, change := range changes {
		if change.Name == "runtime.powerState" && change.Val == types.VirtualMachinePowerStatePoweredOn {
			go g.boot(ctx, r.Reference())
		}
	}
}

func (g *guests) boot(ctx *simulator.Context, r types.ManagedObjectReference) {
	g.mu.Lock()
	g.count++
	ip := fmt.Sprintf("10.9.%d.%d", g.count/250, g.count%250+1)
	g.mu.Unlock()
	ctx.Map.WithLock(&simulator.Context{Map: ctx.Map}, r, func() {
		vm, ok := ctx.Map.Get(r).(*simulator.VirtualMachine)
		if !ok || vm.Runtime.PowerState != types.VirtualMachinePowerStatePoweredOn {
			return
		}
		ctx.Map.Update(ctx, vm, []types.PropertyChange{
			{Name: "guest.toolsRunningStatus", Val: string(types.VirtualMachineToolsRunningStatusGuestToolsRunning)},
			{Name: "guest.ipAddress", Val: ip},
		})
	})
}

func (c *cloud) rename(from, to string) {
	c.t.Helper()
	vm := c.find("VirtualMachine", from)
	task, err := object.NewCommon(c.client, vm).Rename(c.t.Context(), to)
	c.must(err)
	c.must(task.WaitEx(c.t.Context()))
}

func (c *cloud) snapshot(of, name string) {
	c.t.Helper()
	task, err := object.NewVirtualMachine(c.client, c.find("VirtualMachine", of)).CreateSnapshot(c.t.Context(), name, "", false, false)
	c.must(err)
	c.must(task.WaitEx(c.t.Context()))
}

func (c *cloud) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// find gives the object of a name; the zero one: there is none.
func (c *cloud) find(kind, name string) types.ManagedObjectReference {
	for _, e := range c.model.Map().All(kind) {
		if e.Entity().Name == name {
			return e.Reference()
		}
	}
	return types.ManagedObjectReference{}
}

func (c *cloud) names(kind string) []string {
	var names []string
	for _, e := range c.model.Map().All(kind) {
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

func (c *cloud) driver() *vsphere.Driver {
	return vsphere.NewForTest(vsphere.Options{Server: c.server, VCenterUser: "ops", VCenterPassword: "secret"})
}

func newSpec(name string) drivers.Spec {
	return drivers.Spec{
		Name: name, Owner: drivers.Owner("owner-of-" + name), Image: "golden", CPUs: 1, MemoryGiB: 1, Network: "DC0_DVPG0",
		Disks:   []drivers.Disk{{Name: name + "-data", SizeGiB: 1}},
		Options: &vsphere.Options{Datacenter: "DC0", Cluster: "DC0_C0", Datastore: "LocalDS_0"},
	}
}

// opts gives the options of a spec to change.
func opts(s *drivers.Spec) *vsphere.Options {
	o := *s.Options.(*vsphere.Options)
	s.Options = &o
	return &o
}

func contains(list []string, part string) bool {
	for _, one := range list {
		if strings.Contains(one, part) {
			return true
		}
	}
	return false
}

// files lists the disks on the datastores.
func (c *cloud) files() []string {
	var found []string
	for _, e := range c.model.Map().All("Datastore") {
		root := e.(*simulator.Datastore).Info.GetDatastoreInfo().Url
		_ = filepath.WalkDir(root, func(path string, _ fs.DirEntry, _ error) error {
			if strings.HasSuffix(path, ".vmdk") {
				found = append(found, strings.TrimPrefix(path, root))
			}
			return nil
		})
	}
	return found
}
