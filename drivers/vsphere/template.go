package vsphere

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/pick"
)

// snapshotName is of the snapshot that linked clones share. It is made once and stays.
const snapshotName = "davit"

// template is what hosts are cloned from.
type template struct {
	thing
	links      bool // the clone shares its disk
	snapshot   *ref // to clone from; nil: none, or, with links, it is made first
	isTemplate bool
	devices    []types.BaseVirtualDevice
	datastores []ref
	home       thing // with the details
}

// templateProperties are read of the templates that are named.
var templateProperties = []string{
	"name", "parent", "config.template", "config.guestId", "config.guestFullName", "config.hardware.device", "config.hardware.numCPU",
	"config.hardware.memoryMB", "runtime.powerState", "snapshot", "datastore", "resourcePool", "runtime.host",
}

// template finds the template and what of it can be cloned.
func (r *resolution) template(spec drivers.Spec, dc thing, choose chooser) (template, *field.Error) {
	if spec.Image == "" {
		return template{}, field.Errorf("image", "no template is named").WithHint("name a template or a virtual machine to clone")
	}
	found, e := r.kind("template").One("image", spec.Image, r.templates(spec.Image, dc))
	if e != nil {
		return template{}, e
	}
	details := r.details[found.ref]
	t := template{
		thing: found, home: details, isTemplate: prop[bool](details, "config.template"),
		devices: prop[types.ArrayOfVirtualDevice](details, "config.hardware.device").VirtualDevice, datastores: refs(details, "datastore"),
	}
	if e := t.usable(); e != nil {
		return template{}, e
	}
	return t, t.chooseSnapshot(options(spec), choose)
}

// templates are what may be meant. Machines that davit made are none, unless the id or the path says so.
func (r *resolution) templates(want string, dc thing) []thing {
	return only(r.all(dc.ref, "VirtualMachine"), func(t thing) bool {
		return t.extra(markKey) == "" || t.Value == want || strings.Contains(want, "/")
	})
}

func (t template) usable() *field.Error {
	disks := only(t.devices, isDisk)
	switch {
	case len(disks) == 0:
		return field.Errorf("image", "%s %q has no disk to boot from", t.kind(), t.name)
	case prop[types.VirtualMachinePowerState](t.home, "runtime.powerState") != types.VirtualMachinePowerStatePoweredOff:
		return field.Errorf("image", "virtual machine %q is not powered off: a clone would have whatever its disk has at that moment", t.name).
			WithHint("shut it down, or name a template")
	}
	return nil
}

// holds wants a place for each data disk on the controller.
func (t template) holds(disks []drivers.Disk) *field.Error {
	if _, units := freeUnits(t.devices); len(disks) > len(units) {
		return field.Errorf("disks", "%d are more than the %d that fit on one controller with those of %s", len(disks), len(units), t.name)
	}
	return nil
}

func (t template) kind() string {
	if t.isTemplate {
		return "template"
	}
	return "virtual machine"
}

// chooseSnapshot finds the snapshot to clone from: the one that is named, or for a linked clone davit's own, or the
// current one. Where there is none, one is made, or the clone is a full one.
func (t *template) chooseSnapshot(o *Options, choose chooser) *field.Error {
	info := prop[types.VirtualMachineSnapshotInfo](t.home, "snapshot")
	tree := flat(info.RootSnapshotList)
	find := func(name string) *ref {
		i := slices.IndexFunc(tree, func(s types.VirtualMachineSnapshotTree) bool { return s.Name == name || s.Snapshot.Value == name })
		if i < 0 {
			return nil
		}
		return &tree[i].Snapshot
	}
	t.links = o.Clone != "full"
	switch own := find(snapshotName); {
	case o.Snapshot != "":
		if t.snapshot = find(o.Snapshot); t.snapshot == nil {
			return pick.Unknown("snapshot of "+t.name, "vsphere.snapshot", o.Snapshot, each(tree, func(s types.VirtualMachineSnapshotTree) string { return s.Name }))
		}
	case !t.links:
	case own != nil:
		t.snapshot = own
	case info.CurrentSnapshot != nil:
		t.snapshot = info.CurrentSnapshot
	case t.isTemplate && o.Clone == "linked":
		return field.Errorf("vsphere.clone", "template %q has no snapshot to link to, and a template can't get one", t.name).
			WithHint("make it a virtual machine, take a snapshot and make it a template again; or set clone to full")
	case t.isTemplate:
		t.links = false
		choose("vsphere.clone", "full", fmt.Sprintf("template %s has no snapshot to link to, and a template can't get one", t.name))
	}
	return nil
}

// snapshotMissing says that the snapshot for linked clones is still to be made. The zero template has nothing to make.
func (t template) snapshotMissing() bool { return t.snapshot == nil && t.links }

func flat(list []types.VirtualMachineSnapshotTree) []types.VirtualMachineSnapshotTree {
	var out []types.VirtualMachineSnapshotTree
	for _, s := range list {
		out = append(append(out, s), flat(s.ChildSnapshotList)...)
	}
	return out
}

// distros are the first letters of a guest id, the distribution, and its default login in cloud-init.
var distros = [][3]string{
	{"debian", "debian", "debian"},
	{"ubuntu", "ubuntu", "ubuntu"},
	{"rhel", "rhel", "cloud-user"},
	{"centos", "centos", "cloud-user"},
	{"rockylinux", "rocky", "rocky"},
	{"almalinux", "almalinux", "almalinux"},
	{"fedora", "fedora", "fedora"},
	{"sles", "sles", "sles"},
	{"opensuse", "opensuse", "opensuse"},
}

// facts are what the template tells. Who logs in is cloud-init's default for the distribution.
func (t template) facts(choose chooser) drivers.ImageFacts {
	id := prop[string](t.home, "config.guestId")
	f := drivers.ImageFacts{ID: t.Value, Name: t.name}
	if strings.Contains(id, "64") {
		f.Architecture = "amd64"
	}
	i := slices.IndexFunc(distros, func(d [3]string) bool { return strings.HasPrefix(strings.ToLower(id), d[0]) })
	if i < 0 {
		return f
	}
	f.Distro, f.User = distros[i][1], distros[i][2]
	choose("user", f.User, "cloud-init's own user on "+cmp.Or(prop[string](t.home, "config.guestFullName"), f.Distro)+"; the template doesn't tell of another")
	return f
}

// size is CPUs and memory in words.
func (p *plan) size(spec drivers.Spec) string {
	cpus, memory := p.cpus(spec), p.memoryMiB(spec)
	return fmt.Sprintf("%d CPUs, %d MiB of memory", cpus, memory)
}

func (p *plan) cpus(spec drivers.Spec) int {
	return cmp.Or(spec.CPUs, int(prop[int32](p.home, "config.hardware.numCPU")))
}

func (p *plan) memoryMiB(spec drivers.Spec) int {
	return cmp.Or(spec.MemoryGiB*1024, int(prop[int32](p.home, "config.hardware.memoryMB")))
}

func isDisk(d types.BaseVirtualDevice) bool {
	_, ok := d.(*types.VirtualDisk)
	return ok
}

// diskGiB is the size of the template's own disks.
func (t template) diskGiB() float64 {
	var bytes int64
	for _, d := range only(t.devices, isDisk) {
		bytes += d.(*types.VirtualDisk).CapacityInKB << 10
	}
	return float64(bytes) / (1 << 30)
}
