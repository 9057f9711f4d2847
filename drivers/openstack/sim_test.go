package openstack_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/openstack"
	"github.com/davit-io/davit/internal/stacksim"
)

// bench is a simulated cloud and a driver on it.
type bench struct {
	*stacksim.Cloud
	*openstack.Driver
	t     *testing.T
	scale float64 // of the driver's pauses
}

func newBench(t *testing.T, o stacksim.Options) *bench {
	t.Helper()
	return (&bench{Cloud: stacksim.Start(t, o), t: t, scale: 0.03}).again()
}

// newSlowBench leaves the pauses large beside the time that this machine takes.
func newSlowBench(t *testing.T, o stacksim.Options) *bench {
	t.Helper()
	return (&bench{Cloud: stacksim.Start(t, o), t: t, scale: 0.1}).again()
}

// again has a driver of another process: with a login of its own.
func (b *bench) again() *bench {
	other := *b
	other.Driver = openstack.NewForTest(openstack.Options{Cloud: "sim"}, b.CloudsYAML(), b.scale)
	return &other
}

func spec(name string) drivers.Spec {
	s := suite("sim", nil).Spec(name)
	s.Owner = drivers.Owner(uuid.NewString())
	return s
}

func render([]drivers.DiskIdentity) (drivers.Documents, error) {
	return drivers.Documents{UserData: []byte("#cloud-config\n{}\n")}, nil
}

// made is what creates reported.
type made struct {
	sync.Mutex
	list []drivers.Resource
}

func (m *made) add(r drivers.Resource) error {
	m.Lock()
	defer m.Unlock()
	m.list = append(m.list, r)
	return nil
}

func (b *bench) resolve(ctx context.Context, specs ...drivers.Spec) []drivers.Resolved {
	b.t.Helper()
	rs, err := b.Resolve(ctx, specs)
	if err != nil {
		b.t.Fatal(err)
	}
	return rs
}

// create resolves and makes one host.
func (b *bench) create(ctx context.Context, s drivers.Spec) (drivers.Host, []drivers.Resource, error) {
	var m made
	rs, err := b.Resolve(ctx, []drivers.Spec{s})
	if err != nil {
		return drivers.Host{}, nil, err
	}
	host, err := b.Create(ctx, rs[0], render, m.add)
	return host, m.list, err
}

func (b *bench) mustCreate(s drivers.Spec) (drivers.Host, []drivers.Resource) {
	b.t.Helper()
	host, rs, err := b.create(b.t.Context(), s)
	if err != nil {
		b.t.Fatal(err)
	}
	return host, rs
}

// counts is what the cloud has: servers, volumes, floating IPs, ports.
func (b *bench) counts() [4]int {
	return [4]int{len(b.Servers()), len(b.Volumes()), len(b.FloatingIPs()), len(b.Ports())}
}

func (b *bench) wantCounts(want [4]int) {
	b.t.Helper()
	if got := b.counts(); got != want {
		b.t.Errorf("servers, volumes, floating IPs, ports: %v, want %v", got, want)
	}
}

// wantGone removes what an owner has and wants the cloud empty then.
func (b *bench) wantGone(owner drivers.Owner) {
	b.t.Helper()
	found, err := b.Find(b.t.Context(), owner)
	if err != nil {
		b.t.Fatal(err)
	}
	rs := make([]drivers.Resource, len(found))
	for i, f := range found {
		rs[i] = f.Resource
	}
	if err := b.Delete(b.t.Context(), rs); err != nil {
		b.t.Error(err)
	}
	b.wantCounts([4]int{})
}

// ops lists the operations of the calls so far.
func (b *bench) ops() []string {
	var out []string
	for _, call := range b.Calls() {
		out = append(out, call.Op)
	}
	return out
}

func (b *bench) count(op string) int {
	n := 0
	for _, o := range b.ops() {
		if o == op {
			n++
		}
	}
	return n
}

// together creates n hosts at once and removes them with a driver of another process.
func (b *bench) together(n int, change func(*drivers.Spec)) {
	b.t.Helper()
	specs := make([]drivers.Spec, n)
	for i := range specs {
		specs[i] = spec(fmt.Sprintf("web-%d", i+1))
		change(&specs[i])
	}
	parts := make([]made, n)
	inParallel(n, func(i int, r drivers.Resolved) {
		if _, err := b.Create(b.t.Context(), r, render, parts[i].add); err != nil {
			b.t.Error(err)
		}
	}, b.resolve(b.t.Context(), specs...))
	other := b.again()
	inParallel(n, func(i int, _ drivers.Resolved) {
		if err := other.Delete(b.t.Context(), parts[i].list); err != nil {
			b.t.Error(err)
		}
	}, make([]drivers.Resolved, n))
	b.wantCounts([4]int{})
}

func inParallel(n int, do func(int, drivers.Resolved), rs []drivers.Resolved) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { do(i, rs[i]) })
	}
	wg.Wait()
}

func kindsOf(rs []drivers.Resource) []drivers.Kind {
	var out []drivers.Kind
	for _, r := range rs {
		out = append(out, r.Kind)
	}
	slices.Sort(out)
	return out
}

const quick = 80 * time.Millisecond
