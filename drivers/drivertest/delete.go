package drivertest

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/uuid"

	"github.com/davit-io/davit/drivers"
)

func deletes(t *testing.T, b *bed) {
	s := b.spec(t, "delete")
	tr := b.create(t, s)
	if err := b.d.Delete(b.ctx, tr.Made); err != nil {
		t.Fatal(err)
	}
	if found := b.find(b.ctx, t, s.Owner); len(found) > 0 {
		t.Errorf("left: %v", found)
	}
	if _, err := b.d.Get(b.ctx, tr.Host.ID); !errors.Is(err, drivers.ErrNotFound) {
		t.Errorf("Get of a deleted host: %v", err)
	}
	if err := b.d.Delete(b.ctx, tr.Made); err != nil {
		t.Errorf("deleted twice: %v", err)
	}
	if err := b.d.Delete(b.ctx, nil); err != nil {
		t.Errorf("nothing to delete: %v", err)
	}
}

// deletesOne removes the server alone: all else stays, and a create that goes on gives the host a new one.
func deletesOne(t *testing.T, b *bed) {
	s := b.spec(t, "part")
	first := b.create(t, s)
	i := slices.Index(kinds(first.Made), drivers.KindServer)
	if i < 0 {
		t.Skip("a machine that was there before is never made anew")
	}
	rest := slices.Delete(slices.Clone(first.Made), i, i+1)
	if err := b.d.Delete(b.ctx, first.Made[i:i+1]); err != nil {
		t.Fatal(err)
	}
	if found := b.find(b.ctx, t, s.Owner); !same(found, rest) {
		t.Errorf("found %v, want %v", found, rest)
	}
	s.Again = true
	second := b.create(t, s)
	b.complete(t, s, second)
	if second.Host.ID == first.Host.ID {
		t.Error("the new server has the id of the old one")
	}
}

func powers(t *testing.T, b *bed) {
	power, ok := drivers.As[drivers.Power](b.d)
	if !ok {
		t.Skip("the driver switches no hosts")
	}
	id := b.create(t, b.spec(t, "power")).Host.ID
	for _, step := range []struct {
		name string
		do   func() error
		want drivers.State
	}{
		{"Stop", func() error { return power.Stop(b.ctx, id, false) }, drivers.StateStopped},
		{"Stop again", func() error { return power.Stop(b.ctx, id, true) }, drivers.StateStopped},
		{"Start", func() error { return power.Start(b.ctx, id) }, drivers.StateRunning},
		{"Start again", func() error { return power.Start(b.ctx, id) }, drivers.StateRunning},
		{"Restart", func() error { return power.Restart(b.ctx, id, false) }, drivers.StateRunning},
		{"Restart by force", func() error { return power.Restart(b.ctx, id, true) }, drivers.StateRunning},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if host, err := b.d.Get(b.ctx, id); err != nil || host.State != step.want {
			t.Errorf("%s: state %s, %v", step.name, host.State, err)
		}
	}
	if err := power.Stop(b.ctx, uuid.NewString(), false); !errors.Is(err, drivers.ErrNotFound) {
		t.Errorf("a host that never was: %v", err)
	}
}
