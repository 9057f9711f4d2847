package openstack

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"

	"github.com/davit-io/davit/drivers"
)

// How things carry their owner. A server has it in a tag (lists can be filtered by it) and, for those who read it
// back, in its metadata.
const (
	mark        = "davit" // tag of servers and metadata key of all that davit made
	marked      = "yes"
	ownerKey    = "davit.owner"
	slotKey     = "davit.disk"     // metadata of a volume: which disk of the host, from 0
	networkKey  = "davit.network"  // metadata of a server: the id of its network
	stampKey    = "davit.stamp"    // metadata of a server: Spec.Stamp
	completeKey = "davit.complete" // metadata of a server that was marked so
	floatingKey = "davit.floating" // metadata of a server that is to have a floating IP: the pool's id
	ownerPrefix = ownerKey + "="   // of a tag or a description
)

// longestOwner is what fits into a tag of 60 characters.
const longestOwner = 60 - len(ownerPrefix)

// owned is a thing made for an owner.
type owned struct {
	drivers.Found
	slot   int  // which one of its kind; only volumes have several
	broken bool // it never worked and never will
	used   bool // by a server
	ip     floatingIP
}

// rank puts what is in use before what isn't, and what is broken last.
func (o owned) rank() int {
	switch {
	case o.broken:
		return 2
	case o.used:
		return 0
	}
	return 1
}

// kinds are the kinds of things in the order in which a create makes them.
var kinds = []drivers.Kind{drivers.KindVolume, drivers.KindServer, drivers.KindFloatingIP}

// lists gives a list of each kind of thing, of some owners or, without owners, of all of davit's.
func (d *Driver) lists() map[drivers.Kind]func(context.Context, []string) ([]owned, error) {
	return map[drivers.Kind]func(context.Context, []string) ([]owned, error){
		drivers.KindServer: d.ownedServers, drivers.KindVolume: d.ownedVolumes, drivers.KindFloatingIP: d.ownedIPs,
	}
}

// byOwner turns a list into what a gather loads.
func byOwner(list func(context.Context, []string) ([]owned, error)) func(context.Context, []string) (map[string][]owned, error) {
	return func(ctx context.Context, owners []string) (map[string][]owned, error) {
		things, err := list(ctx, owners)
		found := map[string][]owned{}
		for _, o := range things {
			found[string(o.Owner)] = append(found[string(o.Owner)], o)
		}
		return found, err
	}
}

// Find lists servers, volumes and floating IPs of an owner, or of every owner.
func (d *Driver) Find(ctx context.Context, owner drivers.Owner) ([]drivers.Found, error) {
	var owners []string
	if owner != "" {
		owners = []string{string(owner)}
	}
	var out []drivers.Found
	for _, kind := range kinds {
		things, err := d.lists()[kind](ctx, owners)
		if err != nil {
			return nil, err
		}
		for _, o := range things {
			out = append(out, o.Found)
		}
	}
	return out, nil
}

func (d *Driver) ownedServers(ctx context.Context, owners []string) ([]owned, error) {
	s, err := d.session(ctx)
	if err != nil {
		return nil, err
	}
	filter := mark
	if len(owners) == 1 {
		filter = ownerPrefix + owners[0]
	}
	list, err := s.listServers(ctx, servers.ListOpts{Tags: filter})
	return collect(list, err, func(v server) (owned, bool) {
		return owned{Found: found(drivers.KindServer, v.ID, v.Name, ownerOf(v)), broken: stillborn(v)}, !gone(v)
	})
}

func (d *Driver) ownedVolumes(ctx context.Context, owners []string) ([]owned, error) {
	s, err := d.session(ctx)
	if err != nil {
		return nil, err
	}
	filter := map[string]string{mark: marked}
	if len(owners) == 1 {
		filter = map[string]string{ownerKey: owners[0]}
	}
	list, err := s.listVolumes(ctx, filter)
	return collect(list, err, func(v volume) (owned, bool) {
		slot, err := strconv.Atoi(v.Metadata[slotKey])
		o := owned{Found: found(drivers.KindVolume, v.ID, v.Name, v.Metadata[ownerKey]), slot: slot, broken: v.Status == "error", used: v.Status == "in-use"}
		return o, err == nil && o.Owner != ""
	})
}

func (d *Driver) ownedIPs(ctx context.Context, owners []string) ([]owned, error) {
	s, err := d.session(ctx)
	if err != nil {
		return nil, err
	}
	filter := "" // Neutron compares descriptions as a whole, so all of davit's are found among all of the project's
	if len(owners) == 1 {
		filter = ownerPrefix + owners[0]
	}
	list, err := s.listFloatingIPs(ctx, filter)
	return collect(list, err, func(v floatingIP) (owned, bool) { return ownedIP(v), strings.HasPrefix(v.Description, ownerPrefix) })
}

func ownedIP(v floatingIP) owned {
	return owned{Found: found(drivers.KindFloatingIP, v.ID, v.FloatingIP, strings.TrimPrefix(v.Description, ownerPrefix)), used: v.PortID != "", ip: v}
}

func found(kind drivers.Kind, id, name, owner string) drivers.Found {
	return drivers.Found{Resource: drivers.Resource{Kind: kind, ID: id, Name: name}, Owner: drivers.Owner(owner)}
}

func collect[T any](list []T, err error, convert func(T) (owned, bool)) ([]owned, error) {
	if err != nil {
		return nil, err
	}
	var out []owned
	for _, thing := range list {
		if o, ok := convert(thing); ok {
			out = append(out, o)
		}
	}
	return out, nil
}

// ownerOf reads the tag, which davit alone writes; metadata may be changed by whoever uses the server.
func ownerOf(v server) string {
	if v.Tags != nil {
		for _, tag := range *v.Tags {
			if owner, ok := strings.CutPrefix(tag, ownerPrefix); ok {
				return owner
			}
		}
	}
	return v.Metadata[ownerKey]
}

// tagsOf is the metadata of a server without davit's own.
func tagsOf(v server) map[string]string {
	out := maps.Clone(v.Metadata)
	maps.DeleteFunc(out, func(key, _ string) bool { return key == mark || strings.HasPrefix(key, mark+".") })
	return out
}

// stillborn says that a server failed before it ever ran, so that nothing is lost with it.
func stillborn(v server) bool { return v.Status == "ERROR" && v.LaunchedAt.IsZero() }

// metadata is what a server or volume is made with: the user's and davit's own.
func metadata(owner drivers.Owner, more map[string]string, own ...string) map[string]string {
	out := maps.Clone(more)
	if out == nil {
		out = map[string]string{}
	}
	out[mark], out[ownerKey] = marked, string(owner)
	for pair := range slices.Chunk(own, 2) {
		out[pair[0]] = pair[1]
	}
	return out
}
