package lifecycle_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/fake"
	"github.com/davit-io/davit/drivers/fake/guest"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/spec"
)

func (w *world) remove(t *testing.T, o lifecycle.RemoveOptions, names ...string) ([]lifecycle.Removed, error) {
	t.Helper()
	var recs []*lifecycle.Record
	for _, name := range names {
		recs = append(recs, w.record(name))
	}
	return w.process().Remove(t.Context(), recs, o)
}

func TestRemove(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	if err := w.create(t.Context(), "web-1", "web-2", "web-3"); err != nil {
		t.Fatal(err)
	}
	removed, err := w.remove(t, lifecycle.RemoveOptions{}, "web-1", "web-3")
	if err != nil {
		t.Fatal(err)
	}
	if len(removed) != 2 || removed[1].Host != "web-3" || len(removed[1].Gone) != 3 {
		t.Errorf("%+v", removed)
	}
	if w.stored("web-1") || !w.stored("web-2") || w.stored("web-3") {
		t.Error("the wrong records are left")
	}
	w.holds(t, 1)
	if n := w.cloud.Calls(fake.OpFind); n != 0 {
		t.Errorf("complete hosts were searched for %d times", n)
	}
}

// TestRemoveOfActiveAsksNoMore removes a host that was made as far as asked: its driver told of all that it made.
func TestRemoveOfActiveAsksNoMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	if err := w.process().create(t.Context(), lifecycle.CreateOptions{Until: lifecycle.UntilActive}, "web-1"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.remove(t, lifecycle.RemoveOptions{}, "web-1"); err != nil {
		t.Fatal(err)
	}
	w.holds(t, 0)
	if n := w.cloud.Calls(fake.OpFind); n != 0 {
		t.Errorf("the host was searched for %d times", n)
	}
}

// TestRemoveAfterAKill removes what no record knows of, after each call of a create.
func TestRemoveAfterAKill(t *testing.T) {
	t.Parallel()
	for _, op := range fake.CreateOps {
		t.Run(op, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			w.cloud.Fault(fake.Fault{Op: op, After: true, Kill: true, Times: 1})
			_ = w.create(t.Context(), "web-1")
			if _, err := w.remove(t, lifecycle.RemoveOptions{}, "web-1"); err != nil {
				t.Fatal(err)
			}
			w.holds(t, 0)
			if w.stored("web-1") {
				t.Error("the record is left")
			}
		})
	}
}

func TestRollbackLeavesNothing(t *testing.T) {
	t.Parallel()
	for _, op := range fake.CreateOps {
		for _, f := range faultsOf(op) {
			if f.Kill {
				continue // the dead roll nothing back
			}
			t.Run(fmt.Sprintf("%s after=%t err=%t hang=%t", op, f.After, f.Err != nil, f.Hang), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, nil)
				w.cloud.Fault(f)
				p := w.process()
				if f.Hang {
					p.Limits.Create = 500 * time.Millisecond
				}
				err := p.create(t.Context(), lifecycle.CreateOptions{OnError: lifecycle.Rollback}, "web-1")
				phaseError(t, err, lifecycle.PhaseCreated, "removed again")
				w.holds(t, 0)
				if w.stored("web-1") {
					t.Error("the record is left")
				}
			})
		}
	}
}

func TestRollbackAfterTheHostFailed(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(string) guest.Behaviour { return guest.Behaviour{NoCloudInit: true} })
	rec := w.record("web-1", func(h *spec.Host) { h.Disks[0].Keep = true })
	err := w.process().Create(t.Context(), []*lifecycle.Record{rec}, lifecycle.CreateOptions{OnError: lifecycle.Rollback})
	phaseError(t, err, lifecycle.PhaseBooted, "no cloud-init", "removed again")
	w.holds(t, 0)
}

func TestKeptDiskIsNamedAndTakenUpAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	rec := w.record("web-1", func(h *spec.Host) { h.Disks[0].Keep = true })
	if err := w.process().Create(t.Context(), []*lifecycle.Record{rec}, lifecycle.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	removed, err := w.remove(t, lifecycle.RemoveOptions{}, "web-1")
	if err != nil {
		t.Fatal(err)
	}
	if len(removed[0].Kept) != 1 || removed[0].Kept[0].Name != "web-1-data" || len(removed[0].Gone) != 2 {
		t.Errorf("%+v", removed)
	}
	kept := w.record("web-1")
	if kept.Phase != lifecycle.PhaseKept || len(kept.Resources) != 1 || kept.HostID != "" || kept.Dial().IsValid() {
		t.Errorf("%+v", kept)
	}
	if err := w.create(t.Context(), "web-1"); err != nil {
		t.Fatal(err)
	}
	if again := w.ready(t, "web-1"); again.Resources[0] != removed[0].Kept[0] {
		t.Errorf("the disk is %v, kept was %v", again.Resources[0], removed[0].Kept[0])
	}
	w.holds(t, 1)
	if _, err := w.remove(t, lifecycle.RemoveOptions{KeptDisks: true}, "web-1"); err != nil {
		t.Fatal(err)
	}
	w.holds(t, 0)
	if w.stored("web-1") {
		t.Error("the record is left")
	}
}

