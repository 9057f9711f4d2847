package lifecycle_test

import (
	"errors"
	"testing"
	"time"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/fake/guest"
	"github.com/davit-io/davit/internal/lifecycle"
)

func TestPower(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	if err := w.create(t.Context(), "web-1"); err != nil {
		t.Fatal(err)
	}
	p, recs := w.process(), []*lifecycle.Record{w.record("web-1")}
	commands := w.guests.Machine("web-1").Server.Commands
	asked := len(commands())
	for _, step := range []struct {
		name   string
		do     func() error
		want   drivers.State
		checks bool
	}{
		{"stop", func() error { return p.Stop(t.Context(), recs, false) }, drivers.StateStopped, false},
		{"start", func() error { return p.Start(t.Context(), recs) }, drivers.StateRunning, true},
		{"restart", func() error { return p.Restart(t.Context(), recs, false) }, drivers.StateRunning, true},
		{"kill", func() error { return p.Stop(t.Context(), recs, true) }, drivers.StateStopped, false},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if got := p.Status(t.Context(), recs)[0]; got.Host.State != step.want || got.Err != nil {
			t.Errorf("%s: state %s, %v", step.name, got.Host.State, got.Err)
		}
		if checked := len(commands()) > asked; checked != step.checks {
			t.Errorf("%s: the engine was checked: %t", step.name, checked)
		}
		asked = len(commands())
	}
}

// Where a guest tells its own address, it has none while it is off, nor right after its start.
func TestStartAwaitsTheAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.cloud.Reports = true
	if err := w.create(t.Context(), "web-1"); err != nil {
		t.Fatal(err)
	}
	p, recs := w.process(), []*lifecycle.Record{w.record("web-1")}
	if err := p.Stop(t.Context(), recs, false); err != nil {
		t.Fatal(err)
	}
	if err := p.Start(t.Context(), recs); err != nil {
		t.Fatal(err)
	}
	if rec := w.record("web-1"); len(rec.Addresses) == 0 {
		t.Error("the record has no address")
	}
}

func TestStartTellsOfAnEngineThatDoesNotComeBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(string) guest.Behaviour { return guest.Behaviour{} })
	if err := w.create(t.Context(), "web-1"); err != nil {
		t.Fatal(err)
	}
	w.guests.Machine("web-1").Engine = errors.New("Cannot connect")
	p := w.process()
	p.Limits.Check = 500 * time.Millisecond
	err := p.Restart(t.Context(), []*lifecycle.Record{w.record("web-1")}, false)
	phaseError(t, err, lifecycle.PhaseReady, "Cannot connect", "davit status web-1")
}

func TestStatusOfAHostThatIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	if err := w.create(t.Context(), "web-1"); err != nil {
		t.Fatal(err)
	}
	rec := w.record("web-1")
	if err := w.cloud.Driver().Delete(t.Context(), rec.Resources); err != nil {
		t.Fatal(err)
	}
	all := w.process().Status(t.Context(), []*lifecycle.Record{rec, w.record("web-2")})
	if !errors.Is(all[0].Err, drivers.ErrNotFound) || all[1].Err != nil || all[1].Host.State != "" {
		t.Errorf("%+v", all)
	}
}
