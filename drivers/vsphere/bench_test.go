package vsphere_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/vsphere"
)

// made is what a create told of.
type made struct {
	mu sync.Mutex
	rs []drivers.Resource
}

func (m *made) note(r drivers.Resource) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, known := range m.rs {
		if known.Kind == r.Kind && known.ID == r.ID {
			return nil
		}
	}
	m.rs = append(m.rs, r)
	return nil
}

func render([]drivers.DiskIdentity) (drivers.Documents, error) {
	return drivers.Documents{UserData: []byte("#cloud-config\n{}\n")}, nil
}

// create resolves and creates one host.
func create(ctx context.Context, d *vsphere.Driver, s drivers.Spec, m *made) (drivers.Host, error) {
	rs, err := d.Resolve(ctx, []drivers.Spec{s})
	if err != nil {
		return drivers.Host{}, err
	}
	return d.Create(ctx, rs[0], render, m.note)
}

func mustCreate(t *testing.T, d *vsphere.Driver, s drivers.Spec) (drivers.Host, []drivers.Resource) {
	t.Helper()
	m := &made{}
	host, err := create(t.Context(), d, s, m)
	if err != nil {
		t.Fatal(err)
	}
	return host, m.rs
}

// TestBudget counts all calls from the first to the logout, for hosts made and removed together at a vCenter of its own
// process: the simulator's datastores race when machines are destroyed side by side.
func TestBudget(t *testing.T) {
	c := spawn(t, program(t))
	held := c.everything()
	for _, tc := range []struct {
		name string
		n    int
		max  float64 // calls per host
	}{{"the first ever", 1, 28}, {"one", 1, 25}, {"ten", 10, 10}, {"fifty", 50, 6}} {
		t.Run(tc.name, func(t *testing.T) {
			p := before(t, c.vcenter)
			d := p.driver()
			fleet(t, d, tc.n)
			if err := d.Close(t.Context()); err != nil {
				t.Fatal(err)
			}
			equal(t, p.everything(), held)
			got := tally(p.Calls())
			per := float64(len(p.Calls())) / float64(tc.n)
			t.Logf("%d calls, %.2f per host: %v", len(p.Calls()), per, got)
			if per > tc.max {
				t.Errorf("%.2f calls per host, want %.0f at most", per, tc.max)
			}
			if got["Login"] != 1 || got["Logout"] != 1 {
				t.Errorf("%d logins, %d logouts", got["Login"], got["Logout"])
			}
		})
	}
}

// fleet makes hosts together and removes them together.
func fleet(t *testing.T, d *vsphere.Driver, n int) {
	t.Helper()
	specs := make([]drivers.Spec, n)
	for i := range specs {
		specs[i] = newSpec(fmt.Sprintf("web-%d", i+1))
		specs[i].MemoryGiB = 0 // the template's: the simulator's ESXi hosts are small
	}
	rs, err := d.Resolve(t.Context(), specs)
	if err != nil {
		t.Fatal(err)
	}
	all := make([]made, n)
	parallel(n, func(i int) {
		if _, err := d.Create(t.Context(), rs[i], render, all[i].note); err != nil {
			t.Error(err)
		}
	})
	parallel(n, func(i int) {
		if err := d.Delete(t.Context(), all[i].rs); err != nil {
			t.Error(err)
		}
	})
}

func parallel(n int, do func(i int)) {
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { do(i) })
	}
	wg.Wait()
}

func tally(ops []string) map[string]int {
	out := map[string]int{}
	for _, op := range ops {
		out[op]++
	}
	return out
}
