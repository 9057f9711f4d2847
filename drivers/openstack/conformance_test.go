package openstack_test

import (
	"testing"
	"time"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/drivertest"
	"github.com/davit-io/davit/drivers/openstack"
	"github.com/davit-io/davit/internal/stacksim"
)

// TestSim runs the suite on the simulator; TestBed (build tag acc) runs the same on real OpenStack services.
func TestSim(t *testing.T) {
	t.Parallel()
	cloud := stacksim.Start(t, stacksim.Options{BuildTime: 400 * time.Millisecond, AddressLag: 100 * time.Millisecond})
	drivertest.Run(t, suite("sim", func() drivers.Driver {
		return openstack.NewForTest(openstack.Options{Cloud: "sim"}, cloud.CloudsYAML(), 0.1)
	}))
}

func suite(cloud string, open func() drivers.Driver) drivertest.Harness {
	return drivertest.Harness{
		Driver: func(*testing.T) drivers.Driver { return open() },
		Spec: func(name string) drivers.Spec {
			return drivers.Spec{
				Name: name, Image: "debian-12", CPUs: 1, MemoryGiB: 1, Network: "private",
				Disks:   []drivers.Disk{{Name: name + "-data", SizeGiB: 1}},
				Options: &openstack.Options{Cloud: cloud, FloatingPool: "public"},
			}
		},
		Makes: []drivers.Kind{drivers.KindVolume, drivers.KindServer, drivers.KindFloatingIP},
		Bad: []drivertest.Bad{
			{Name: "image", Spoil: func(s *drivers.Spec) { s.Image = "debian-13" }, Path: "image", Kind: drivers.ErrNotFound},
			{Name: "network", Spoil: func(s *drivers.Spec) { s.Network = "privat" }, Path: "network", Kind: drivers.ErrNotFound},
			{Name: "flavor", Spoil: func(s *drivers.Spec) { spoil(s).Flavor = "m1.smal" }, Path: "openstack.flavor", Kind: drivers.ErrNotFound},
			{Name: "pool", Spoil: func(s *drivers.Spec) { spoil(s).FloatingPool = "private" }, Path: "openstack.floating_pool", Kind: drivers.ErrNotFound},
			{Name: "group", Spoil: func(s *drivers.Spec) { spoil(s).SecurityGroups = []string{"none"} }, Path: "openstack.security_groups[0]", Kind: drivers.ErrNotFound},
			{Name: "zone", Spoil: func(s *drivers.Spec) { spoil(s).AvailabilityZone = "none" }, Path: "openstack.availability_zone", Kind: drivers.ErrNotFound},
			{Name: "volume zone", Spoil: func(s *drivers.Spec) { spoil(s).VolumeAvailabilityZone = "none" }, Path: "openstack.volume_availability_zone", Kind: drivers.ErrNotFound},
			{Name: "key", Spoil: func(s *drivers.Spec) { spoil(s).KeyPair = "none" }, Path: "openstack.key_pair", Kind: drivers.ErrNotFound},
			{Name: "type", Spoil: func(s *drivers.Spec) { s.Disks[0].Type = "none" }, Path: "disks[0].type", Kind: drivers.ErrNotFound},
			{Name: "metadata", Spoil: func(s *drivers.Spec) { spoil(s).Metadata = map[string]string{"davit.owner": "me"} }, Path: "openstack.metadata.davit.owner"},
			{Name: "size", Spoil: func(s *drivers.Spec) { s.CPUs = 4096 }, Path: "openstack.flavor", Kind: drivers.ErrNotFound},
			{Name: "quota", Spoil: func(s *drivers.Spec) { s.Disks[0].SizeGiB = 1 << 30 }, Path: "disks", Kind: drivers.ErrQuota},
		},
	}
}

// spoil gives the options of a spec to change, without touching those of another spec.
func spoil(s *drivers.Spec) *openstack.Options {
	o := *s.Options.(*openstack.Options)
	s.Options = &o
	return &o
}
