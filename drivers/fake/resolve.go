package fake

import (
	"context"
	"fmt"
	"slices"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/pick"
)

// resolved is what Create needs beyond the spec.
type resolved struct {
	network Network
	options *Options
}

// Resolve implements drivers.Driver.
func (d *client) Resolve(ctx context.Context, specs []drivers.Spec) ([]drivers.Resolved, error) {
	out := make([]drivers.Resolved, len(specs))
	images := map[string]error{}
	err := d.call(ctx, OpResolve, func(c *Cloud) error {
		found := pick.NewFindings(specs)
		for i, s := range specs {
			if _, asked := images[s.Image]; !asked {
				images[s.Image] = nil
				c.calls[OpImageGet]++
			}
			out[i] = c.resolve(s, func(e *field.Error) { found.Add(e, s.Name) })
		}
		c.quota(specs, found.AddAll)
		return found.Err()
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// noter notes a finding; nil is none.
type noter func(*field.Error)

func (c *Cloud) resolve(s drivers.Spec, note noter) drivers.Resolved {
	o := optionsOf(s)
	r := drivers.Resolved{Spec: s}
	image, e := c.image(s.Image)
	note(e)
	network, e := c.network(s.Network)
	note(e)
	size, reason, e := c.size(s, o)
	note(e)
	c.unknown(s, o, note)
	r.Image, r.LinkMTU = image, network.MTU
	r.Private = resolved{network: network, options: o}
	if s.Network == "" {
		r.Choices = append(r.Choices, drivers.Choice{Path: "network", Value: network.Name, Reason: "the only one there is"})
	}
	if reason != "" {
		r.Choices = append(r.Choices, drivers.Choice{Path: "fake.size", Value: size.Name, Reason: reason})
	}
	r.Makes = makes(s, o, size)
	return r
}

func makes(s drivers.Spec, o *Options, size Size) []string {
	var out []string
	for _, disk := range s.Disks {
		out = append(out, fmt.Sprintf("volume %s, %d GiB", disk.Name, disk.SizeGiB))
	}
	out = append(out, fmt.Sprintf("server %s, size %s", s.Name, size.Name))
	if o.AddressPool != "" {
		out = append(out, "floating address from "+o.AddressPool)
	}
	return out
}

func (c *Cloud) image(name string) (drivers.ImageFacts, *field.Error) {
	i := slices.IndexFunc(c.Images, func(f drivers.ImageFacts) bool { return f.Name == name || f.ID == name })
	if i < 0 {
		return drivers.ImageFacts{}, missing("image", "image", name)
	}
	return c.Images[i], nil
}

func (c *Cloud) network(name string) (Network, *field.Error) {
	if name == "" && len(c.Networks) == 1 {
		return c.Networks[0], nil
	}
	if name == "" {
		return Network{}, field.Errorf("network", "there are %d networks", len(c.Networks)).WithHint("name one")
	}
	i := slices.IndexFunc(c.Networks, func(n Network) bool { return n.Name == name })
	if i < 0 {
		return Network{}, missing("network", "network", name)
	}
	return c.Networks[i], nil
}

// size takes the size named, or the first that is large enough: sizes are listed from the smallest.
func (c *Cloud) size(s drivers.Spec, o *Options) (size Size, reason string, e *field.Error) {
	if o.Size != "" {
		i := slices.IndexFunc(c.Sizes, func(z Size) bool { return z.Name == o.Size })
		if i < 0 {
			return Size{}, "", missing("fake.size", "size", o.Size)
		}
		return c.Sizes[i], "", nil
	}
	i := slices.IndexFunc(c.Sizes, func(z Size) bool { return z.CPUs >= s.CPUs && z.MemoryGiB >= s.MemoryGiB })
	if i < 0 {
		return Size{}, "", field.Errorf("cpus", "no size has %d CPUs and %d GiB", s.CPUs, s.MemoryGiB)
	}
	return c.Sizes[i], fmt.Sprintf("the smallest with %d CPUs and %d GiB", s.CPUs, s.MemoryGiB), nil
}

// unknown lists the names that are only looked up, not used.
func (c *Cloud) unknown(s drivers.Spec, o *Options, note noter) {
	for i, disk := range s.Disks {
		if disk.Type != "" && !slices.Contains(c.VolumeTypes, disk.Type) {
			note(missing(fmt.Sprintf("disks[%d].type", i), "volume type", disk.Type))
		}
	}
	if o.AddressPool != "" && !slices.Contains(c.Pools, o.AddressPool) {
		note(missing("fake.address_pool", "pool", o.AddressPool))
	}
	for i, g := range o.Groups {
		if !slices.Contains(c.Groups, g) {
			note(missing(fmt.Sprintf("fake.groups[%d]", i), "group", g))
		}
	}
}

// quota holds the sum of what is there and what is still to be made against the quota.
func (c *Cloud) quota(specs []drivers.Spec, note noter) {
	var servers, volumes, addresses int
	for _, s := range specs {
		servers += c.lacks(s.Owner, drivers.KindServer, 1)
		volumes += c.lacks(s.Owner, drivers.KindVolume, len(s.Disks))
		if optionsOf(s).AddressPool != "" {
			addresses += c.lacks(s.Owner, drivers.KindFloatingIP, 1)
		}
	}
	note(over("", "servers", c.countOf(drivers.KindServer), servers, c.Quota.Servers))
	note(over("disks", "volumes", c.countOf(drivers.KindVolume), volumes, c.Quota.Volumes))
	note(over("fake.address_pool", "floating addresses", c.countOf(drivers.KindFloatingIP), addresses, c.Quota.Addresses))
}

// lacks is how many of a kind an owner still needs.
func (c *Cloud) lacks(owner drivers.Owner, kind drivers.Kind, want int) int {
	for _, th := range c.made {
		if th.owner == owner && th.Kind == kind {
			want--
		}
	}
	return max(want, 0)
}

func over(path, what string, have, more, limit int) *field.Error {
	if limit == 0 || more == 0 || have+more <= limit {
		return nil
	}
	return field.Errorf(path, "%w: %d more %s make %d of %d", drivers.ErrQuota, more, what, have+more, limit).
		WithHint("delete some or ask for a larger quota")
}

func missing(path, what, name string) *field.Error {
	return field.Errorf(path, "%w: there is no %s %q", drivers.ErrNotFound, what, name)
}
