package openstack

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/flavors"
	"github.com/gophercloud/gophercloud/v2/openstack/image/v2/images"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/security/groups"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/pick"
)

const poolPath = "openstack.floating_pool"

// plan is a Spec's names as ids: the driver's own part of a Resolved.
type plan struct {
	image, network, pool string // ids; an empty pool: no floating IP
	flavor               flavors.Flavor
	groups               []string // ids
	mtu                  int
}

// Resolve looks each name up once for all specs and reports everything that is wrong in one go.
func (d *Driver) Resolve(ctx context.Context, specs []drivers.Spec) ([]drivers.Resolved, error) {
	f := pick.NewFindings(specs)
	for _, spec := range specs {
		static(f, spec)
	}
	s, err := d.session(ctx)
	if err != nil {
		return nil, errors.Join(f.Err(), err)
	}
	c, err := s.catalog(ctx, specs)
	if err != nil {
		return nil, err
	}
	rs := make([]drivers.Resolved, len(specs))
	for i, spec := range specs {
		rs[i] = s.resolve(ctx, c, spec, f)
	}
	c.quota(rs, f)
	return rs, f.Err()
}

// static notes what is wrong whatever the cloud has.
func static(f *pick.Findings, spec drivers.Spec) {
	for _, e := range field.All(field.Under("openstack", options(spec).Validate())) {
		f.Add(e, spec.Name)
	}
	if n := len(spec.Owner); n == 0 || n > longestOwner || strings.ContainsAny(string(spec.Owner), ",/") {
		f.Add(field.Errorf("", "owner %q: a tag of Nova holds 1 to %d characters, no comma and no slash", spec.Owner, longestOwner), spec.Name)
	}
	for i, disk := range spec.Disks {
		if disk.SizeGiB < 1 {
			f.Add(field.Errorf(fmt.Sprintf("disks[%d].size_gib", i), "%d GiB: a volume has 1 GiB at least", disk.SizeGiB), spec.Name)
		}
	}
}

func (s *session) resolve(ctx context.Context, c *catalog, spec drivers.Spec, f *pick.Findings) drivers.Resolved {
	r, p, o := drivers.Resolved{Spec: spec}, &plan{}, options(spec)
	note := func(e *field.Error) bool {
		f.Add(e, spec.Name)
		return e == nil
	}
	image, e := s.imageFor(ctx, c, spec.Image)
	if note(e) {
		p.image, r.Image = image.ID, facts(image)
	}
	flavor, choice, e := c.flavorFor(spec, image)
	if note(e) {
		p.flavor, r.Private = flavor, p
	}
	r.Choices = append(r.Choices, chosen(choice)...)
	net, choice, e := c.networkFor(spec.Network)
	if note(e) {
		p.network, p.mtu, r.LinkMTU = net.ID, net.MTU, net.MTU
	}
	r.Choices = append(r.Choices, chosen(choice)...)
	if o.FloatingPool != "" {
		pool, e := poolKind.One(poolPath, o.FloatingPool, only(c.networks, isExternal))
		note(e)
		p.pool = pool.ID
	}
	p.groups = s.groupsFor(c, o.SecurityGroups, note)
	if len(p.groups) == 0 {
		r.Choices = append(r.Choices, drivers.Choice{Path: "openstack.security_groups", Value: "default", Reason: "none is named"})
	}
	note(oneOf("key pair", "openstack.key_pair", o.KeyPair, c.keys))
	note(oneOf("availability zone", "openstack.availability_zone", o.AvailabilityZone, c.zones))
	note(oneOf("availability zone of volumes", "openstack.volume_availability_zone", o.VolumeAvailabilityZone, c.volZones))
	for i, disk := range spec.Disks {
		note(c.hasType(fmt.Sprintf("disks[%d].type", i), disk.Type))
	}
	r.Makes = makes(spec, p)
	return r
}

// makes tells what Create will make, in its order.
func makes(spec drivers.Spec, p *plan) []string {
	var out []string
	for _, disk := range spec.Disks {
		line := fmt.Sprintf("volume %s, %d GiB", disk.Name, disk.SizeGiB)
		if disk.Type != "" {
			line += ", type " + disk.Type
		}
		out = append(out, line)
	}
	out = append(out, fmt.Sprintf("server %s, flavor %s, image %s", spec.Name, described(p.flavor), spec.Image))
	if pool := options(spec).FloatingPool; pool != "" {
		out = append(out, "floating IP from "+pool)
	}
	return out
}

func chosen(c *drivers.Choice) []drivers.Choice {
	if c == nil {
		return nil
	}
	return []drivers.Choice{*c}
}

func (s *session) imageFor(ctx context.Context, c *catalog, want string) (images.Image, *field.Error) {
	if want == "" {
		return images.Image{}, field.Errorf("image", "no image is named").WithHint("name one, for example debian-12")
	}
	usable := only(c.images[want], func(i images.Image) bool { return i.Status == images.ImageStatusActive })
	if len(usable) == 0 && len(c.images[want]) > 0 {
		return images.Image{}, field.Errorf("image", "image %q is %s, not active", want, c.images[want][0].Status)
	}
	if len(usable) == 0 {
		if c.everyone == nil {
			c.everyone, _ = s.listImages(ctx, images.ListOpts{}) // without it the finding lacks its hint, no more
		}
		usable = c.everyone
	}
	return imageKind.Preferring(func(i images.Image) bool { return i.Owner == s.project }).One("image", want, usable)
}

// facts are what the properties of an image say, in the spelling of Glance's own metadata definitions.
func facts(image images.Image) drivers.ImageFacts {
	return drivers.ImageFacts{
		ID: image.ID, Name: image.Name,
		Distro:       property(image, "os_distro"),
		User:         property(image, "os_admin_user"),
		NoHostKey:    strings.EqualFold(property(image, "davit_no_host_key"), "true"),
		Architecture: property(image, "architecture"),
	}
}

// networkFor finds the network that is named, or the only one a server can be on.
func (c *catalog) networkFor(want string) (network, *drivers.Choice, *field.Error) {
	if want != "" {
		n, e := networkKind.One("network", want, c.networks)
		return n, nil, e
	}
	inner := only(c.networks, func(n network) bool { return !n.External })
	switch len(inner) {
	case 1:
		return inner[0], &drivers.Choice{Path: "network", Value: inner[0].Name, Reason: "the only one there is"}, nil
	case 0:
		return network{}, nil, field.Errorf("network", "the project has no network").WithHint("make one, with a subnet and a router")
	}
	return network{}, nil, field.Errorf("network", "there are %d networks", len(inner)).WithHint("name one of %s", pick.Listed(names(inner, networkKind.Name)))
}

func (s *session) groupsFor(c *catalog, want []string, note func(*field.Error) bool) []string {
	var ids []string
	kind := groupKind.Preferring(func(g groups.SecGroup) bool { return g.ProjectID == s.project })
	for i, name := range want {
		g, e := kind.One(fmt.Sprintf("openstack.security_groups[%d]", i), name, c.groups)
		if note(e) {
			ids = append(ids, g.ID)
		}
	}
	return ids
}

func (c *catalog) hasType(path, want string) *field.Error {
	if want == "" {
		return nil
	}
	_, e := typeKind.One(path, want, c.types)
	return e
}

// oneOf wants a name, where one is given, to be there.
func oneOf(kind, path, want string, have []string) *field.Error {
	if want == "" {
		return nil
	}
	itself := func(name string) string { return name }
	_, e := pick.Kind[string]{Word: kind, ID: itself, Name: itself}.One(path, want, have)
	return e
}

func isExternal(n network) bool { return n.External }
