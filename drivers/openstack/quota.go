package openstack

import (
	"fmt"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/pick"
)

// quota holds what all new hosts need together against what is left. A host that is gone on with may have made its
// things already, so it isn't counted.
func (c *catalog) quota(rs []drivers.Resolved, f *pick.Findings) {
	var hosts, cores, memory, disks, gib, ips int
	for _, r := range rs {
		p, ok := r.Private.(*plan)
		if !ok || r.Spec.Again {
			continue
		}
		hosts, cores, memory = hosts+1, cores+p.flavor.VCPUs, memory+p.flavor.RAM
		disks += len(r.Spec.Disks)
		for _, disk := range r.Spec.Disks {
			gib += disk.SizeGiB
		}
		if p.pool != "" {
			ips++
		}
	}
	if a := c.compute; a != nil {
		within(f, "", "servers", hosts, a.TotalInstancesUsed, a.MaxTotalInstances)
		within(f, flavorPath, "CPUs", cores, a.TotalCoresUsed, a.MaxTotalCores)
		within(f, flavorPath, "MiB of memory", memory, a.TotalRAMUsed, a.MaxTotalRAMSize)
	}
	if a := c.volumes; a != nil {
		within(f, "disks", "volumes", disks, a.TotalVolumesUsed, a.MaxTotalVolumes)
		within(f, "disks", "GiB of volumes", gib, a.TotalGigabytesUsed, a.MaxTotalVolumeGigabytes)
	}
	if c.network != nil {
		q := c.network.FloatingIP
		within(f, poolPath, "floating IPs", ips, q.Used+q.Reserved, q.Limit)
	}
}

func within(f *pick.Findings, path, what string, needed, used, limit int) {
	if limit < 0 || needed == 0 || used+needed <= limit {
		return
	}
	f.AddAll(field.Errorf(path, "%w", &drivers.Error{
		Kind: drivers.ErrQuota,
		Err:  fmt.Errorf("%d %s needed, but of a quota of %d the project has %d left", needed, what, limit, max(limit-used, 0)),
	}).WithHint("remove what is no longer needed, ask for less, or ask the cloud's operator for a higher quota"))
}
