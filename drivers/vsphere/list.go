package vsphere

import (
	"context"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/pick"
)

// Images implements drivers.Lister: templates, and machines that are off and not davit's.
func (d *Driver) Images(ctx context.Context) ([]drivers.Image, error) {
	r, err := d.survey(ctx)
	if err != nil {
		return nil, err
	}
	machines := only(r.all(ref{}, "VirtualMachine"), func(t thing) bool { return t.extra(markKey) == "" })
	details, err := r.properties(ctx, "VirtualMachine", each(machines, func(t thing) ref { return t.ref }), append(templateProperties, "config.createDate")...)
	if err != nil {
		return nil, explain(err, "read the templates")
	}
	var out []drivers.Image
	for _, t := range details {
		tpl := template{thing: t, home: t, devices: prop[types.ArrayOfVirtualDevice](t, "config.hardware.device").VirtualDevice}
		if tpl.usable() != nil {
			continue
		}
		f := tpl.facts(func(string, string, string) {})
		out = append(out, drivers.Image{
			ID: f.ID, Name: f.Name, Distro: f.Distro, User: f.User, Architecture: f.Architecture,
			DiskGiB: int(math.Ceil(tpl.diskGiB())), Created: prop[time.Time](t, "config.createDate"),
		})
	}
	slices.SortStableFunc(out, func(a, b drivers.Image) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// Networks implements drivers.Lister.
func (d *Driver) Networks(ctx context.Context) ([]drivers.Network, error) {
	r, err := d.survey(ctx)
	if err != nil {
		return nil, err
	}
	if r.details, err = r.readDetails(ctx, []drivers.Spec{{}}); err != nil {
		return nil, err
	}
	usable := only(r.all(ref{}, "Network", "DistributedVirtualPortgroup", "OpaqueNetwork"), func(t thing) bool { return !uplink(t) })
	out := each(usable, r.describe)
	slices.SortStableFunc(out, func(a, b drivers.Network) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

func (r *resolution) describe(t thing) drivers.Network {
	n := drivers.Network{ID: t.Value, Name: t.name, Kind: drivers.NetworkNSX}
	switch t.Type {
	case "DistributedVirtualPortgroup":
		config, _ := t.props["config"].(types.DVPortgroupConfigInfo)
		if _, n.MTU, _ = r.distributed(t); config.BackingType != string(types.DistributedVirtualPortgroupBackingTypeNsx) {
			n.Kind = drivers.NetworkDistributed
		}
	case "Network":
		n.Kind, n.MTU = drivers.NetworkStandard, r.smallest(t)
	}
	return n
}

// smallest is the least MTU of a standard port group on all ESXi hosts that have it.
func (r *resolution) smallest(group thing) int {
	least := 0
	for _, host := range r.all(ref{}, "HostSystem") {
		if mtu := switchMTU(r.details[host.ref], group.name); mtu > 0 && (least == 0 || mtu < least) {
			least = mtu
		}
	}
	return least
}

// survey is a resolution of nothing: the inventory to look around in.
func (d *Driver) survey(ctx context.Context) (*resolution, error) {
	s, err := d.session(ctx)
	if err != nil {
		return nil, err
	}
	inv, err := s.inventory(ctx)
	return &resolution{session: s, inventory: inv, Findings: pick.NewFindings(nil)}, err
}

// valueKinds are the options that name something of the inventory, with the types of it.
var valueKinds = map[string][]string{
	"vsphere.datacenter":        {"Datacenter"},
	"vsphere.cluster":           {"ClusterComputeResource", "ComputeResource"},
	"vsphere.host_system":       {"HostSystem"},
	"vsphere.resource_pool":     {"ResourcePool", "VirtualApp"},
	"vsphere.datastore":         {"Datastore"},
	"vsphere.datastore_cluster": {"StoragePod"},
}

// Values implements drivers.Lister.
func (d *Driver) Values(ctx context.Context, path string) ([]drivers.Value, error) {
	switch path {
	case "image":
		list, err := d.Images(ctx)
		return drivers.Values(list, func(i drivers.Image) drivers.Value { return drivers.Value{ID: i.ID, Name: i.Name} }), err
	case "network":
		list, err := d.Networks(ctx)
		return drivers.Values(list, func(n drivers.Network) drivers.Value {
			return drivers.Value{ID: n.ID, Name: n.Name, Text: string(n.Kind)}
		}), err
	}
	if path == "disks.type" {
		return d.policyValues(ctx)
	}
	kinds, ok := valueKinds[path]
	if !ok {
		return nil, drivers.NoValues(path, slices.Concat(slices.Collect(maps.Keys(valueKinds)), []string{"image", "network", "disks.type"}))
	}
	r, err := d.survey(ctx)
	if err != nil {
		return nil, err
	}
	return drivers.Values(r.all(ref{}, kinds...), func(t thing) drivers.Value {
		return drivers.Value{ID: t.Value, Name: t.name, Text: r.path(t)}
	}), nil
}

func (d *Driver) policyValues(ctx context.Context) ([]drivers.Value, error) {
	s, err := d.session(ctx)
	if err != nil {
		return nil, err
	}
	policies, err := (&resolution{session: s}).readPolicies(ctx, []drivers.Spec{{Disks: []drivers.Disk{{Type: "any"}}}})
	return drivers.Values(slices.Collect(maps.Keys(policies)), func(name string) drivers.Value {
		return drivers.Value{ID: policies[name], Name: name}
	}), err
}
