// Package drivertest is what every driver must do, as one suite of tests that runs alike on a cloud in memory, on a
// simulator and on a real cloud. It leaves nothing behind, not even when it fails.
package drivertest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/davit-io/davit/drivers"
)

// Harness is the driver under test and what it needs. Every case opens a driver and makes hosts of its own.
type Harness struct {
	// Driver opens a driver. Drivers of one case must see the same cloud.
	Driver func(t *testing.T) drivers.Driver
	// Spec gives a valid, small spec with one data disk and, where the cloud has them, a floating address. The
	// suite gives it its owner.
	Spec func(name string) drivers.Spec
	// Makes is what one create of Spec makes, in order.
	Makes []drivers.Kind
	// Bad are specs that Resolve must refuse.
	Bad []Bad
	// Limit is how long one case may take; 0: two minutes.
	Limit time.Duration
	// Serial runs the cases one after the other, for a cloud that bears no more.
	Serial bool
	// Hosts is how many hosts the platform can give at once; 0: as many as the suite asks for. Cases that need more are
	// skipped, and say so.
	Hosts int
}

// Bad is a spec with one mistake.
type Bad struct {
	Name  string
	Spoil func(*drivers.Spec)
	Path  string // of the option, as in the host document
	Kind  error  // the kind of the finding; nil: any
}

// Soon is how long a call may take to return after its context ended.
const Soon = 2 * time.Second

// Run runs the suite.
func Run(t *testing.T, h Harness) {
	t.Helper()
	cases := []struct {
		name string
		run  func(*testing.T, *bed)
	}{
		{"Resolve", resolves},
		{"ResolveFindings", findings},
		{"Create", creates},
		{"CreateAgain", createsAgain},
		{"CreateAgainWithNothing", createsAgainWithNothing},
		{"CreateInterrupted", interrupted},
		{"CreateStopsWithMade", stopsWithMade},
		{"CreateStopsWithRender", stopsWithRender},
		{"CreateMany", createsMany},
		{"Get", gets},
		{"Delete", deletes},
		{"DeleteOne", deletesOne},
		{"Power", powers},
		{"Find", finds},
		{"Console", consoles},
		{"Diagnose", diagnoses},
		{"Report", reports},
		{"Mark", marks},
		{"Survey", surveys},
		{"List", lists},
		{"Flavors", flavors},
		{"Close", closes},
		{"Cancelled", cancelled},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			if !h.Serial {
				t.Parallel()
			}
			tc.run(t, newBed(t, h))
		})
	}
}

// needs skips a case that the platform has not enough hosts for.
func (h Harness) needs(t *testing.T, hosts int) {
	t.Helper()
	if h.Hosts != 0 && h.Hosts < hosts {
		t.Skipf("it needs %d hosts at once, and this platform gives %d", hosts, h.Hosts)
	}
}

// bed is one case's driver, with a list of the owners whose things must be gone in the end.
type bed struct {
	Harness
	d   drivers.Driver
	ctx context.Context
}

func newBed(t *testing.T, h Harness) *bed {
	t.Helper()
	if h.Limit == 0 {
		h.Limit = 2 * time.Minute
	}
	ctx, cancel := context.WithTimeout(t.Context(), h.Limit)
	t.Cleanup(cancel)
	return &bed{Harness: h, d: h.Driver(t), ctx: ctx}
}

// spec gives a spec with an owner of its own, and removes in the end all that this owner has.
func (b *bed) spec(t *testing.T, name string) drivers.Spec {
	t.Helper()
	s := b.Spec("davit-test-" + name + "-" + strings.ToLower(uuid.NewString()[:6]))
	s.Owner = drivers.Owner(uuid.NewString())
	t.Cleanup(func() { b.clean(t, s.Owner) })
	return s
}

func (b *bed) clean(t *testing.T, owner drivers.Owner) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(b.ctx), b.Limit)
	defer cancel()
	left := b.find(ctx, t, owner)
	if len(left) == 0 {
		return
	}
	if err := b.d.Delete(ctx, left); err != nil {
		t.Errorf("clean up: %v", err)
	}
	if left = b.find(ctx, t, owner); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// find lists what an owner has. The suite needs a driver that can tell.
func (b *bed) find(ctx context.Context, t *testing.T, owner drivers.Owner) []drivers.Resource {
	t.Helper()
	finder, ok := drivers.As[drivers.Finder](b.d)
	if !ok {
		t.Fatal("the driver is no drivers.Finder: nobody could tell what it leaves behind")
	}
	found, err := finder.Find(ctx, owner)
	if err != nil {
		t.Errorf("Find: %v", err)
	}
	rs := make([]drivers.Resource, len(found))
	for i, f := range found {
		rs[i] = f.Resource
		if f.Owner != owner {
			t.Errorf("Find(%s) lists a %s of owner %q", owner, f.Kind, f.Owner)
		}
	}
	return rs
}

func kinds(rs []drivers.Resource) []drivers.Kind {
	out := make([]drivers.Kind, len(rs))
	for i, r := range rs {
		out[i] = r.Kind
	}
	return out
}

// same compares resources by kind and id; their names are for humans.
func same(a, b []drivers.Resource) bool {
	return slices.EqualFunc(a, b, func(x, y drivers.Resource) bool { return x.Kind == y.Kind && x.ID == y.ID })
}
