package lifecycle_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/davit-io/davit/drivers/fake"
	"github.com/davit-io/davit/drivers/fake/guest"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/spec"
)

func faultsOf(op string) []fake.Fault {
	boom := errors.New("boom")
	return []fake.Fault{
		{Op: op, Err: boom, Times: 1},
		{Op: op, After: true, Err: boom, Times: 1},
		{Op: op, Hang: true, Times: 1},
		{Op: op, After: true, Hang: true, Times: 1},
		{Op: op, Kill: true, Times: 1},
		{Op: op, After: true, Kill: true, Times: 1},
	}
}

// TestCreateAgainAfterEveryFault lets each call fail, hang or be killed, before and after its effect.
func TestCreateAgainAfterEveryFault(t *testing.T) {
	t.Parallel()
	for _, op := range append([]string{fake.OpResolve}, fake.CreateOps...) {
		for _, f := range faultsOf(op) {
			t.Run(fmt.Sprintf("%s after=%t err=%t hang=%t kill=%t", op, f.After, f.Err != nil, f.Hang, f.Kill), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, nil)
				w.cloud.Fault(f)
				p := w.process()
				ctx := t.Context()
				if f.Hang {
					p.Limits.Create = 500 * time.Millisecond
					limited, cancel := context.WithTimeout(ctx, time.Second)
					defer cancel()
					ctx = limited
				}
				if err := p.create(ctx, lifecycle.CreateOptions{}, "web-1"); err == nil {
					t.Error("the fault did not show")
				}
				w.cloud.Heal()
				if err := w.create(t.Context(), "web-1"); err != nil {
					t.Fatal(err)
				}
				w.ready(t, "web-1")
				w.holds(t, 1)
			})
		}
	}
}

// TestCreateAgainAfterAKillAtEveryStep kills the process at each thing that it tells of, with a console key and with
// an injected one.
func TestCreateAgainAfterAKillAtEveryStep(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"platform", "injected"} {
		steps := countEvents(t, how)
		if steps < 10 {
			t.Fatalf("only %d steps", steps)
		}
		for n := range steps {
			t.Run(fmt.Sprintf("%s step %d", how, n+1), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, nil)
				killAt(t, w, how, n)
				if err := w.create(t.Context(), "web-1"); err != nil {
					t.Fatal(err)
				}
				rec := w.ready(t, "web-1")
				w.holds(t, 1)
				if rec.Rotate || len(rec.HostKeys) != 1 {
					t.Errorf("host keys %q, to be rotated: %t", rec.HostKeys, rec.Rotate)
				}
			})
		}
	}
}

func hostKey(how string) func(*spec.Host) { return func(h *spec.Host) { h.HostKey = how } }

func countEvents(t *testing.T, how string) int {
	t.Helper()
	w := newWorld(t, nil)
	if err := w.process().Create(t.Context(), []*lifecycle.Record{w.record("web-1", hostKey(how))}, lifecycle.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	return len(w.events)
}

func killAt(t *testing.T, w *world, how string, n int) {
	t.Helper()
	p := w.process()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	seen := 0
	p.onTell = func(lifecycle.Event) {
		if seen == n {
			p.kill()
			cancel()
		}
		seen++
	}
	_ = p.Create(ctx, []*lifecycle.Record{w.record("web-1", hostKey(how))}, lifecycle.CreateOptions{})
	if seen <= n {
		t.Fatalf("there was no step %d", n+1)
	}
}

// TestServerThatWentAwayIsMadeAnew takes the server of an incomplete host away: its keys are not trusted any more.
func TestServerThatWentAwayIsMadeAnew(t *testing.T) {
	t.Parallel()
	broken := true
	w := newWorld(t, func(string) guest.Behaviour { return guest.Behaviour{NoCloudInit: broken} })
	if err := w.create(t.Context(), "web-1"); err == nil {
		t.Fatal("the fault did not show")
	}
	before := w.record("web-1")
	if err := w.cloud.Driver().Delete(t.Context(), before.Resources[1:2]); err != nil {
		t.Fatal(err)
	}
	broken = false
	if err := w.create(t.Context(), "web-1"); err != nil {
		t.Fatal(err)
	}
	after := w.record("web-1")
	if !after.Complete() || after.HostID == before.HostID || after.HostKeys[0] == before.HostKeys[0] {
		t.Errorf("phase %s, host %s then %s", after.Phase, before.HostID, after.HostID)
	}
	w.holds(t, 1)
}
