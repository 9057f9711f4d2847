package openstack

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gophercloud/gophercloud/v2/openstack/blockstorage/v3/volumetypes"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/flavors"
	"github.com/gophercloud/gophercloud/v2/openstack/image/v2/images"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/security/groups"

	"github.com/davit-io/davit/drivers"
)

// Images implements drivers.Lister.
func (d *Driver) Images(ctx context.Context) ([]drivers.Image, error) {
	s, err := d.session(ctx)
	if err != nil {
		return nil, err
	}
	list, err := s.listImages(ctx, images.ListOpts{Status: images.ImageStatusActive})
	out := make([]drivers.Image, len(list))
	for i, image := range list {
		f := facts(image)
		out[i] = drivers.Image{
			ID: f.ID, Name: f.Name, Distro: f.Distro, User: f.User, Architecture: f.Architecture,
			DiskGiB: diskOf(image), MemoryMiB: image.MinRAMMegabytes, Created: image.CreatedAt,
		}
	}
	slices.SortStableFunc(out, func(a, b drivers.Image) int { return strings.Compare(a.Name, b.Name) })
	return out, err
}

// Networks implements drivers.Lister.
func (d *Driver) Networks(ctx context.Context) ([]drivers.Network, error) {
	s, err := d.session(ctx)
	if err != nil {
		return nil, err
	}
	list, err := s.listNetworks(ctx)
	out := make([]drivers.Network, len(list))
	for i, n := range list {
		out[i] = drivers.Network{ID: n.ID, Name: n.Name, MTU: n.MTU, Kind: kindOf(n), Carrier: n.Carrier}
	}
	slices.SortStableFunc(out, func(a, b drivers.Network) int { return strings.Compare(a.Name, b.Name) })
	return out, err
}

func kindOf(n network) drivers.NetworkKind {
	switch {
	case n.External:
		return drivers.NetworkExternal
	case n.Shared:
		return drivers.NetworkShared
	}
	return drivers.NetworkProject
}

// Flavors implements drivers.Flavors.
func (d *Driver) Flavors(ctx context.Context) ([]drivers.Flavor, error) {
	s, err := d.session(ctx)
	if err != nil {
		return nil, err
	}
	list, err := s.listFlavors(ctx)
	out := make([]drivers.Flavor, len(list))
	for i, f := range list {
		out[i] = drivers.Flavor{ID: f.ID, Name: f.Name, CPUs: f.VCPUs, MemoryMiB: f.RAM, DiskGiB: f.Disk}
	}
	slices.SortStableFunc(out, drivers.Flavor.Smaller)
	return out, err
}

// Values implements drivers.Lister.
func (d *Driver) Values(ctx context.Context, path string) ([]drivers.Value, error) {
	s, err := d.session(ctx)
	if err != nil {
		return nil, err
	}
	read, ok := valueLists[path]
	if !ok {
		return nil, drivers.NoValues(path, slices.Collect(maps.Keys(valueLists)))
	}
	return read(ctx, s)
}

// valueLists are the options that name something of the cloud.
var valueLists = map[string]func(context.Context, *session) ([]drivers.Value, error){
	"image": listOf(func(s *session, ctx context.Context) ([]images.Image, error) {
		return s.listImages(ctx, images.ListOpts{Status: images.ImageStatusActive})
	}, func(i images.Image) drivers.Value { return drivers.Value{ID: i.ID, Name: i.Name} }),
	"network": listOf((*session).listNetworks, networkValue),
	poolPath: listOf(func(s *session, ctx context.Context) ([]network, error) {
		list, err := s.listNetworks(ctx)
		return only(list, isExternal), err
	}, networkValue),
	flavorPath: listOf((*session).listFlavors, func(f flavors.Flavor) drivers.Value {
		return drivers.Value{ID: f.ID, Name: f.Name, Text: fmt.Sprintf("%d CPUs, %s, %d GiB", f.VCPUs, mebibytes(f.RAM), f.Disk)}
	}),
	"openstack.security_groups": listOf((*session).listGroups, func(g groups.SecGroup) drivers.Value {
		return drivers.Value{ID: g.ID, Name: g.Name, Text: g.Description}
	}),
	"disks.type": listOf((*session).listTypes, func(t volumetypes.VolumeType) drivers.Value {
		return drivers.Value{ID: t.ID, Name: t.Name, Text: t.Description}
	}),
	"openstack.key_pair":                 listOf((*session).listKeys, plain),
	"openstack.availability_zone":        listOf((*session).listZones, plain),
	"openstack.volume_availability_zone": listOf((*session).listVolumeZones, plain),
}

func listOf[T any](read func(*session, context.Context) ([]T, error), value func(T) drivers.Value) func(context.Context, *session) ([]drivers.Value, error) {
	return func(ctx context.Context, s *session) ([]drivers.Value, error) {
		list, err := read(s, ctx)
		return drivers.Values(list, value), err
	}
}

func networkValue(n network) drivers.Value {
	return drivers.Value{ID: n.ID, Name: n.Name, Text: fmt.Sprintf("%s, MTU %d", kindOf(n), n.MTU)}
}

func plain(name string) drivers.Value { return drivers.Value{Name: name} }
