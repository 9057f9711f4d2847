package vsphere

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/pick"
)

// plan is a Spec's names as ids: the driver's own part of a Resolved.
type plan struct {
	template
	place
	network  nic
	policies []string         // ids by disk; "": none
	tags     []string         // ids
	fields   map[int32]string // values of custom attributes by key
	disks    []markedDisk     // identities by disk
	mtu      int
	options  *Options
}

// chooser notes a decision taken for the user.
type chooser func(path, value, reason string)

// noter notes a finding and says whether it is none.
type noter func(*field.Error) bool

// resolution is one call of Resolve.
type resolution struct {
	*session
	*inventory
	*pick.Findings
	details  map[ref]thing
	policies map[string]string // ids of storage policies by name
	tags     map[string]string // ids of tags by category:name
	recorded []ref             // folders that earlier tries made for these hosts
}

// Resolve reads the inventory once for all specs and reports everything that is wrong in one go.
func (d *Driver) Resolve(ctx context.Context, specs []drivers.Spec) ([]drivers.Resolved, error) {
	f := pick.NewFindings(specs)
	for _, spec := range specs {
		static(f, spec)
	}
	sameAddress(f, specs)
	s, err := d.session(ctx)
	if err != nil {
		return nil, errors.Join(f.Err(), err)
	}
	inv, err := s.inventory(ctx)
	if err != nil {
		return nil, err
	}
	r := &resolution{session: s, inventory: inv, Findings: f, recorded: recordedFolders(specs)}
	if err := r.look(ctx, specs); err != nil {
		return nil, err
	}
	rs := make([]drivers.Resolved, len(specs))
	for i, spec := range specs {
		rs[i] = r.resolve(spec)
	}
	r.capacity(rs)
	if err := r.privileges(ctx, rs); err != nil {
		return nil, err
	}
	return rs, f.Err()
}

// static notes what is wrong whatever the vCenter has.
func static(f *pick.Findings, spec drivers.Spec) {
	for _, e := range field.All(field.Under("vsphere", options(spec).Validate())) {
		f.Add(e, spec.Name)
	}
	if spec.Owner == "" {
		f.Add(field.Errorf("", "the host has no owner"), spec.Name)
	}
	for i, disk := range spec.Disks {
		if disk.SizeGiB < 1 {
			f.Add(field.Errorf(fmt.Sprintf("disks[%d].size_gib", i), "%d GiB: a disk has 1 GiB at least", disk.SizeGiB), spec.Name)
		}
	}
}

// sameAddress refuses one address for several hosts.
func sameAddress(f *pick.Findings, specs []drivers.Spec) {
	hosts := map[string][]string{}
	for _, spec := range specs {
		address, _, _ := strings.Cut(options(spec).StaticAddress, "/")
		if address != "" {
			hosts[address] = append(hosts[address], spec.Name)
		}
	}
	for address, names := range hosts {
		if len(names) > 1 {
			f.Add(field.Errorf("vsphere.static_address", "%s can't be the address of %d hosts: %s", address, len(names), pick.Listed(names)).
				WithHint("create them one by one, each with its own address, or leave it to DHCP"), names...)
		}
	}
}

// look reads what the specs need beyond the inventory: each in one request, and only when some spec needs it.
func (r *resolution) look(ctx context.Context, specs []drivers.Spec) (err error) {
	if r.details, err = r.readDetails(ctx, specs); err != nil {
		return err
	}
	if r.policies, err = r.readPolicies(ctx, specs); err != nil {
		return err
	}
	r.tags, err = r.readTags(ctx, specs)
	return err
}

func (r *resolution) resolve(spec drivers.Spec) drivers.Resolved {
	res, p, o := drivers.Resolved{Spec: spec}, &plan{options: options(spec)}, options(spec)
	ok := true
	note := func(e *field.Error) bool {
		r.Add(e, spec.Name)
		ok = ok && e == nil
		return e == nil
	}
	choose := func(path, value, reason string) {
		res.Choices = append(res.Choices, drivers.Choice{Path: path, Value: value, Reason: reason})
	}
	dc, e := r.datacenter(o)
	if note(e) {
		p.template, e = r.template(spec, dc, choose)
		if note(e) {
			res.Image = p.facts(choose)
			note(p.holds(spec.Disks))
		}
		p.place = r.place(spec, dc, p.template, note, choose)
		note(r.nameTaken(spec, p.place))
		p.network, e = r.networkFor(spec.Network, p.place, choose)
		note(e)
	}
	p.mtu, res.LinkMTU = p.network.mtu, p.network.mtu
	for i, disk := range spec.Disks {
		p.policies = append(p.policies, r.policy(fmt.Sprintf("disks[%d].type", i), disk.Type, note))
		p.disks = append(p.disks, markedDisk{ID: diskID(spec.Owner, i), Name: disk.Name})
	}
	p.tags = r.tagsFor(o, note)
	p.fields = r.attributes(o, note)
	if ok {
		res.Private = p
	}
	res.Makes = makes(spec, p)
	return res
}

// datacenter is the one that is named, or the only one.
func (r *resolution) datacenter(o *Options) (thing, *field.Error) {
	want := fallback(o.Datacenter, "GOVC_DATACENTER", "VSPHERE_DATACENTER")
	return r.kind("datacenter").OneOrOnly("vsphere.datacenter", want, r.all(ref{}, "Datacenter"))
}

// makes tells what Create will make, in its order.
func makes(spec drivers.Spec, p *plan) []string {
	var out []string
	if len(p.missing) > 0 {
		out = append(out, "folder "+strings.Join(p.missing, "/"))
	}
	way := "a linked clone"
	if !p.links {
		way = "a full clone"
	}
	if p.snapshotMissing() {
		out = append(out, fmt.Sprintf("snapshot %s of template %s, for this and all later linked clones", snapshotName, p.name))
	}
	out = append(out, fmt.Sprintf("virtual machine %s, %s of %s, %s", spec.Name, way, p.name, p.size(spec)))
	for _, disk := range spec.Disks {
		line := fmt.Sprintf("disk %s, %d GiB, %s", disk.Name, disk.SizeGiB, thickness(p.options))
		if disk.Type != "" {
			line += ", storage policy " + disk.Type
		}
		out = append(out, line)
	}
	if p.options.AntiAffinity != "" {
		out = append(out, "a place in the anti-affinity rule "+p.options.AntiAffinity)
	}
	return out
}

func thickness(o *Options) string {
	if o.ThickDisks {
		return "thick"
	}
	return "thin"
}

// attributes finds the keys of custom attributes that virtual machines have.
func (r *resolution) attributes(o *Options, note noter) map[int32]string {
	usable := only(r.fields, func(f types.CustomFieldDef) bool {
		return f.ManagedObjectType == "" || f.ManagedObjectType == "VirtualMachine"
	})
	out := map[int32]string{}
	for name, value := range o.CustomAttributes {
		found := only(usable, func(f types.CustomFieldDef) bool { return f.Name == name })
		if len(found) == 0 {
			note(pick.Unknown("custom attribute", field.Join("vsphere.custom_attributes", name), name, each(usable, func(f types.CustomFieldDef) string { return f.Name })))
			continue
		}
		out[found[0].Key] = value
	}
	return out
}
