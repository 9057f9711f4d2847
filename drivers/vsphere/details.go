package vsphere

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/vmware/govmomi/pbm"
	pbmtypes "github.com/vmware/govmomi/pbm/types"
	"github.com/vmware/govmomi/vapi/tags"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/pick"
)

// readDetails reads what is too large to be read of everything: the templates that are named, and the switches of
// the ESXi hosts when a standard network may be meant.
func (r *resolution) readDetails(ctx context.Context, specs []drivers.Spec) (map[ref]thing, error) {
	var wanted []ref
	for _, spec := range specs {
		for _, t := range r.all(ref{}, "VirtualMachine") {
			if t.Value == spec.Image || t.name == nameOf(spec.Image) {
				wanted = append(wanted, t.ref)
			}
		}
		if slices.ContainsFunc(r.all(ref{}, "Network"), func(n thing) bool {
			return spec.Network == "" || n.Value == spec.Network || n.name == nameOf(spec.Network)
		}) {
			wanted = append(wanted, each(r.all(ref{}, "HostSystem"), func(t thing) ref { return t.ref })...)
		}
	}
	found := map[ref]thing{}
	if len(wanted) == 0 {
		return found, nil
	}
	slices.SortFunc(wanted, func(a, b ref) int { return strings.Compare(a.Value, b.Value) })
	objects := each(slices.Compact(wanted), func(w ref) types.ObjectSpec { return types.ObjectSpec{Obj: w} })
	things, err := r.retrieve(ctx, objects, []types.PropertySpec{
		{Type: "VirtualMachine", PathSet: templateProperties},
		{Type: "HostSystem", PathSet: []string{"config.network.portgroup", "config.network.vswitch"}},
	})
	for _, t := range things {
		found[t.ref] = t
	}
	return found, explain(err, "read templates and networks")
}

// readPolicies lists the storage policies when a disk names one.
func (r *resolution) readPolicies(ctx context.Context, specs []drivers.Spec) (map[string]string, error) {
	named := func(spec drivers.Spec) bool {
		return slices.ContainsFunc(spec.Disks, func(d drivers.Disk) bool { return d.Type != "" })
	}
	if !slices.ContainsFunc(specs, named) {
		return nil, nil
	}
	c, err := pbm.NewClient(ctx, r.Client)
	if err != nil {
		return nil, explain(err, "reach the storage policy service")
	}
	ids, err := c.QueryProfile(ctx, pbmtypes.PbmProfileResourceType{ResourceType: string(pbmtypes.PbmProfileResourceTypeEnumSTORAGE)}, string(pbmtypes.PbmProfileCategoryEnumREQUIREMENT))
	if err != nil || len(ids) == 0 {
		return nil, explain(err, "list storage policies")
	}
	profiles, err := c.RetrieveContent(ctx, ids)
	found := map[string]string{}
	for _, p := range profiles {
		found[p.GetPbmProfile().Name] = p.GetPbmProfile().ProfileId.UniqueId
	}
	return found, explain(err, "read storage policies")
}

func (r *resolution) policy(path, want string, note noter) string {
	if want == "" {
		return ""
	}
	var names []string
	for name, id := range r.policies {
		if name == want || id == want {
			return id
		}
		names = append(names, name)
	}
	note(pick.Unknown("storage policy", path, want, names))
	return ""
}

// readTags finds the ids of all tags in the categories that the specs name.
func (r *resolution) readTags(ctx context.Context, specs []drivers.Spec) (map[string]string, error) {
	var named []string
	for _, spec := range specs {
		named = append(named, each(options(spec).Tags, categoryOf)...)
	}
	if len(named) == 0 {
		return nil, nil
	}
	c, err := r.restSession(ctx)
	if err != nil {
		return nil, err
	}
	m := tags.NewManager(c)
	categories, err := m.GetCategories(ctx)
	if err != nil {
		return nil, explain(err, "list categories of tags")
	}
	found := map[string]string{}
	for _, category := range categories {
		found[category.Name+":"] = "" // a category without the tag is told apart from none
		if !slices.Contains(named, category.Name) {
			continue
		}
		list, err := m.GetTagsForCategory(ctx, category.ID)
		if err != nil {
			return nil, explain(err, "list tags of category %s", category.Name)
		}
		for _, tag := range list {
			found[category.Name+":"+tag.Name] = tag.ID
		}
	}
	return found, nil
}

func (r *resolution) tagsFor(o *Options, note noter) []string {
	var ids, names []string
	for name, id := range r.tags {
		if id != "" {
			names = append(names, name)
		}
	}
	for i, tag := range o.Tags {
		id := r.tags[tag]
		if id == "" {
			path := fmt.Sprintf("vsphere.tags[%d]", i)
			if _, there := r.tags[categoryOf(tag)+":"]; !there {
				note(pick.Unknown("category of tags", path, categoryOf(tag), r.categories()))
				continue
			}
			note(pick.Unknown("tag", path, tag, names))
			continue
		}
		ids = append(ids, id)
	}
	return ids
}
