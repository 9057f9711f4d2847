package fake_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/drivertest"
	"github.com/davit-io/davit/drivers/fake"
)

func spec(name string) drivers.Spec {
	return drivers.Spec{
		Name: name, Owner: drivers.Owner("owner-" + name), Image: "debian-12", Network: "private",
		Disks:   []drivers.Disk{{Name: name + "-1", SizeGiB: 1}},
		Options: &fake.Options{AddressPool: "outside", BootWait: 20},
	}
}

func TestConformance(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func() drivers.Driver{
		"console": func() drivers.Driver { return fake.New().Driver() },
		"reports": func() drivers.Driver { return fake.New().Reporter() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conforms(t, open)
		})
	}
}

func conforms(t *testing.T, open func() drivers.Driver) {
	t.Helper()
	drivertest.Run(t, drivertest.Harness{
		Driver: func(*testing.T) drivers.Driver { return open() },
		Spec:   spec,
		Makes:  []drivers.Kind{drivers.KindVolume, drivers.KindServer, drivers.KindFloatingIP},
		Bad: []drivertest.Bad{
			{Name: "image", Spoil: func(s *drivers.Spec) { s.Image = "none" }, Path: "image", Kind: drivers.ErrNotFound},
			{Name: "network", Spoil: func(s *drivers.Spec) { s.Network = "none" }, Path: "network", Kind: drivers.ErrNotFound},
			{Name: "volume type", Spoil: func(s *drivers.Spec) { s.Disks[0].Type = "none" }, Path: "disks[0].type", Kind: drivers.ErrNotFound},
			{Name: "size", Spoil: func(s *drivers.Spec) { s.CPUs = 64 }, Path: "cpus"},
			{Name: "own option", Spoil: func(s *drivers.Spec) { s.Options = &fake.Options{AddressPool: "none"} }, Path: "fake.address_pool", Kind: drivers.ErrNotFound},
		},
		Limit: 10 * time.Second,
	})
}

// create makes a host with a client of its own, as a process does.
func create(ctx context.Context, d *fake.Driver, s drivers.Spec) error {
	rs, err := d.Resolve(ctx, []drivers.Spec{s})
	if err != nil {
		return err
	}
	_, err = d.Create(ctx, rs[0], func([]drivers.DiskIdentity) (drivers.Documents, error) {
		return drivers.Documents{}, nil
	}, func(drivers.Resource) error { return nil })
	return err
}

func TestFaultsLeaveWhatTheyShould(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	for _, op := range fake.CreateOps {
		for _, f := range []fake.Fault{
			{Op: op, Err: boom, Times: 1},
			{Op: op, After: true, Err: boom, Times: 1},
			{Op: op, Kill: true, Times: 1},
			{Op: op, After: true, Kill: true, Times: 1},
			{Op: op, Hang: true, Times: 1},
		} {
			t.Run(fmt.Sprintf("%+v", f), func(t *testing.T) {
				t.Parallel()
				c := fake.New()
				c.Fault(f)
				ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
				defer cancel()
				if err := create(ctx, c.Driver(), spec("web")); err == nil {
					t.Error("the fault did not show")
				}
				s := spec("web")
				s.Again = true
				if err := create(t.Context(), c.Driver(), s); err != nil {
					t.Error(err)
				}
				for _, kind := range []drivers.Kind{drivers.KindServer, drivers.KindVolume, drivers.KindFloatingIP} {
					if n := c.Count(kind); n != 1 {
						t.Errorf("%d of kind %s", n, kind)
					}
				}
			})
		}
	}
}

func TestKilledDriverHasNoEffect(t *testing.T) {
	t.Parallel()
	c := fake.New()
	c.Fault(fake.Fault{Op: fake.OpVolumeCreate, Kill: true})
	d := c.Driver()
	_ = create(t.Context(), d, spec("web"))
	if err := create(t.Context(), d, spec("other")); !errors.Is(err, fake.ErrKilled) || !d.Killed() {
		t.Errorf("a dead process goes on: %v", err)
	}
	if n := c.Count(drivers.KindVolume); n != 0 {
		t.Errorf("%d volumes", n)
	}
}

func TestQuotaIsHeldAgainstTheSum(t *testing.T) {
	t.Parallel()
	c := fake.New()
	c.Quota.Servers = 2
	_, err := c.Driver().Resolve(t.Context(), []drivers.Spec{spec("a"), spec("b"), spec("c")})
	if !errors.Is(err, drivers.ErrQuota) || drivers.Hint(err) == "" {
		t.Errorf("got %v", err)
	}
}

func TestFindingNamesTheHostItConcerns(t *testing.T) {
	t.Parallel()
	bad := spec("b")
	bad.Image = "none"
	_, err := fake.New().Driver().Resolve(t.Context(), []drivers.Spec{spec("a"), bad})
	if err == nil || !strings.HasSuffix(err.Error(), " (b)") {
		t.Errorf("got %v", err)
	}
	other := bad
	other.Name = "c"
	if _, err = fake.New().Driver().Resolve(t.Context(), []drivers.Spec{bad, other}); err == nil || strings.HasSuffix(err.Error(), ")") {
		t.Errorf("a finding about all hosts names one: %v", err)
	}
}
