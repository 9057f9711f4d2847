package drivertest

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/davit-io/davit/drivers"
)

func consoles(t *testing.T, b *bed) {
	console, ok := drivers.As[drivers.Console](b.d)
	if !ok {
		t.Skip("the driver reads no console")
	}
	tr := b.create(t, b.spec(t, "console"))
	all, err := console.Console(b.ctx, tr.Host.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	some, err := console.Console(b.ctx, tr.Host.ID, 5)
	if err != nil {
		t.Fatal(err)
	}
	// "About" five lines: a platform may count a line more or less.
	if n := strings.Count(some, "\n"); n > 10 && n >= strings.Count(all, "\n") {
		t.Errorf("asked for 5 lines, got %d", n)
	}
	if _, err := console.Console(b.ctx, uuid.NewString(), 5); !errors.Is(err, drivers.ErrNotFound) {
		t.Errorf("the console of a host that never was: %v", err)
	}
}

func diagnoses(t *testing.T, b *bed) {
	doctor, ok := drivers.As[drivers.Diagnoser](b.d)
	if !ok {
		t.Skip("the driver looks for no causes")
	}
	tr := b.create(t, b.spec(t, "diagnose"))
	causes, err := doctor.Diagnose(b.ctx, tr.Host.ID, 22)
	if err != nil {
		t.Fatal(err)
	}
	for _, cause := range causes {
		if strings.TrimSpace(cause) == "" || strings.Contains(cause, "\n") {
			t.Errorf("%q is no sentence", cause)
		}
	}
}

// reports reads a guest's report. What the guest of a bed tells is its own affair; that nothing is made up is the driver's.
func reports(t *testing.T, b *bed) {
	reporter, ok := drivers.As[drivers.Reporter](b.d)
	if !ok {
		t.Skip("the driver reads no reports")
	}
	tr := b.create(t, b.spec(t, "report"))
	r, err := reporter.Report(b.ctx, tr.Host.ID)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains([]string{"", drivers.VerdictDone, drivers.VerdictError}, r.Verdict) || len(r.Errors) > 0 && r.Verdict != drivers.VerdictError {
		t.Errorf("verdict %q with errors %q", r.Verdict, r.Errors)
	}
	if _, err := reporter.Report(b.ctx, uuid.NewString()); !errors.Is(err, drivers.ErrNotFound) {
		t.Errorf("the report of a host that never was: %v", err)
	}
}

// closes logs out twice, and asks again afterwards.
func closes(t *testing.T, b *bed) {
	closer, ok := drivers.As[drivers.Closer](b.d)
	if !ok {
		t.Skip("the driver holds nothing")
	}
	s := b.spec(t, "close")
	tr := b.create(t, s)
	for range 2 {
		if err := closer.Close(b.ctx); err != nil {
			t.Error(err)
		}
	}
	if host, err := b.d.Get(b.ctx, tr.Host.ID); err != nil || host.State != drivers.StateRunning {
		t.Errorf("after the logout: %+v, %v", host, err)
	}
	if err := b.d.Delete(b.ctx, tr.Made); err != nil {
		t.Errorf("after the logout: %v", err)
	}
}

func marks(t *testing.T, b *bed) {
	marker, ok := drivers.As[drivers.Marker](b.d)
	if !ok {
		t.Skip("the driver marks no hosts")
	}
	s := b.spec(t, "mark")
	s.Stamp = "0123456789abcdef"
	tr := b.create(t, s)
	for _, complete := range []bool{false, true} {
		if host, err := b.d.Get(b.ctx, tr.Host.ID); err != nil || host.Complete != complete || host.Stamp != s.Stamp {
			t.Errorf("complete %v, want %v; stamp %q; %v", host.Complete, complete, host.Stamp, err)
		}
		for range 2 {
			if err := marker.MarkComplete(b.ctx, tr.Host.ID); err != nil {
				t.Error(err)
			}
		}
	}
	if found := b.find(b.ctx, t, s.Owner); !same(found, tr.Made) {
		t.Errorf("a marked host has %v, made %v", found, tr.Made)
	}
	if err := marker.MarkComplete(b.ctx, uuid.NewString()); !errors.Is(err, drivers.ErrNotFound) {
		t.Errorf("a host that never was: %v", err)
	}
}

func surveys(t *testing.T, b *bed) {
	surveyor, ok := drivers.As[drivers.Surveyor](b.d)
	if !ok {
		t.Skip("the driver sees one host at a time")
	}
	for _, name := range []string{"survey-1", "survey-2"} {
		tr := b.create(t, b.spec(t, name))
		hosts, err := surveyor.Survey(b.ctx)
		if err != nil {
			t.Fatal(err)
		}
		one, err := b.d.Get(b.ctx, tr.Host.ID)
		seen := hosts[tr.Host.ID]
		if err != nil || seen.Name != one.Name || seen.State != one.State || seen.LinkMTU != one.LinkMTU || seen.Dial() != one.Dial() {
			t.Errorf("seen among all: %+v; by itself: %+v, %v", seen, one, err)
		}
	}
}
