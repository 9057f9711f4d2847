package openstack

import (
	"slices"

	"github.com/gophercloud/gophercloud/v2/openstack/blockstorage/v3/volumetypes"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/flavors"
	"github.com/gophercloud/gophercloud/v2/openstack/image/v2/images"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/security/groups"

	"github.com/davit-io/davit/internal/pick"
)

// The kinds of things that a host document names.
var (
	imageKind = pick.Kind[images.Image]{
		Word: "image", ID: func(i images.Image) string { return i.ID }, Name: func(i images.Image) string { return i.Name },
	}
	flavorKind = pick.Kind[flavors.Flavor]{
		Word: "flavor", ID: func(f flavors.Flavor) string { return f.ID }, Name: func(f flavors.Flavor) string { return f.Name },
	}
	networkKind = pick.Kind[network]{
		Word: "network", ID: func(n network) string { return n.ID }, Name: func(n network) string { return n.Name },
	}
	poolKind  = pick.Kind[network]{Word: "external network", ID: networkKind.ID, Name: networkKind.Name}
	groupKind = pick.Kind[groups.SecGroup]{
		Word: "security group", ID: func(g groups.SecGroup) string { return g.ID }, Name: func(g groups.SecGroup) string { return g.Name },
	}
	typeKind = pick.Kind[volumetypes.VolumeType]{
		Word: "volume type", ID: func(t volumetypes.VolumeType) string { return t.ID }, Name: func(t volumetypes.VolumeType) string { return t.Name },
	}
)

func only[T any](things []T, want func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(things), func(thing T) bool { return !want(thing) })
}
