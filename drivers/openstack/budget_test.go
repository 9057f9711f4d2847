package openstack_test

import (
	"testing"
	"time"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/openstack"
	"github.com/davit-io/davit/internal/stacksim"
)

// TestBudget counts all calls from resolve to deleted, with the logins of the two processes, on a cloud that takes
// about as long as the bed (scaled, as the driver's pauses are).
// It runs alone: on a machine busy with other tests the cloud would seem slow, and be looked at more often.
func TestBudget(t *testing.T) {
	for _, tc := range []struct {
		name   string
		n      int
		change func(*drivers.Spec)
		max    float64 // calls per host
	}{
		{"one", 1, func(*drivers.Spec) {}, 20},
		{"one without floating IP", 1, withoutIP, 16},
		{"ten", 10, func(*drivers.Spec) {}, 10},
		{"fifty", 50, func(*drivers.Spec) {}, 8},
		{"fifty without floating IP", 50, withoutIP, 5},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := newSlowBench(t, stacksim.Options{BuildTime: 300 * time.Millisecond, Latency: 10 * time.Millisecond})
			b.together(tc.n, tc.change)
			per := float64(len(b.Calls())) / float64(tc.n)
			t.Logf("%.2f calls per host", per)
			if per > tc.max {
				t.Errorf("%.2f calls per host, want %.0f at most: %v", per, tc.max, b.ops())
			}
			if b.Peak() > 3*8 {
				t.Errorf("%d requests at once; 8 per service are the limit", b.Peak())
			}
		})
	}
}

func withoutIP(s *drivers.Spec) { s.Options = &openstack.Options{Cloud: "sim"} }

// TestGetsBecomeOneList asks for many hosts at the same moment.
func TestGetsBecomeOneList(t *testing.T) {
	t.Parallel()
	b := newBench(t, stacksim.Options{})
	ids := make([]string, 8)
	for i := range ids {
		s := spec("web")
		withoutIP(&s)
		s.Disks = nil
		host, _ := b.mustCreate(s)
		ids[i] = host.ID
	}
	b.ResetCalls()
	inParallel(len(ids), func(i int, _ drivers.Resolved) {
		if host, err := b.Get(t.Context(), ids[i]); err != nil || host.ID != ids[i] || host.LinkMTU != 1450 {
			t.Errorf("%+v, %v", host, err)
		}
	}, make([]drivers.Resolved, len(ids)))
	if n := len(b.Calls()); n > 4 {
		t.Errorf("%d calls for %d hosts: %v", n, len(ids), b.ops())
	}
}

// TestSurveyIsOneList looks at many hosts, one of them not davit's any more.
func TestSurveyIsOneList(t *testing.T) {
	t.Parallel()
	b := newBench(t, stacksim.Options{})
	for range 8 {
		s := spec("web")
		s.Disks = nil
		b.mustCreate(s)
	}
	b.ResetCalls()
	hosts, err := b.Survey(t.Context())
	if err != nil || len(hosts) != 8 {
		t.Fatalf("%d hosts: %v", len(hosts), err)
	}
	if calls := len(b.Calls()); calls > 3 {
		t.Errorf("%d calls: %v", calls, b.ops())
	}
}
