package vsphere_test

import (
	"testing"
	"time"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/drivertest"
)

func TestSim(t *testing.T) {
	t.Parallel()
	file := program(t)
	drivertest.Run(t, drivertest.Harness{
		Driver: func(t *testing.T) drivers.Driver { return spawn(t, file).driver() },
		Spec:   newSpec,
		Makes:  []drivers.Kind{drivers.KindServer, drivers.KindVolume},
		Limit:  time.Minute,
		Bad: []drivertest.Bad{
			{Name: "template", Spoil: func(s *drivers.Spec) { s.Image = "goldn" }, Path: "image", Kind: drivers.ErrNotFound},
			{Name: "network", Spoil: func(s *drivers.Spec) { s.Network = "DC0_DVPG9" }, Path: "network", Kind: drivers.ErrNotFound},
			{Name: "datacenter", Spoil: func(s *drivers.Spec) { opts(s).Datacenter = "DC9" }, Path: "vsphere.datacenter", Kind: drivers.ErrNotFound},
			{Name: "cluster", Spoil: func(s *drivers.Spec) { opts(s).Cluster = "none" }, Path: "vsphere.cluster", Kind: drivers.ErrNotFound},
			{Name: "ESXi host", Spoil: func(s *drivers.Spec) { opts(s).HostSystem = "none" }, Path: "vsphere.host_system", Kind: drivers.ErrNotFound},
			{Name: "pool", Spoil: func(s *drivers.Spec) { opts(s).ResourcePool = "none" }, Path: "vsphere.resource_pool", Kind: drivers.ErrNotFound},
			{Name: "datastore", Spoil: func(s *drivers.Spec) { opts(s).Datastore = "none" }, Path: "vsphere.datastore", Kind: drivers.ErrNotFound},
			{Name: "pod", Spoil: func(s *drivers.Spec) { o := opts(s); o.Datastore, o.DatastoreCluster = "", "none" }, Path: "vsphere.datastore_cluster", Kind: drivers.ErrNotFound},
			{Name: "snapshot", Spoil: func(s *drivers.Spec) { opts(s).Snapshot = "none" }, Path: "vsphere.snapshot", Kind: drivers.ErrNotFound},
			{Name: "attribute", Spoil: func(s *drivers.Spec) { opts(s).CustomAttributes = map[string]string{"none": "1"} }, Path: "vsphere.custom_attributes.none", Kind: drivers.ErrNotFound},
			{Name: "tag", Spoil: func(s *drivers.Spec) { opts(s).Tags = []string{"none:none"} }, Path: "vsphere.tags[0]", Kind: drivers.ErrNotFound},
			{Name: "policy", Spoil: func(s *drivers.Spec) { s.Disks[0].Type = "none" }, Path: "disks[0].type", Kind: drivers.ErrNotFound},
			{Name: "disk", Spoil: func(s *drivers.Spec) { s.Disks[0].SizeGiB = 1 << 30 }, Path: "disks[0].size_gib", Kind: drivers.ErrCapacity},
			{Name: "CPUs", Spoil: func(s *drivers.Spec) { s.CPUs = 4096 }, Path: "cpus", Kind: drivers.ErrCapacity},
			{Name: "memory", Spoil: func(s *drivers.Spec) { s.MemoryGiB = 1 << 20 }, Path: "memory_gib", Kind: drivers.ErrCapacity},
			{Name: "address", Spoil: func(s *drivers.Spec) { opts(s).StaticAddress = "192.0.2.10" }, Path: "vsphere.static_address"},
		},
	})
}
