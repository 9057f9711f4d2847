package lifecycle_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/fake"
	"github.com/davit-io/davit/drivers/fake/guest"
	"github.com/davit-io/davit/internal/lifecycle"
)

func TestCreateUntilReady(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(string) guest.Behaviour { return guest.Behaviour{BootTime: 20 * time.Millisecond} })
	if err := w.create(t.Context(), "web-1"); err != nil {
		t.Fatal(err)
	}
	rec := w.ready(t, "web-1")
	w.holds(t, 1)
	if rec.MTU != 1450 || rec.MTUSum != "1450 (network private) = 1450" || rec.User != "debian" {
		t.Errorf("MTU %d, %q, user %q", rec.MTU, rec.MTUSum, rec.User)
	}
	if len(rec.HostKeys) != 1 || rec.Rotate || len(rec.Disks) != 1 {
		t.Errorf("host keys %q, rotate %t, disks %v", rec.HostKeys, rec.Rotate, rec.Disks)
	}
	if got := rec.Dial(); int(got.Port()) != w.cloud.SSHPort || !got.Addr().IsLoopback() {
		t.Errorf("answers at %s", got)
	}
}

func TestCreateUntilActiveAsksNothingOfTheHost(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(string) guest.Behaviour { return guest.Behaviour{Deaf: true} })
	until := lifecycle.CreateOptions{Until: lifecycle.UntilActive}
	if err := w.process().create(t.Context(), until, "web-1"); err != nil {
		t.Fatal(err)
	}
	if rec := w.record("web-1"); rec.Phase != lifecycle.PhaseCreated {
		t.Errorf("phase %s", rec.Phase)
	}
	if n := w.cloud.Calls(fake.OpConsole); n != 0 {
		t.Errorf("the console was read %d times", n)
	}
	if err := w.process().create(t.Context(), until, "web-1"); !errors.Is(err, drivers.ErrExists) {
		t.Errorf("created again: %v", err)
	}
}

func TestActiveHostGoesOnUntilReady(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	if err := w.process().create(t.Context(), lifecycle.CreateOptions{Until: lifecycle.UntilActive}, "web-1"); err != nil {
		t.Fatal(err)
	}
	if err := w.create(t.Context(), "web-1"); err != nil {
		t.Fatal(err)
	}
	w.ready(t, "web-1")
	w.holds(t, 1)
}

func TestManyHostsShareOneResolve(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	var names []string
	for i := range 20 {
		names = append(names, fmt.Sprintf("web-%d", i+1))
	}
	if err := w.create(t.Context(), names...); err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		w.ready(t, name)
	}
	w.holds(t, 20)
	if r, i := w.cloud.Calls(fake.OpResolve), w.cloud.Calls(fake.OpImageGet); r != 1 || i != 1 {
		t.Errorf("%d calls of Resolve, %d lookups of the image", r, i)
	}
}

func TestOneOfManyFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(name string) guest.Behaviour {
		return guest.Behaviour{NoCloudInit: name == "web-2"}
	})
	err := w.create(t.Context(), "web-1", "web-2", "web-3")
	phaseError(t, err, lifecycle.PhaseBooted, "web-2: ")
	w.ready(t, "web-1")
	w.ready(t, "web-3")
}

func TestCompleteHostExists(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	if err := w.create(t.Context(), "web-1"); err != nil {
		t.Fatal(err)
	}
	err := w.create(t.Context(), "web-1", "web-2")
	if !errors.Is(err, drivers.ErrExists) || !strings.Contains(err.Error(), `"web-1"`) || !strings.Contains(drivers.Hint(err), "davit rm web-1") {
		t.Errorf("got %v, hint %q", err, drivers.Hint(err))
	}
	if w.stored("web-2") {
		t.Error("the other host was begun")
	}
	w.holds(t, 1)
}

func TestRecordIsThereBeforeTheFirstCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.cloud.Fault(fake.Fault{Op: fake.OpResolve, Kill: true})
	if err := w.create(t.Context(), "web-1"); err == nil {
		t.Fatal("the fault did not show")
	}
	if !w.stored("web-1") {
		t.Error("killed in its first call, and there is no record")
	}
}

func TestFindingLeavesNoRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	rec := w.record("web-1")
	rec.Spec.Image = "none"
	err := w.process().Create(t.Context(), []*lifecycle.Record{rec}, lifecycle.CreateOptions{})
	if !errors.Is(err, drivers.ErrNotFound) || w.stored("web-1") {
		t.Errorf("got %v, stored %t", err, w.stored("web-1"))
	}
}

func TestProgressIsToldInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	if err := w.create(t.Context(), "web-1"); err != nil {
		t.Fatal(err)
	}
	from := 0
	for _, word := range []string{"volume", "server", "floating_ip", "running at", "waiting for SSH", "host key verified", "cloud-init", "checking the engine"} {
		i := slices.IndexFunc(w.events[from:], func(e string) bool { return strings.Contains(e, word) })
		if i < 0 {
			t.Fatalf("no %q after event %d of %q", word, from, w.events)
		}
		from += i
	}
}

func TestCreateMeetsItsLimitWithCauses(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.cloud.Fault(fake.Fault{Op: fake.OpServerGet, Hang: true, Times: 1})
	w.cloud.Causes = []string{"the hypervisor is down"}
	p := w.process()
	p.Limits.Create = 3 * time.Second
	err := p.create(t.Context(), lifecycle.CreateOptions{}, "web-1")
	phaseError(t, err, lifecycle.PhaseCreated, "after 3s", "the hypervisor is down", "davit create web-1", "davit rm web-1")
	if !errors.Is(err, drivers.ErrTimeout) {
		t.Errorf("got %v", err)
	}
	if rec := w.record("web-1"); !strings.Contains(rec.Problem, "3s") {
		t.Errorf("problem %q", rec.Problem)
	}
}

func TestPlanMeetsItsLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.cloud.Fault(fake.Fault{Op: fake.OpResolve, Hang: true})
	p := w.process()
	p.Limits.Ask = 20 * time.Millisecond
	err := p.create(t.Context(), lifecycle.CreateOptions{}, "web-1")
	if !errors.Is(err, drivers.ErrTimeout) || !strings.Contains(err.Error(), "after 20ms") || w.stored("web-1") {
		t.Errorf("got %v, stored %t", err, w.stored("web-1"))
	}
}

func TestPortThatDoesNotAnswerIsExplained(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(string) guest.Behaviour { return guest.Behaviour{Deaf: true} })
	w.cloud.Causes = []string{"no security group lets TCP port 22 in"}
	p := w.process()
	p.Limits.Port = 3 * time.Second
	err := p.create(t.Context(), lifecycle.CreateOptions{}, "web-1")
	phaseError(t, err, lifecycle.PhaseTrusted, "SSH doesn't answer", "refused", "no security group lets", "guest login:")
	if n := w.cloud.Calls(fake.OpConsole); n != 1 {
		t.Errorf("the console was read %d times", n)
	}
}

// TestInterrupted gives up at every step: the create returns soon and says how to go on.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	for _, word := range []string{"volume", "server", "floating_ip", "waiting for SSH", "waiting for the host keys", "waiting for cloud-init", "checking"} {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(string) guest.Behaviour { return guest.Behaviour{BootTime: 50 * time.Millisecond} })
			p := w.process()
			p.Limits.Tick = time.Minute // it must not wait for the next look
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var since time.Time
			p.onTell = func(e lifecycle.Event) {
				if strings.Contains(e.Text, word) {
					since = time.Now()
					cancel()
				}
			}
			time.AfterFunc(10*time.Second, cancel)
			if word == "waiting for cloud-init" || word == "checking" {
				p.Limits.Tick = time.Millisecond
			}
			err := p.create(ctx, lifecycle.CreateOptions{OnError: lifecycle.Rollback}, "web-1")
			if took := time.Since(since); took > time.Second {
				t.Errorf("took %s", took)
			}
			if !errors.Is(err, context.Canceled) || !strings.Contains(drivers.Hint(err), "davit create web-1") {
				t.Errorf("got %v, hint %q", err, drivers.Hint(err))
			}
			if err := w.create(t.Context(), "web-1"); err != nil {
				t.Fatal(err)
			}
			w.ready(t, "web-1")
			w.holds(t, 1)
		})
	}
}
