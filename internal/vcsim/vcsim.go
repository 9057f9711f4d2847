// Package vcsim is a vCenter on loopback for tests and figures: govmomi's simulator with a template, tags, and guests
// that report an address once they run; a proxy that counts its calls and breaks them; and a witness of what is there.
package vcsim

import (
	"context"
	"net/url"
	"sync"
	"time"

	_ "github.com/vmware/govmomi/pbm/simulator" // storage policies
	"github.com/vmware/govmomi/simulator"
	_ "github.com/vmware/govmomi/vapi/simulator" // tags
	"github.com/vmware/govmomi/vim25/types"
)

// What is in the vCenter, besides the standard port group VM Network, the datastore LocalDS_1, the datastore cluster
// DC0_POD0, which is empty, and the resource pool DC0_C0_RP1.
const (
	Datacenter = "DC0"
	Cluster    = "DC0_C0" // of two ESXi hosts; there is a single one beside it
	Datastore  = "LocalDS_0"
	Network    = "DC0_DVPG0" // a port group of the distributed switch DVS0
	Template   = "golden"    // a machine that is off, with one disk and no snapshot
	Policy     = "vSAN Default Storage Policy"
	Tag        = "team:web"
)

// VCenter is a running vCenter.
type VCenter struct {
	*simulator.Model
	URL string // of its SDK, http on loopback

	server *simulator.Server
}

// making keeps simulators from being made side by side: they share their lists of licenses.
var making sync.Mutex

// Start starts a vCenter that listens at an address with a port; port 0: any. It serves until Close. change has its way
// with the model before anything is made.
func Start(ctx context.Context, listen string, change ...func(*simulator.Model)) (*VCenter, error) {
	m := simulator.VPX()
	m.ClusterHost, m.Machine, m.Pod, m.Datastore, m.Pool, m.Autostart = 2, 1, 1, 2, 1, false
	for _, f := range change {
		f(m)
	}
	making.Lock()
	err := m.Create()
	making.Unlock()
	if err != nil {
		return nil, err
	}
	m.Service.Listen, m.Service.RegisterEndpoints = &url.URL{Host: listen}, true
	v := &VCenter{Model: m, server: m.Service.NewServer()}
	v.URL = "http://" + v.server.URL.Host + v.server.URL.Path
	m.Map().AddHandler(&guests{})
	if err := v.furnish(ctx); err != nil {
		v.Close()
		return nil, err
	}
	return v, nil
}

// WithNSX adds the port group DC0_NSXPG0, whose MTU the vCenter is not told.
func WithNSX(m *simulator.Model) { m.PortgroupNSX = 1 }

// Close ends the vCenter and removes its files.
func (v *VCenter) Close() {
	v.server.CloseClientConnections()
	v.server.Close()
	v.Remove()
}

// Find gives the object of a type and a name; the zero one: there is none.
func (v *VCenter) Find(kind, name string) types.ManagedObjectReference {
	for _, e := range v.Map().All(kind) {
		if e.Entity().Name == name {
			return e.Reference()
		}
	}
	return types.ManagedObjectReference{}
}

// Env are the variables of the environment that lead davit and govc to a vCenter's URL. Any name and password will do.
func Env(url string) []string {
	return []string{"GOVC_URL=" + url, "GOVC_USERNAME=ops", "GOVC_PASSWORD=secret"}
}

// Break makes calls of an operation fail, times often; 0: always. A fault goes with simulator.FaultTypeCustom.
func (v *VCenter) Break(operation string, kind simulator.FaultType, fault types.BaseMethodFault, times int) {
	v.Service.AddFaultRule(&simulator.FaultInjectionRule{
		MethodName: operation, ObjectType: "*", ObjectName: "*", Probability: 1, FaultType: kind, Fault: fault, MaxCount: times, Enabled: true,
	})
}

// TasksTake sets how long each task of all vCenters of this process takes at least; before the first of them starts.
func TasksTake(d time.Duration) {
	// Unless the hand-over of locks is off, a task's objects can't be read while it runs.
	simulator.TaskDelay = simulator.DelayConfig{Delay: int(d.Milliseconds()), MethodDelay: map[string]int{"LockHandoff": 0}}
}

// Mend ends all that Break began.
func (v *VCenter) Mend() { v.Service.ClearFaultRules() }
