package lifecycle_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/fake"
	"github.com/davit-io/davit/drivers/fake/guest"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/remote"
)

// newReports is a world whose platform shows no console: its guests report.
func newReports(t *testing.T, b guest.Behaviour) *world {
	t.Helper()
	w := newWorld(t, func(string) guest.Behaviour { return b })
	w.cloud.Reports = true
	return w
}

const failedScript = "('scripts-user', RuntimeError('Runparts: 1 failures (runcmd) in 1 attempted commands'))"

func TestReportedHostKeyIsPinned(t *testing.T) {
	t.Parallel()
	w := newReports(t, guest.Behaviour{BootTime: 50 * time.Millisecond})
	if err := w.create(t.Context(), "web-1"); err != nil {
		t.Fatal(err)
	}
	rec := w.ready(t, "web-1")
	own := remote.AuthorizedKey(w.guests.Machine("web-1").Server.HostKeys()[0])
	if !slices.Equal(rec.HostKeys, []string{own}) || rec.Rotate {
		t.Errorf("pinned %q, want %q", rec.HostKeys, own)
	}
	if n := w.cloud.Calls(fake.OpConsole); n != 0 {
		t.Errorf("the console was asked %d times", n)
	}
}

// TestKnownHostKeysArePinnedAtOnce has the driver know the keys, as of a machine that was there before.
func TestKnownHostKeysArePinnedAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(string) guest.Behaviour { return guest.Behaviour{Mute: true} })
	w.cloud.KnowsKeys = true
	if err := w.create(t.Context(), "web-1"); err != nil {
		t.Fatal(err)
	}
	rec := w.ready(t, "web-1")
	if own := remote.AuthorizedKey(w.guests.Machine("web-1").Server.HostKeys()[0]); !slices.Equal(rec.HostKeys, []string{own}) {
		t.Errorf("pinned %q, want %q", rec.HostKeys, own)
	}
	if n := w.cloud.Calls(fake.OpConsole); n != 0 {
		t.Errorf("the console was asked %d times", n)
	}
}

// TestGuestThatGaveUpEndsACreate has cloud-init fail where davit can't log in: the create ends long before its limits.
func TestGuestThatGaveUpEndsACreate(t *testing.T) {
	t.Parallel()
	for name, b := range map[string]guest.Behaviour{
		"no SSH":       {Deaf: true, Errors: []string{failedScript}},
		"no host keys": {Mute: true, Errors: []string{failedScript}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newReports(t, b)
			start := time.Now()
			err := w.create(t.Context(), "web-1")
			phaseError(t, err, lifecycle.PhaseTrusted, "the guest reports that cloud-init failed in module scripts-user", "Runparts: 1 failures", "davit create web-1")
			if took := time.Since(start); took > 5*time.Second || errors.Is(err, drivers.ErrTimeout) {
				t.Errorf("it took %s: %v", took, err)
			}
		})
	}
}

// TestGuestThatFailedAndAnswersIsAsked shows more than its report when SSH can be trusted.
func TestGuestThatFailedAndAnswersIsAsked(t *testing.T) {
	t.Parallel()
	w := newReports(t, guest.Behaviour{Errors: []string{failedScript}, Log: "E: Unable to locate package docker.io"})
	err := w.create(t.Context(), "web-1")
	phaseError(t, err, lifecycle.PhaseBooted, "cloud-init failed in module scripts-user", "E: Unable to locate package docker.io")
}

func TestReportIsAmongTheCauses(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		b     guest.Behaviour
		phase lifecycle.Phase
		words []string
	}{
		"no SSH":       {guest.Behaviour{Deaf: true, BootTime: time.Hour}, lifecycle.PhaseTrusted, []string{`cloud-init is in its phase "final"`}},
		"no host keys": {guest.Behaviour{Mute: true}, lifecycle.PhaseTrusted, []string{"no host keys in the guest's report", "cloud-init is done", "guest tools", "--host-key injected"}},
		"no end":       {guest.Behaviour{BootTime: time.Hour, Log: "Setting up docker.io"}, lifecycle.PhaseBooted, []string{"Setting up docker.io", `in its phase "final"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newReports(t, tc.b)
			p := w.process()
			p.Limits.Port, p.Limits.HostKey, p.Limits.CloudInit = 300*time.Millisecond, 300*time.Millisecond, 300*time.Millisecond
			err := p.create(t.Context(), lifecycle.CreateOptions{}, "web-1")
			phaseError(t, err, tc.phase, tc.words...)
			if !errors.Is(err, drivers.ErrTimeout) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestReportOfAVanishedHost ends at once.
func TestReportOfAVanishedHost(t *testing.T) {
	t.Parallel()
	w := newReports(t, guest.Behaviour{Mute: true})
	p := w.process()
	p.onTell = func(e lifecycle.Event) {
		if strings.Contains(e.Text, "host keys") {
			w.vanish(t, "web-1")
		}
	}
	err := p.create(t.Context(), lifecycle.CreateOptions{}, "web-1")
	phaseError(t, err, lifecycle.PhaseTrusted, "read the host keys in the guest's report")
	if !errors.Is(err, drivers.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}

// vanish removes a host's server behind davit's back.
func (w *world) vanish(t *testing.T, name string) {
	t.Helper()
	d := w.cloud.Driver()
	for _, r := range w.record(name).Resources {
		if r.Kind == drivers.KindServer {
			if err := d.Delete(context.WithoutCancel(t.Context()), []drivers.Resource{r}); err != nil {
				t.Error(err)
			}
		}
	}
}
