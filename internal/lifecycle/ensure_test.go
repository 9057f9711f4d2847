package lifecycle_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/fake"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/spec"
)

// lost is a record as a front end has it that knows nothing of earlier runs.
func (w *world) lost(name string, change ...func(*spec.Host)) *lifecycle.Record {
	rec := lifecycle.NewRecord(w.host(name, change...))
	rec.Owner = lifecycle.OwnerOf("shop", name)
	return rec
}

func injected(h *spec.Host) { h.HostKey = "injected" }

func TestOwnerOf(t *testing.T) {
	t.Parallel()
	if got := lifecycle.OwnerOf("shop", "web-1"); got != "900873ed-f27e-540a-82fb-76244f7e0df2" {
		t.Errorf("%s: hosts that were made before aren't found any more", got)
	}
	if lifecycle.OwnerOf("a", "bc") == lifecycle.OwnerOf("ab", "c") {
		t.Error("an owner stands for one deployment and one name")
	}
}

// TestEnsureAfterAKill kills a create at each of its calls and loses the record, as a killed terraform apply does.
func TestEnsureAfterAKill(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*spec.Host){"console": func(*spec.Host) {}, "injected": injected} {
		for _, op := range append([]string{fake.OpFind, fake.OpResolve, fake.OpMark}, fake.CreateOps...) {
			t.Run(name+" "+op, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, nil)
				w.cloud.Fault(fake.Fault{Op: op, After: op != fake.OpMark, Kill: true, Times: 1})
				if err := w.process().Ensure(t.Context(), w.lost("web-1", change), lifecycle.CreateOptions{}); !errors.Is(err, fake.ErrKilled) {
					t.Fatalf("got %v, want a kill", err)
				}
				rec := w.lost("web-1", change)
				if err := w.process().Ensure(t.Context(), rec, lifecycle.CreateOptions{}); err != nil {
					t.Fatal(err)
				}
				w.ready(t, "web-1")
				w.holds(t, 1)
				if now, err := w.cloud.Driver().Get(t.Context(), rec.HostID); err != nil || !now.Complete {
					t.Errorf("marked as complete: %v; %v", now.Complete, err)
				}
			})
		}
	}
}

func TestEnsureRefusesACompleteHost(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	first := w.lost("web-1")
	if err := w.process().Ensure(t.Context(), first, lifecycle.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	again := w.lost("web-1")
	err := w.process().Ensure(t.Context(), again, lifecycle.CreateOptions{})
	if !errors.Is(err, drivers.ErrExists) || again.HostID != first.HostID {
		t.Errorf("host %s: %v", again.HostID, err)
	}
	w.holds(t, 1)
}

// TestEnsureTakesKeptDisks makes a host anew whose disk was kept.
func TestEnsureTakesKeptDisks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	keep := func(h *spec.Host) { h.Disks[0].Keep = true }
	rec := w.lost("web-1", keep)
	if err := w.process().Ensure(t.Context(), rec, lifecycle.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	disk := rec.Disks[0]
	if _, err := w.process().Remove(t.Context(), []*lifecycle.Record{rec}, lifecycle.RemoveOptions{}); err != nil {
		t.Fatal(err)
	}
	rec = w.lost("web-1", keep)
	if err := w.process().Ensure(t.Context(), rec, lifecycle.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	if rec.Disks[0] != disk {
		t.Errorf("disk %v, before %v", rec.Disks[0], disk)
	}
	w.holds(t, 1)
}

func TestEnsureAsksForAgreement(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	o := lifecycle.CreateOptions{Agree: func(p *lifecycle.Plan) error {
		return errors.New("planned for another MTU than " + p.MTU.String())
	}}
	if err := w.process().Ensure(t.Context(), w.lost("web-1"), o); err == nil || !strings.Contains(err.Error(), "another MTU than 1450") {
		t.Error(err)
	}
	w.holds(t, 0)
}

// TestAdopt takes a host over of which only the platform knows.
func TestAdopt(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	made := w.lost("web-1")
	if err := w.process().Ensure(t.Context(), made, lifecycle.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	w.cloud.Plant(drivers.KindVolume, "other", "somebody")
	rec, err := w.process().Recognize(t.Context(), made.HostID)
	if err != nil {
		t.Fatal(err)
	}
	if rec.Name != "web-1" || rec.Owner != made.Owner || len(rec.Resources) != 3 || !rec.Complete() {
		t.Errorf("recognized %+v", rec)
	}
	rec.Spec, rec.Driver = made.Spec, made.Driver
	if err := w.process().Adopt(t.Context(), rec, lifecycle.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	if now := w.ready(t, "web-1"); len(now.HostKeys) == 0 || len(now.Disks) != 1 {
		t.Errorf("host keys %v, disks %v", now.HostKeys, now.Disks)
	}
	stranger := w.cloud.Plant(drivers.KindServer, "stranger", "")
	if _, err := w.process().Recognize(t.Context(), stranger.ID); !errors.Is(err, drivers.ErrUnsupported) {
		t.Errorf("a server that davit did not make: %v", err)
	}
}

// TestEnsureMakesAnotherDocumentAnew finds a server that was begun with other options.
func TestEnsureMakesAnotherDocumentAnew(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*spec.Host){
		"same":    func(*spec.Host) {},
		"labels":  func(h *spec.Host) { h.Engine.Labels = map[string]string{"tier": "web"} },
		"image":   func(h *spec.Host) { h.Image = "silent-1" },
		"options": func(h *spec.Host) { h.Options.(*fake.Options).Size = "large" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			w.cloud.Fault(fake.Fault{Op: fake.OpAddressCreate, After: true, Kill: true, Times: 1})
			begun := w.lost("web-1")
			if err := w.process().Ensure(t.Context(), begun, lifecycle.CreateOptions{}); err == nil {
				t.Fatal("the kill did not show")
			}
			rec := w.lost("web-1", change)
			if err := w.process().Ensure(t.Context(), rec, lifecycle.CreateOptions{}); err != nil {
				t.Fatal(err)
			}
			if (rec.HostID == begun.HostID) != (name == "same") {
				t.Errorf("server %s, begun as %s", rec.HostID, begun.HostID)
			}
			w.holds(t, 1)
		})
	}
}
