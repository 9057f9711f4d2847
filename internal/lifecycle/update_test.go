package lifecycle_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/fake"
	"github.com/davit-io/davit/drivers/fake/guest"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/spec"
)

func TestChanges(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	extra := func(h *spec.Host) {
		h.Disks = append(h.Disks, spec.Disk{SizeGiB: 1, Filesystem: "ext4", Mount: "/srv"})
	}
	for name, tc := range map[string]struct {
		change  func(*spec.Host)
		path    string
		dearest string
	}{
		"nothing":           {func(*spec.Host) {}, "", ""},
		"keep":              {func(h *spec.Host) { h.Disks[0].Keep = true }, "disks[0].keep", lifecycle.InPlace},
		"labels":            {func(h *spec.Host) { h.Engine.Labels = map[string]string{"a": "b"} }, "engine.labels", lifecycle.EngineRestart},
		"a mount":           {func(h *spec.Host) { h.Disks[1].Mount = "/data" }, "disks[1].mount", lifecycle.Reboot},
		"the engine's disk": {func(h *spec.Host) { h.Disks[0].Mount = "/data" }, "disks[0].mount", lifecycle.Replace},
		"the image":         {func(h *spec.Host) { h.Image = "silent-1" }, "image", lifecycle.Replace},
		"another disk":      {extra, "disks", lifecycle.Replace},
		"the account":       {func(h *spec.Host) { h.Options.(*fake.Options).Account = "other" }, "", ""},
		"several": {func(h *spec.Host) {
			h.Disks[0].Keep, h.MTU, h.Disks[1].Mount = true, 1400, "/data"
		}, "disks[0].keep", lifecycle.Reboot},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := lifecycle.Changes(w.host("web-1", extra), w.host("web-1", extra, tc.change))
			path := ""
			if len(got) > 0 {
				path = got[0].Path
			}
			if path != tc.path || lifecycle.Dearest(got) != tc.dearest {
				t.Errorf("%v, the dearest is %q", got, lifecycle.Dearest(got))
			}
		})
	}
}

// updated makes a host, changes it, and gives its record and its machine.
func updated(t *testing.T, w *world, change func(*spec.Host)) (*lifecycle.Record, *guest.Machine, error) {
	t.Helper()
	if err := w.create(t.Context(), "web-1"); err != nil {
		t.Fatal(err)
	}
	return changed(t, w, change)
}

// changed changes a host that is there.
func changed(t *testing.T, w *world, change func(*spec.Host)) (*lifecycle.Record, *guest.Machine, error) {
	t.Helper()
	rec := w.record("web-1")
	to := rec.Spec.Clone()
	change(to)
	err := w.process().Update(t.Context(), []*lifecycle.Record{rec}, []*spec.Host{to})
	return w.record("web-1"), w.guests.Machine("web-1"), err
}

func TestUpdateRestartsTheEngine(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	rec, m, err := updated(t, w, func(h *spec.Host) {
		h.Engine.RegistryMirrors, h.MTU = []string{"https://mirror.example.com"}, 1400
	})
	if err != nil {
		t.Fatal(err)
	}
	given := m.Reconfigured()
	if len(given) != 1 || !strings.Contains(given[0], `"https://mirror.example.com"`) || !strings.Contains(given[0], "sh /var/lib/davit/docker.sh debian") {
		t.Errorf("configured with %q", given)
	}
	if rec.MTU != 1400 || rec.Spec.MTU != 1400 || !rec.Complete() {
		t.Errorf("the record has MTU %d, phase %s", rec.MTU, rec.Phase)
	}
	w.holds(t, 1)
}

func TestUpdateInPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	rec, m, err := updated(t, w, func(h *spec.Host) { h.Disks[0].Keep = true })
	if err != nil || len(m.Reconfigured()) > 0 || !rec.Spec.Disks[0].Keep {
		t.Errorf("keep %v, configured with %q: %v", rec.Spec.Disks[0].Keep, m.Reconfigured(), err)
	}
}

// TestUpdateAgain provisions: the host gets its configuration again, although nothing differs.
func TestUpdateAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	if _, m, err := updated(t, w, func(*spec.Host) {}); err != nil || len(m.Reconfigured()) != 1 {
		t.Errorf("configured with %q: %v", m.Reconfigured(), err)
	}
}

func TestUpdateReboots(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	rec := w.record("web-1", func(h *spec.Host) { h.Disks[0].Mount = "/srv" })
	if err := w.process().Create(t.Context(), []*lifecycle.Record{rec}, lifecycle.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	_, m, err := changed(t, w, func(h *spec.Host) { h.Disks[0].Mount = "/data" })
	if err != nil {
		t.Fatal(err)
	}
	given := strings.Join(m.Reconfigured(), "")
	for _, line := range []string{"forget.sh /srv", "davit-data /data"} {
		if !strings.Contains(given, line) {
			t.Errorf("no %q in %s", line, given)
		}
	}
	if w.cloud.Calls(fake.OpPower) != 2 {
		t.Errorf("%d calls to switch it, want a stop and a start", w.cloud.Calls(fake.OpPower))
	}
}

func TestUpdateRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	rec, _, err := updated(t, w, func(h *spec.Host) { h.Image, h.CPUs, h.MTU = "silent-1", 4, 1400 })
	var paths []string
	for _, f := range field.All(err) {
		paths = append(paths, f.Path)
	}
	if !errors.Is(err, drivers.ErrUnsupported) || !slices.Equal(paths, []string{"image", "cpus"}) || rec.Spec.MTU != 0 {
		t.Errorf("findings at %v, MTU %d: %v", paths, rec.Spec.MTU, err)
	}
}

func TestUpdateFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(string) guest.Behaviour {
		return guest.Behaviour{Stubborn: errors.New("davit: docker doesn't start")}
	})
	rec, _, err := updated(t, w, func(h *spec.Host) { h.MTU = 1400 })
	phaseError(t, err, lifecycle.PhaseReady, "exit 1", "docker doesn't start")
	if rec.Spec.MTU != 0 {
		t.Error("the record tells of a change that did not happen")
	}
}
