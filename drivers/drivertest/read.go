package drivertest

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
)

func resolves(t *testing.T, b *bed) {
	specs := []drivers.Spec{b.spec(t, "resolve-1"), b.spec(t, "resolve-2")}
	if b.Hosts == 1 {
		specs = specs[:1]
	}
	for i, r := range b.resolve(t, specs...) {
		if r.Spec.Name != specs[i].Name {
			t.Errorf("result %d is of host %q, want %q", i, r.Spec.Name, specs[i].Name)
		}
		if r.Image.ID == "" {
			t.Errorf("the image of %s has no id", r.Spec.Name)
		}
		if len(r.Makes) < len(b.Makes) {
			t.Errorf("the plan of %s tells of %q only, but a create makes %v", r.Spec.Name, r.Makes, b.Makes)
		}
		if found := b.find(b.ctx, t, specs[i].Owner); len(found) > 0 {
			t.Errorf("Resolve made %v", found)
		}
	}
}

func findings(t *testing.T, b *bed) {
	if len(b.Bad) == 0 {
		t.Fatal("the harness has no bad specs")
	}
	var all []drivers.Spec
	for _, bad := range b.Bad {
		s := b.spec(t, "bad")
		bad.Spoil(&s)
		all = append(all, s)
		_, err := b.d.Resolve(b.ctx, []drivers.Spec{s})
		if !slices.Contains(paths(err), bad.Path) {
			t.Errorf("%s: no finding at %q in: %v", bad.Name, bad.Path, err)
		}
		if bad.Kind != nil && !errors.Is(err, bad.Kind) {
			t.Errorf("%s: %v is not of kind %q", bad.Name, err, bad.Kind)
		}
	}
	_, err := b.d.Resolve(b.ctx, all)
	for _, bad := range b.Bad {
		if !slices.Contains(paths(err), bad.Path) {
			t.Errorf("all at once: no finding at %q for %s in: %v", bad.Path, bad.Name, err)
		}
	}
}

func paths(err error) []string {
	var out []string
	for _, e := range field.All(err) {
		out = append(out, e.Path)
	}
	return out
}

func gets(t *testing.T, b *bed) {
	tr := b.create(t, b.spec(t, "get"))
	host, err := b.d.Get(b.ctx, tr.Host.ID)
	if err != nil {
		t.Fatal(err)
	}
	if host.ID != tr.Host.ID || host.Name != tr.Host.Name || host.State != drivers.StateRunning {
		t.Errorf("got %+v, want %+v", host, tr.Host)
	}
	if host.Dial() != tr.Host.Dial() || len(host.Addresses) != len(tr.Host.Addresses) {
		t.Errorf("addresses %v, at the end of the create %v", host.Addresses, tr.Host.Addresses)
	}
	if _, err := b.d.Get(b.ctx, uuid.NewString()); !errors.Is(err, drivers.ErrNotFound) {
		t.Errorf("a host that never was: %v", err)
	}
}

func finds(t *testing.T, b *bed) {
	b.needs(t, 2)
	one, two := b.spec(t, "find-1"), b.spec(t, "find-2")
	first := b.create(t, one)
	second := b.create(t, two)
	for owner, tr := range map[drivers.Owner]*try{one.Owner: first, two.Owner: second} {
		if found := b.find(b.ctx, t, owner); !same(found, tr.Made) {
			t.Errorf("found %v, made %v", found, tr.Made)
		}
	}
	finder, _ := drivers.As[drivers.Finder](b.d)
	everyone, err := finder.Find(b.ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	for owner, tr := range map[drivers.Owner]*try{one.Owner: first, two.Owner: second} {
		for _, r := range tr.Made {
			if !slices.ContainsFunc(everyone, func(f drivers.Found) bool { return f.Owner == owner && f.Kind == r.Kind && f.ID == r.ID }) {
				t.Errorf("the list of every owner lacks %s %s", r.Kind, r.ID)
			}
		}
	}
}

// cancelled asks for everything with a context that has ended: nothing happens, and soon.
func cancelled(t *testing.T, b *bed) {
	s := b.spec(t, "cancelled")
	r := b.resolve(t, s)[0]
	ctx, cancel := context.WithCancel(b.ctx)
	cancel()
	calls := map[string]func() error{
		"Resolve": func() error { _, err := b.d.Resolve(ctx, []drivers.Spec{s}); return err },
		"Create":  func() error { tr := &try{}; tr.run(ctx, b.d, r); return tr.Err },
		"Get":     func() error { _, err := b.d.Get(ctx, uuid.NewString()); return err },
		"Delete": func() error {
			return b.d.Delete(ctx, []drivers.Resource{{Kind: drivers.KindServer, ID: uuid.NewString()}})
		},
	}
	for name, call := range calls {
		start := time.Now()
		err := call()
		if took := time.Since(start); took > Soon {
			t.Errorf("%s took %s", name, took)
		}
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v, want Canceled", name, err)
		}
	}
	if found := b.find(b.ctx, t, s.Owner); len(found) > 0 {
		t.Errorf("made %v", found)
	}
}
