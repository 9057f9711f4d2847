package vsphere

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/internal/pick"
)

type ref = types.ManagedObjectReference

// inventory is all that the account sees by name, read in one request.
type inventory struct {
	things map[ref]thing
	order  []thing
	fields []types.CustomFieldDef
}

// thing is an object of the inventory.
type thing struct {
	ref
	name   string
	parent ref
	props  map[string]any
}

// known are the properties that are read of each type of object.
var known = map[string][]string{
	"Folder":                      {"name", "parent"},
	"Datacenter":                  {"name", "parent", "vmFolder"},
	"ComputeResource":             {"name", "parent", "resourcePool", "host", "datastore", "network", "summary"},
	"HostSystem":                  {"name", "parent", "runtime.inMaintenanceMode", "runtime.connectionState", "summary.hardware.numCpuThreads", "datastore"},
	"ResourcePool":                {"name", "parent", "owner"},
	"Datastore":                   {"name", "parent", "summary"},
	"Network":                     {"name", "parent"},
	"DistributedVirtualPortgroup": {"name", "parent", "config"},
	"OpaqueNetwork":               {"name", "parent", "summary"},
	"DistributedVirtualSwitch":    {"name", "parent", "uuid", "config"},
	"VirtualMachine":              {"name", "parent", "config.template", markPath},
	"CustomFieldsManager":         {"field"},
}

// ways lead from the root folder to everything.
func ways(paths map[string]string) []types.BaseSelectionSpec {
	var all []types.BaseSelectionSpec
	for name := range paths {
		all = append(all, &types.SelectionSpec{Name: name})
	}
	var out []types.BaseSelectionSpec
	for name, path := range paths {
		kind, _, _ := strings.Cut(name, " ")
		out = append(out, &types.TraversalSpec{SelectionSpec: types.SelectionSpec{Name: name}, Type: kind, Path: path, SelectSet: all})
	}
	return out
}

var everywhere = map[string]string{
	"Folder": "childEntity", "Datacenter vm": "vmFolder", "Datacenter host": "hostFolder", "Datacenter datastore": "datastoreFolder",
	"Datacenter network": "networkFolder", "ComputeResource host": "host", "ComputeResource pool": "resourcePool", "ResourcePool": "resourcePool",
}

func (s *session) inventory(ctx context.Context) (*inventory, error) {
	objects := []types.ObjectSpec{{Obj: s.ServiceContent.RootFolder, SelectSet: ways(everywhere)}}
	if s.ServiceContent.CustomFieldsManager != nil {
		objects = append(objects, types.ObjectSpec{Obj: *s.ServiceContent.CustomFieldsManager})
	}
	var kinds []types.PropertySpec
	for kind, paths := range known {
		kinds = append(kinds, types.PropertySpec{Type: kind, PathSet: paths})
	}
	contents, err := s.retrieve(ctx, objects, kinds)
	if err != nil {
		return nil, explain(err, "read the inventory")
	}
	inv := &inventory{things: map[ref]thing{}}
	for _, t := range contents {
		if list, ok := t.props["field"].(types.ArrayOfCustomFieldDef); ok {
			inv.fields = list.CustomFieldDef
			continue
		}
		inv.things[t.ref] = t
		inv.order = append(inv.order, t)
	}
	return inv, nil
}

// retrieve reads properties of many objects in one request, or in few where the vCenter splits the answer.
func (s *session) retrieve(ctx context.Context, objects []types.ObjectSpec, kinds []types.PropertySpec) ([]thing, error) {
	contents, err := mo.RetrievePropertiesEx(ctx, s, types.RetrievePropertiesEx{
		This:    s.ServiceContent.PropertyCollector,
		SpecSet: []types.PropertyFilterSpec{{ObjectSet: objects, PropSet: kinds, ReportMissingObjectsInResults: new(true)}},
	})
	return each(contents, newThing), err
}

// properties reads the same properties of some objects; those that are gone are left out.
func (s *session) properties(ctx context.Context, kind string, refs []ref, paths ...string) ([]thing, error) {
	if len(refs) == 0 {
		return nil, nil
	}
	objects := each(refs, func(r ref) types.ObjectSpec { return types.ObjectSpec{Obj: r} })
	return s.retrieve(ctx, objects, []types.PropertySpec{{Type: kind, PathSet: paths}})
}

func newThing(c types.ObjectContent) thing {
	t := thing{ref: c.Obj, props: map[string]any{}}
	for _, p := range c.PropSet {
		t.props[p.Name] = p.Val
	}
	t.name, _ = t.props["name"].(string)
	if name, err := url.PathUnescape(t.name); err == nil {
		t.name = name // the vCenter writes the characters / \ and % of names like a URL does
	}
	t.parent = prop[ref](t, "parent")
	return t
}

// prop gives a property, or nothing where the object has none.
func prop[T any](t thing, path string) T {
	if value, ok := t.props[path].(T); ok {
		return value
	}
	var none T
	return none
}

// refs gives a list of references.
func refs(t thing, path string) []ref {
	return prop[types.ArrayOfManagedObjectReference](t, path).ManagedObjectReference
}

// path is where a thing is, for example /dc1/vm/templates/debian-12.
func (inv *inventory) path(t thing) string {
	parent, ok := inv.things[t.parent]
	if !ok {
		return "" // the root folder
	}
	return inv.path(parent) + "/" + t.name
}

// within says whether a thing is somewhere below another.
func (inv *inventory) within(t thing, above ref) bool {
	for there := true; there; t, there = inv.things[t.parent] {
		if t.ref == above {
			return true
		}
	}
	return false
}

// all lists the things of some types below another, or, below the zero one, all.
func (inv *inventory) all(above ref, kinds ...string) []thing {
	return only(inv.order, func(t thing) bool {
		return slices.Contains(kinds, t.Type) && (above == ref{} || inv.within(t, above))
	})
}

// kind is how things are named: by name, inventory path, the end of one, or managed object id. The paths tell things of
// one name apart.
func (inv *inventory) kind(word string) pick.Kind[thing] {
	return pick.Kind[thing]{
		Word: word, ID: inv.path, Name: func(t thing) string { return t.name },
		Also: func(t thing, as string) bool {
			return t.Value == as || strings.Contains(as, "/") && strings.HasSuffix(inv.path(t), "/"+strings.TrimPrefix(as, "/"))
		},
	}
}
