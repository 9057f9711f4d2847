package vsphere

import (
	"fmt"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
)

// need is what new hosts ask of a thing, and the hosts that do.
type need struct {
	amount int64
	hosts  []string
}

// capacity holds what all new hosts need together against what there is. A host that is gone on with may have made
// its things already, so it isn't counted.
func (r *resolution) capacity(rs []drivers.Resolved) {
	space, memory := map[ref]*need{}, map[ref]*need{}
	for _, res := range rs {
		p, ok := res.Private.(*plan)
		if !ok || res.Spec.Again {
			continue
		}
		r.threads(res.Spec, p)
		add(memory, p.compute.ref, int64(p.memoryMiB(res.Spec)), res.Spec.Name)
		if p.datastore != nil {
			r.largest(res.Spec, p)
			add(space, p.datastore.ref, p.allocates(res.Spec), res.Spec.Name)
		}
	}
	for at, n := range space {
		if have := free(r.things[at]) >> 30; n.amount > have {
			r.Add(short("vsphere.datastore", "%d GiB needed on datastore %s, and %d GiB are free", n.amount, r.things[at].name, have), n.hosts...)
		}
	}
	for at, n := range memory {
		if have := totalMemory(r.things[at]); have > 0 && n.amount > have {
			r.Add(short("memory_gib", "%d MiB of memory needed in %s, and its ESXi hosts have %d MiB", n.amount, r.things[at].name, have), n.hosts...)
		}
	}
}

func add(needs map[ref]*need, at ref, amount int64, host string) {
	if needs[at] == nil {
		needs[at] = &need{}
	}
	needs[at].amount += amount
	needs[at].hosts = append(needs[at].hosts, host)
}

// allocates is what is taken at once, in GiB: thick disks and a full copy. Thin disks take what is written.
func (p *plan) allocates(spec drivers.Spec) int64 {
	var gib int64
	if p.options.ThickDisks {
		for _, disk := range spec.Disks {
			gib += int64(disk.SizeGiB)
		}
	}
	if !p.links {
		gib += int64(p.diskGiB())
	}
	return gib
}

// largest refuses a disk that could never fill.
func (r *resolution) largest(spec drivers.Spec, p *plan) {
	have := prop[types.DatastoreSummary](*p.datastore, "summary").Capacity >> 30
	for i, disk := range spec.Disks {
		if int64(disk.SizeGiB) > have {
			r.Add(short(fmt.Sprintf("disks[%d].size_gib", i), "%d GiB don't fit on datastore %s of %d GiB", disk.SizeGiB, p.datastore.name, have), spec.Name)
		}
	}
}

// threads wants an ESXi host with as many CPUs as the machine has: more can't be powered on anywhere.
func (r *resolution) threads(spec drivers.Spec, p *plan) {
	most := 0
	for _, host := range p.hosts() {
		most = max(most, int(prop[int16](r.things[host], "summary.hardware.numCpuThreads")))
	}
	if most > 0 && p.cpus(spec) > most {
		r.Add(short("cpus", "%d CPUs needed, and the largest ESXi host of %s has %d", p.cpus(spec), p.compute.name, most), spec.Name)
	}
}

func short(path, format string, args ...any) *field.Error {
	return field.Errorf(path, "%w", &drivers.Error{Kind: drivers.ErrCapacity, Err: fmt.Errorf(format, args...)}).
		WithHint("ask for less, choose another place, or remove what is no longer needed")
}

// totalMemory is that of all ESXi hosts of a cluster, in MiB.
func totalMemory(compute thing) int64 {
	switch summary := compute.props["summary"].(type) {
	case types.ComputeResourceSummary:
		return summary.TotalMemory >> 20
	case types.ClusterComputeResourceSummary:
		return summary.TotalMemory >> 20
	}
	return 0
}
