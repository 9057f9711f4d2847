package fake

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"github.com/davit-io/davit/drivers"
)

// Images implements drivers.Lister.
func (d *client) Images(ctx context.Context) (out []drivers.Image, err error) {
	err = d.call(ctx, OpList, func(c *Cloud) error {
		for _, f := range c.Images {
			out = append(out, drivers.Image{ID: f.ID, Name: f.Name, Distro: f.Distro, User: f.User, Architecture: f.Architecture})
		}
		slices.SortStableFunc(out, func(a, b drivers.Image) int { return cmp.Compare(a.Name, b.Name) })
		return nil
	})
	return out, err
}

// Networks implements drivers.Lister.
func (d *client) Networks(ctx context.Context) (out []drivers.Network, err error) {
	err = d.call(ctx, OpList, func(c *Cloud) error {
		for _, n := range c.Networks {
			out = append(out, drivers.Network{ID: n.Name, Name: n.Name, MTU: n.MTU, Kind: drivers.NetworkProject})
		}
		slices.SortStableFunc(out, func(a, b drivers.Network) int { return cmp.Compare(a.Name, b.Name) })
		return nil
	})
	return out, err
}

// Flavors implements drivers.Flavors.
func (d *client) Flavors(ctx context.Context) (out []drivers.Flavor, err error) {
	err = d.call(ctx, OpList, func(c *Cloud) error {
		for _, z := range c.Sizes {
			out = append(out, drivers.Flavor{ID: z.Name, Name: z.Name, CPUs: z.CPUs, MemoryMiB: z.MemoryGiB * 1024})
		}
		slices.SortStableFunc(out, drivers.Flavor.Smaller)
		return nil
	})
	return out, err
}

// Values implements drivers.Lister.
func (d *client) Values(ctx context.Context, path string) (out []drivers.Value, err error) {
	err = d.call(ctx, OpList, func(c *Cloud) error {
		lists := map[string][]string{
			"image": named(c.Images, func(f drivers.ImageFacts) string { return f.Name }), "network": named(c.Networks, func(n Network) string { return n.Name }),
			"fake.size": named(c.Sizes, func(z Size) string { return z.Name }), "fake.address_pool": c.Pools, "fake.groups": c.Groups, "disks.type": c.VolumeTypes,
		}
		list, ok := lists[path]
		if !ok {
			return drivers.NoValues(path, slices.Collect(maps.Keys(lists)))
		}
		out = drivers.Values(list, func(name string) drivers.Value { return drivers.Value{Name: name} })
		return nil
	})
	return out, err
}

func named[T any](list []T, name func(T) string) []string {
	out := make([]string, len(list))
	for i, thing := range list {
		out[i] = name(thing)
	}
	return out
}
