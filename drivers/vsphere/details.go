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
	"github.com/davit-io/davit/internal/field"
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
	found, done := map[string]string{}, map[string]bool{}
	for _, spec := range specs {
		for _, tag := range options(spec).Tags {
			category := categoryOf(tag)
			if done[category] {
				continue
			}
			done[category] = true
			if err := r.readCategory(ctx, category, found); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

func (r *resolution) readCategory(ctx context.Context, category string, found map[string]string) error {
	c, err := r.restSession(ctx)
	if err != nil {
		return err
	}
	m := tags.NewManager(c)
	categories, err := m.GetCategories(ctx)
	if err != nil {
		return explain(err, "list categories of tags")
	}
	for _, one := range categories {
		found[one.Name+":"] = "" // a category without the tag is told apart from none
	}
	i := slices.IndexFunc(categories, func(one tags.Category) bool { return one.Name == category })
	if i < 0 {
		return nil
	}
	list, err := m.GetTagsForCategory(ctx, categories[i].ID)
	for _, tag := range list {
		found[category+":"+tag.Name] = tag.ID
	}
	return explain(err, "list tags of category %s", category)
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
				note(field.Errorf(path, "%w", notFound("no category of tags %q", categoryOf(tag))).WithHint("there are %s", pick.Listed(r.categories())))
				continue
			}
			note(pick.Unknown("tag", path, tag, names))
			continue
		}
		ids = append(ids, id)
	}
	return ids
}
