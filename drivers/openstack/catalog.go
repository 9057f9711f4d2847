package openstack

import (
	"context"
	"strings"
	"sync"

	"github.com/google/uuid"
	volumezones "github.com/gophercloud/gophercloud/v2/openstack/blockstorage/v3/availabilityzones"
	volumelimits "github.com/gophercloud/gophercloud/v2/openstack/blockstorage/v3/limits"
	"github.com/gophercloud/gophercloud/v2/openstack/blockstorage/v3/volumetypes"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/availabilityzones"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/flavors"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/keypairs"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/limits"
	"github.com/gophercloud/gophercloud/v2/openstack/image/v2/images"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/quotas"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/security/groups"
	"golang.org/x/sync/errgroup"

	"github.com/davit-io/davit/drivers"
)

// catalog is what Resolve reads of the cloud, each kind once for all specs and only what a spec asks for.
type catalog struct {
	mu sync.Mutex

	images   map[string][]images.Image // by what the specs call them
	everyone []images.Image            // read only when a name is not found, for its hint
	flavors  []flavors.Flavor
	networks []network
	groups   []groups.SecGroup
	types    []volumetypes.VolumeType
	keys     []string
	zones    []string // of servers
	volZones []string

	// What is left of the quotas; nil: the cloud doesn't tell, and will say so when it refuses.
	compute *limits.Absolute
	volumes *volumelimits.Absolute
	network *quotas.QuotaDetailSet
}

// needs says which kinds a set of specs asks for.
type needs struct {
	images                                                       map[string]bool
	groups, types, keys, zones, volZones, disks, floating, fresh bool
}

func needsOf(specs []drivers.Spec) needs {
	n := needs{images: map[string]bool{}}
	for _, spec := range specs {
		o := options(spec)
		n.images[spec.Image] = spec.Image != ""
		n.groups = n.groups || len(o.SecurityGroups) > 0
		n.keys = n.keys || o.KeyPair != ""
		n.zones = n.zones || o.AvailabilityZone != ""
		n.volZones = n.volZones || o.VolumeAvailabilityZone != ""
		n.fresh = n.fresh || !spec.Again
		n.floating = n.floating || (o.FloatingPool != "" && !spec.Again)
		n.disks = n.disks || (len(spec.Disks) > 0 && !spec.Again)
		for _, disk := range spec.Disks {
			n.types = n.types || disk.Type != ""
		}
	}
	return n
}

func (s *session) catalog(ctx context.Context, specs []drivers.Spec) (*catalog, error) {
	c, n := &catalog{images: map[string][]images.Image{}}, needsOf(specs)
	g, ctx := errgroup.WithContext(ctx)
	ask := func(needed bool, read func(context.Context) error) {
		if needed {
			g.Go(func() error { return read(ctx) })
		}
	}
	for name, named := range n.images {
		ask(named, func(ctx context.Context) error { return c.readImages(ctx, s, name) })
	}
	ask(true, into(&c.flavors, s.listFlavors))
	ask(true, into(&c.networks, s.listNetworks))
	ask(n.groups, into(&c.groups, s.listGroups))
	ask(n.types, into(&c.types, s.listTypes))
	ask(n.keys, into(&c.keys, s.listKeys))
	ask(n.zones, into(&c.zones, s.listZones))
	ask(n.volZones, into(&c.volZones, s.listVolumeZones))
	ask(n.fresh, into(&c.compute, s.computeLimits))
	ask(n.disks, into(&c.volumes, s.volumeLimits))
	ask(n.floating && s.project != "", into(&c.network, s.networkQuota))
	return c, g.Wait()
}

func into[T any](to *T, read func(context.Context) (T, error)) func(context.Context) error {
	return func(ctx context.Context) (err error) {
		*to, err = read(ctx)
		return err
	}
}

// readImages looks for an image by id when its name looks like one, and else by name.
func (c *catalog) readImages(ctx context.Context, s *session, name string) error {
	found, err := s.imagesNamed(ctx, name)
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.images[name] = found
	return nil
}

func (s *session) imagesNamed(ctx context.Context, name string) ([]images.Image, error) {
	if uuid.Validate(name) != nil {
		return s.listImages(ctx, images.ListOpts{Name: name})
	}
	image, err := images.Get(ctx, s.image, name).Extract()
	err = explain(err, "read image %s", name)
	if hasStatus(err, 404) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return []images.Image{*image}, nil
}

func (s *session) listImages(ctx context.Context, opts images.ListOpts) ([]images.Image, error) {
	return all(ctx, "images", images.List(s.image, opts), images.ExtractImages)
}

func (s *session) listFlavors(ctx context.Context) ([]flavors.Flavor, error) {
	return all(ctx, "flavors", flavors.ListDetail(s.compute, nil), flavors.ExtractFlavors)
}

func (s *session) listGroups(ctx context.Context) ([]groups.SecGroup, error) {
	return all(ctx, "security groups", groups.List(s.network, groups.ListOpts{}), groups.ExtractGroups)
}

func (s *session) listTypes(ctx context.Context) ([]volumetypes.VolumeType, error) {
	return all(ctx, "volume types", volumetypes.List(s.volume, nil), volumetypes.ExtractVolumeTypes)
}

func (s *session) listKeys(ctx context.Context) ([]string, error) {
	list, err := all(ctx, "key pairs", keypairs.List(s.compute, nil), keypairs.ExtractKeyPairs)
	return names(list, func(k keypairs.KeyPair) string { return k.Name }), err
}

func (s *session) listZones(ctx context.Context) ([]string, error) {
	list, err := all(ctx, "availability zones", availabilityzones.List(s.compute), availabilityzones.ExtractAvailabilityZones)
	return names(list, func(z availabilityzones.AvailabilityZone) string { return open(z.ZoneName, z.ZoneState.Available) }), err
}

func (s *session) listVolumeZones(ctx context.Context) ([]string, error) {
	list, err := all(ctx, "availability zones of volumes", volumezones.List(s.volume), volumezones.ExtractAvailabilityZones)
	return names(list, func(z volumezones.AvailabilityZone) string { return open(z.ZoneName, z.ZoneState.Available) }), err
}

// open leaves a zone out that takes nothing.
func open(zone string, available bool) string {
	if !available {
		return ""
	}
	return zone
}

func names[T any](list []T, name func(T) string) []string {
	var out []string
	for _, thing := range list {
		if text := name(thing); text != "" {
			out = append(out, text)
		}
	}
	return out
}

func (s *session) computeLimits(ctx context.Context) (*limits.Absolute, error) {
	got, err := limits.Get(ctx, s.compute, nil).Extract()
	if err != nil {
		return nil, untold(explain(err, "read the quota of servers"))
	}
	return &got.Absolute, nil
}

func (s *session) volumeLimits(ctx context.Context) (*volumelimits.Absolute, error) {
	got, err := volumelimits.Get(ctx, s.volume).Extract()
	if err != nil {
		return nil, untold(explain(err, "read the quota of volumes"))
	}
	return &got.Absolute, nil
}

func (s *session) networkQuota(ctx context.Context) (*quotas.QuotaDetailSet, error) {
	got, err := quotas.GetDetail(ctx, s.network, s.project).Extract()
	return got, untold(explain(err, "read the quota of floating IPs"))
}

// untold drops the error of a cloud whose policy keeps its quotas to itself.
func untold(err error) error {
	if hasStatus(err, 403, 404) {
		return nil
	}
	return err
}

// property reads a text property of an image.
func property(image images.Image, name string) string {
	text, _ := image.Properties[name].(string)
	return strings.TrimSpace(text)
}
