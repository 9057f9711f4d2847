package drivertest

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"testing"
	"time"

	"github.com/davit-io/davit/drivers"
)

func creates(t *testing.T, b *bed) {
	s := b.spec(t, "create")
	tr := &try{render: func() error {
		if rs := b.find(b.ctx, t, s.Owner); slices.Contains(kinds(rs), drivers.KindServer) {
			t.Error("the server exists before the documents were asked for")
		}
		return nil
	}}
	tr.run(b.ctx, b.d, b.resolve(t, s)[0])
	if tr.Err != nil {
		t.Fatal(tr.Err)
	}
	b.complete(t, s, tr)
	if tr.Renders != 1 {
		t.Errorf("the documents were asked for %d times", tr.Renders)
	}
	if len(tr.Disks) != len(s.Disks) {
		t.Errorf("%d identities for %d disks", len(tr.Disks), len(s.Disks))
	}
	for _, disk := range tr.Disks {
		if !path.IsAbs(disk.Path) {
			t.Errorf("identity %q is no path", disk.Path)
		}
		made := func(r drivers.Resource) bool { return r.Kind == drivers.KindVolume && r.ID == disk.ID }
		if slices.Contains(b.Makes, drivers.KindVolume) && !slices.ContainsFunc(tr.Made, made) {
			t.Errorf("%q is of none of the volumes that were made", disk.ID)
		}
	}
}

// complete holds a finished host against what must be so: running, and exactly what was reported exists.
func (b *bed) complete(t *testing.T, s drivers.Spec, tr *try) {
	t.Helper()
	if got := kinds(tr.Made); !slices.Equal(got, b.Makes) {
		t.Errorf("reported %v, want %v", got, b.Makes)
	}
	if found := b.find(b.ctx, t, s.Owner); !same(found, tr.Made) {
		t.Errorf("reported %v, found %v", tr.Made, found)
	}
	if tr.Host.State != drivers.StateRunning {
		t.Errorf("state %s", tr.Host.State)
	}
	if !tr.Host.Dial().IsValid() {
		t.Errorf("no address in %v", tr.Host.Addresses)
	}
	if tr.has(drivers.KindFloatingIP) && !slices.ContainsFunc(tr.Host.Addresses, func(a drivers.Address) bool { return a.Floating }) {
		t.Errorf("no floating address in %v", tr.Host.Addresses)
	}
}

func createsAgain(t *testing.T, b *bed) {
	s := b.spec(t, "again")
	first := b.create(t, s)
	s.Again = true
	second := b.create(t, s)
	b.complete(t, s, second)
	if len(second.Host.Disks) != len(s.Disks) || !slices.Equal(first.Host.Disks, second.Host.Disks) {
		t.Errorf("the guest finds its disks at %v, then at %v", first.Host.Disks, second.Host.Disks)
	}
	if second.Host.ID != first.Host.ID {
		t.Errorf("host %s, then %s", first.Host.ID, second.Host.ID)
	}
	if !same(first.Made, second.Made) {
		t.Errorf("made %v, then %v", first.Made, second.Made)
	}
}

func createsAgainWithNothing(t *testing.T, b *bed) {
	s := b.spec(t, "nothing")
	s.Again = true
	b.complete(t, s, b.create(t, s))
}

// interrupted stops a create after each resource, as Ctrl-C does, and lets a second one finish it.
func interrupted(t *testing.T, b *bed) {
	for n := 1; n <= len(b.Makes); n++ {
		t.Run(fmt.Sprintf("after_%d_%s", n, b.Makes[n-1]), func(t *testing.T) {
			if !b.Serial {
				t.Parallel()
			}
			interruptedAfter(t, newBed(t, b.Harness), n)
		})
	}
}

func interruptedAfter(t *testing.T, b *bed, n int) {
	s := b.spec(t, "interrupted")
	ctx, cancel := context.WithCancel(b.ctx)
	defer cancel()
	var since time.Time
	tr := &try{onMade: func(got int) error {
		if got == n {
			since = time.Now()
			cancel()
		}
		return nil
	}}
	tr.run(ctx, b.d, b.resolve(t, s)[0])
	// The last resource may be the last thing Create does: then there is nothing left to interrupt.
	if tr.Err == nil && n < len(b.Makes) {
		t.Error("Create went on after its context ended")
	}
	if took := time.Since(since); took > Soon {
		t.Errorf("Create returned %s after its context ended", took)
	}
	s.Again = true
	b.complete(t, s, b.create(t, s))
}

var errStop = errors.New("stop here")

func stopsWithMade(t *testing.T, b *bed) {
	s := b.spec(t, "made")
	tr := &try{onMade: func(int) error { return errStop }}
	tr.run(b.ctx, b.d, b.resolve(t, s)[0])
	if !errors.Is(tr.Err, errStop) {
		t.Errorf("got %v, want the error of made", tr.Err)
	}
	if found := b.find(b.ctx, t, s.Owner); !same(found, tr.Made) {
		t.Errorf("found %v after made failed for %v", found, tr.Made)
	}
}

func stopsWithRender(t *testing.T, b *bed) {
	s := b.spec(t, "render")
	tr := &try{render: func() error { return errStop }}
	tr.run(b.ctx, b.d, b.resolve(t, s)[0])
	if !errors.Is(tr.Err, errStop) {
		t.Errorf("got %v, want the error of render", tr.Err)
	}
	if found := b.find(b.ctx, t, s.Owner); slices.Contains(kinds(found), drivers.KindServer) {
		t.Error("a server was made without its documents")
	}
}

func createsMany(t *testing.T, b *bed) {
	b.needs(t, 3)
	specs := []drivers.Spec{b.spec(t, "many-1"), b.spec(t, "many-2"), b.spec(t, "many-3")}
	tries := make([]*try, len(specs))
	done := make(chan struct{}, len(specs))
	for i, r := range b.resolve(t, specs...) {
		tries[i] = &try{}
		go func() {
			tries[i].run(b.ctx, b.d, r)
			done <- struct{}{}
		}()
	}
	for range specs {
		<-done
	}
	addrs := map[string]bool{}
	for i, tr := range tries {
		if tr.Err != nil {
			t.Errorf("Create: %v", tr.Err)
			continue
		}
		b.complete(t, specs[i], tr)
		addrs[tr.Host.Dial().String()] = true
	}
	if len(addrs) != len(specs) {
		t.Errorf("%d hosts share the addresses %v", len(specs), addrs)
	}
}
