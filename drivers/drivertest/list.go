package drivertest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/davit-io/davit/drivers"
)

// lists looks for what a spec names in the lists of what there is.
func lists(t *testing.T, b *bed) {
	lister, ok := drivers.As[drivers.Lister](b.d)
	if !ok {
		t.Skip("the driver lists nothing")
	}
	r := b.resolve(t, b.spec(t, "list"))[0]
	images, err := lister.Images(b.ctx)
	if err != nil || !slices.ContainsFunc(images, func(i drivers.Image) bool { return i.ID == r.Image.ID && i.Name == r.Image.Name }) {
		t.Errorf("the image %+v is not among %+v: %v", r.Image, images, err)
	}
	if !slices.IsSortedFunc(images, func(a, b drivers.Image) int { return strings.Compare(a.Name, b.Name) }) {
		t.Errorf("images in disorder: %+v", images)
	}
	networks, err := lister.Networks(b.ctx)
	i := slices.IndexFunc(networks, func(n drivers.Network) bool { return n.Name == r.Spec.Network })
	if err != nil || i < 0 {
		t.Fatalf("the network %s is not among %+v: %v", r.Spec.Network, networks, err)
	}
	if n := networks[i]; n.ID == "" || n.Kind == "" || n.MTU != r.LinkMTU {
		t.Errorf("got %+v, want an MTU of %d", n, r.LinkMTU)
	}
	b.values(t, lister, r)
}

func (b *bed) values(t *testing.T, lister drivers.Lister, r drivers.Resolved) {
	t.Helper()
	for path, want := range map[string]string{"image": r.Image.Name, "network": r.Spec.Network} {
		values, err := lister.Values(b.ctx, path)
		if err != nil || !slices.ContainsFunc(values, func(v drivers.Value) bool { return v.Name == want }) {
			t.Errorf("%s is not among the values of %s, %+v: %v", want, path, values, err)
		}
	}
	if _, err := lister.Values(b.ctx, "nonsense"); !errors.Is(err, drivers.ErrUnsupported) || drivers.Hint(err) == "" {
		t.Errorf("values of an option that isn't there: %v", err)
	}
	ctx, cancel := context.WithCancel(b.ctx)
	cancel()
	if _, err := lister.Images(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Images after the end: %v", err)
	}
}

func flavors(t *testing.T, b *bed) {
	named, ok := drivers.As[drivers.Flavors](b.d)
	if !ok {
		t.Skip("the platform has no names for sizes")
	}
	list, err := named.Flavors(b.ctx)
	if err != nil || len(list) == 0 {
		t.Fatalf("got %+v, %v", list, err)
	}
	if !slices.IsSortedFunc(list, drivers.Flavor.Smaller) {
		t.Errorf("in disorder: %+v", list)
	}
	for _, f := range list {
		if f.ID == "" || f.Name == "" || f.CPUs < 1 || f.MemoryMiB < 1 {
			t.Errorf("got %+v", f)
		}
	}
}
