package lifecycle_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/fake"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/spec"
)

// planTogether plans hosts with a runner each.
func planTogether(t *testing.T, w *world, change map[string]func(*spec.Host)) map[string]error {
	t.Helper()
	var together lifecycle.Together
	d := w.cloud.Driver()
	errs, mu := map[string]error{}, sync.Mutex{}
	var all sync.WaitGroup
	for name, c := range change {
		all.Go(func() {
			p := w.process()
			p.Driver, p.Together = d, &together
			plans, err := p.Plan(t.Context(), []*lifecycle.Record{lifecycle.NewRecord(w.host(name, c))})
			if err == nil && plans[0].Host.Name != name {
				err = errors.New("got the plan of " + plans[0].Host.Name)
			}
			mu.Lock()
			defer mu.Unlock()
			errs[name] = err
		})
	}
	all.Wait()
	return errs
}

func same(*spec.Host) {}

func TestTogether(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	errs := planTogether(t, w, map[string]func(*spec.Host){"a": same, "b": same, "c": same})
	if errs["a"] != nil || errs["b"] != nil || errs["c"] != nil {
		t.Error(errs)
	}
	if n := w.cloud.Calls(fake.OpResolve); n > 2 {
		t.Errorf("%d calls for three hosts at the same moment", n)
	}
}

// TestTogetherTellsEachItsOwn has one host with a mistake.
func TestTogetherTellsEachItsOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	errs := planTogether(t, w, map[string]func(*spec.Host){"a": same, "b": func(h *spec.Host) { h.Image = "none" }})
	if errs["a"] != nil || errs["b"] == nil || !strings.Contains(errs["b"].Error(), `no image "none"`) {
		t.Error(errs)
	}
}

// TestTogetherHoldsTheQuotaAgainstTheSum has room for one of two.
func TestTogetherHoldsTheQuotaAgainstTheSum(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.cloud.Quota.Servers = 1
	errs := planTogether(t, w, map[string]func(*spec.Host){"a": same, "b": same})
	if !errors.Is(errs["a"], drivers.ErrQuota) || !errors.Is(errs["b"], drivers.ErrQuota) {
		t.Error(errs)
	}
}
