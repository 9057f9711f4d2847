package lifecycle_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/fake/guest"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/spec"
)

func TestCloudInitErrorShowsModuleAndLines(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(string) guest.Behaviour {
		return guest.Behaviour{
			Errors: []string{"('scripts-user', RuntimeError('Runparts: 1 failures (runcmd) in 1 attempted commands'))"},
			Log:    "== /var/log/cloud-init-output.log\nE: Unable to locate package docker.io\n",
		}
	})
	err := w.create(t.Context(), "web-1")
	phaseError(t, err, lifecycle.PhaseBooted, "cloud-init failed in module scripts-user", "Runparts: 1 failures", "E: Unable to locate package docker.io")
	if rec := w.record("web-1"); rec.Phase != lifecycle.PhaseTrusted || !strings.Contains(rec.Problem, "Unable to locate") {
		t.Errorf("phase %s, problem %q", rec.Phase, rec.Problem)
	}
}

func TestRecoverableErrorsAreShownAndNoFailure(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(string) guest.Behaviour {
		return guest.Behaviour{Recoverable: map[string][]string{"WARNING": {"failed to set the locale"}, "DEPRECATED": {"old key"}}}
	})
	if err := w.create(t.Context(), "web-1"); err != nil {
		t.Fatal(err)
	}
	rec := w.ready(t, "web-1")
	if len(rec.Warnings) != 1 || !strings.Contains(rec.Warnings[0], "failed to set the locale") {
		t.Errorf("warnings %q", rec.Warnings)
	}
}

func TestHostWithoutCloudInit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(string) guest.Behaviour { return guest.Behaviour{NoCloudInit: true} })
	err := w.create(t.Context(), "web-1")
	phaseError(t, err, lifecycle.PhaseBooted, "no cloud-init")
	if !errors.Is(err, drivers.ErrUnsupported) {
		t.Errorf("got %v", err)
	}
}

func TestCloudInitMeetsItsLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(string) guest.Behaviour {
		return guest.Behaviour{BootTime: time.Hour, Log: "Setting up docker.io"}
	})
	p := w.process()
	p.Limits.CloudInit = 500 * time.Millisecond
	err := p.create(t.Context(), lifecycle.CreateOptions{}, "web-1")
	phaseError(t, err, lifecycle.PhaseBooted, "500ms", "modules-final", "Setting up docker.io")
	if !errors.Is(err, drivers.ErrTimeout) {
		t.Errorf("got %v", err)
	}
}

// TestLostConnectionIsMadeAnew cuts every connection while cloud-init runs, as a reboot does.
func TestLostConnectionIsMadeAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(string) guest.Behaviour { return guest.Behaviour{BootTime: 100 * time.Millisecond} })
	p := w.process()
	p.onTell = func(e lifecycle.Event) {
		if strings.HasPrefix(e.Text, "cloud-init: ") {
			w.guests.Machine("web-1").Server.Drop()
		}
	}
	if err := p.create(t.Context(), lifecycle.CreateOptions{}, "web-1"); err != nil {
		t.Fatal(err)
	}
	w.ready(t, "web-1")
}

func TestEngineThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(string) guest.Behaviour {
		return guest.Behaviour{Engine: errors.New("Cannot connect to the Docker daemon"), Log: "docker.service: Failed with result 'exit-code'"}
	})
	p := w.process()
	p.Limits.Check = 500 * time.Millisecond
	err := p.create(t.Context(), lifecycle.CreateOptions{}, "web-1")
	phaseError(t, err, lifecycle.PhaseReady, "the engine answers", "Cannot connect to the Docker daemon", "Failed with result")
}

func TestWrongMTUIsFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(string) guest.Behaviour { return guest.Behaviour{MTU: 1500} })
	p := w.process()
	p.Limits.Check = 500 * time.Millisecond
	err := p.create(t.Context(), lifecycle.CreateOptions{}, "web-1")
	phaseError(t, err, lifecycle.PhaseReady, "1500", "1450")
}

func TestHostWithoutEngine(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(string) guest.Behaviour { return guest.Behaviour{Engine: errors.New("not installed")} })
	rec := w.record("web-1", func(h *spec.Host) { h.Engine.Name = "none" })
	if err := w.process().Create(t.Context(), []*lifecycle.Record{rec}, lifecycle.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	w.ready(t, "web-1")
}