// TestFolderStaysForAKeptDisk has a platform leave more than the disk: the record knows it, and it goes with the disk.
func TestFolderStaysForAKeptDisk(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	rec := w.record("web-1", func(h *spec.Host) { h.Disks[0].Keep = true })
	if err := w.process().Create(t.Context(), []*lifecycle.Record{rec}, lifecycle.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	folder := w.cloud.Plant(fake.KindFolder, "ci", rec.Owner)
	removed, err := w.remove(t, lifecycle.RemoveOptions{Search: true}, "web-1")
	if err != nil {
		t.Fatal(err)
	}
	if got := removed[0]; len(got.Kept) != 2 || got.Kept[0] != folder || len(got.Gone) != 2 {
		t.Errorf("%+v", got)
	}
	if kept := w.record("web-1"); len(kept.Resources) != 2 {
		t.Errorf("%+v", kept.Resources)
	}
	if left, err := w.process().Garbage(t.Context(), []drivers.Owner{rec.Owner}); err != nil || len(left) != 0 {
		t.Errorf("taken for a leftover: %v, %v", left, err)
	}
	if removed, err = w.remove(t, lifecycle.RemoveOptions{KeptDisks: true}, "web-1"); err != nil || len(removed[0].Gone) != 2 {
		t.Errorf("%+v, %v", removed, err)
	}
	if w.stored("web-1") || w.cloud.Count(fake.KindFolder) != 0 || w.cloud.Count(drivers.KindVolume) != 0 {
		t.Error("something is left")
	}
}

// TestKeptDiskIsKnownByItsIdentity keeps the right one of two disks, whatever the platform calls them by now.
func TestKeptDiskIsKnownByItsIdentity(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	rec := w.record("web-1", func(h *spec.Host) {
		h.Disks = append(h.Disks, spec.Disk{SizeGiB: 1, Filesystem: "ext4", Mount: "/srv", Keep: true})
	})
	if err := w.process().Create(t.Context(), []*lifecycle.Record{rec}, lifecycle.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	rec = w.record("web-1")
	one, two := &rec.Resources[0], &rec.Resources[1]
	one.Name, two.Name = two.Name, one.Name
	removed, err := w.process().Remove(t.Context(), []*lifecycle.Record{rec}, lifecycle.RemoveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if kept := removed[0].Kept; len(kept) != 1 || kept[0].ID != rec.Disks[1].ID {
		t.Errorf("kept %v, want %s", kept, rec.Disks[1].ID)
	}
}

// TestDiskThatNoHostHadIsKnownByItsName keeps what a create made that was killed before its server.
func TestDiskThatNoHostHadIsKnownByItsName(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.cloud.Fault(fake.Fault{Op: fake.OpVolumeCreate, After: true, Kill: true, Times: 1})
	rec := w.record("web-1", func(h *spec.Host) { h.Disks[0].Keep = true })
	_ = w.process().Create(t.Context(), []*lifecycle.Record{rec}, lifecycle.CreateOptions{})
	removed, err := w.remove(t, lifecycle.RemoveOptions{}, "web-1")
	if err != nil || len(removed[0].Kept) != 1 {
		t.Errorf("%+v, %v", removed, err)
	}
}

func TestRemovalThatFailsKeepsTheRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	if err := w.create(t.Context(), "web-1"); err != nil {
		t.Fatal(err)
	}
	w.cloud.Fault(fake.Fault{Op: fake.OpDelete, Err: errors.New("policy forbids it"), Times: 1})
	_, err := w.remove(t, lifecycle.RemoveOptions{}, "web-1")
	phaseError(t, err, lifecycle.PhaseRemoving, "policy forbids it", "davit rm web-1")
	if rec := w.record("web-1"); rec.Phase != lifecycle.PhaseRemoving {
		t.Errorf("phase %s", rec.Phase)
	}
	if err := w.create(t.Context(), "web-1"); !errors.Is(err, drivers.ErrExists) || !strings.Contains(drivers.Hint(err), "davit rm") {
		t.Errorf("created in the middle of a removal: %v", err)
	}
	if _, err := w.remove(t, lifecycle.RemoveOptions{}, "web-1"); err != nil {
		t.Fatal(err)
	}
	w.holds(t, 0)
}

func TestGarbage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	if err := w.create(t.Context(), "web-1"); err != nil {
		t.Fatal(err)
	}
	lost := w.cloud.Plant(drivers.KindVolume, "lost", "owner-lost")
	w.cloud.Plant(drivers.KindServer, "stranger", "")
	found, err := w.process().Garbage(t.Context(), []drivers.Owner{w.record("web-1").Owner})
	if err != nil || len(found) != 1 || found[0].Resource != lost {
		t.Errorf("found %v, %v", found, err)
	}
}
