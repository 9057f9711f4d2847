package openstack

import (
	"context"
	"net/url"
	"strings"

	"github.com/gophercloud/gophercloud/v2/openstack/blockstorage/v3/volumes"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/external"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/layer3/floatingips"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/mtu"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/networks"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/ports"
	"github.com/gophercloud/gophercloud/v2/pagination"
)

type (
	server     = servers.Server
	volume     = volumes.Volume
	port       = ports.Port
	floatingIP = floatingips.FloatingIP
	network    struct {
		networks.Network
		mtu.NetworkMTUExt
		external.NetworkExternalExt
		CarrierExt
	}
	// CarrierExt is what only some accounts are told.
	CarrierExt struct {
		Carrier string `json:"provider:network_type"`
	}
)

// all reads every page of a list.
func all[T any](ctx context.Context, what string, pager pagination.Pager, extract func(pagination.Page) ([]T, error)) ([]T, error) {
	page, err := pager.AllPages(ctx)
	if err != nil {
		return nil, explain(err, "list %s", what)
	}
	out, err := extract(page)
	return out, explain(err, "read the list of %s", what)
}

// loadServers reads servers by id: one by itself, several with the list of all that davit made.
func (d *Driver) loadServers(ctx context.Context, ids []string) (map[string]server, error) {
	s, err := d.session(ctx)
	if err != nil {
		return nil, err
	}
	if len(ids) > 1 {
		list, err := s.listServers(ctx, servers.ListOpts{Tags: mark})
		return byID(list, func(v server) string { return v.ID }), err
	}
	one, err := servers.Get(ctx, s.compute, ids[0]).Extract()
	return single(ids[0], one, explain(err, "read server %s", ids[0]))
}

// loadVolumes reads volumes by id in the same way.
func (d *Driver) loadVolumes(ctx context.Context, ids []string) (map[string]volume, error) {
	s, err := d.session(ctx)
	if err != nil {
		return nil, err
	}
	if len(ids) > 1 {
		list, err := s.listVolumes(ctx, map[string]string{mark: marked})
		return byID(list, func(v volume) string { return v.ID }), err
	}
	one, err := volumes.Get(ctx, s.volume, ids[0]).Extract()
	return single(ids[0], one, explain(err, "read volume %s", ids[0]))
}

// portsAtOnce keeps the address of a request below what proxies take.
const portsAtOnce = 100

// devices asks for the ports of several servers.
type devices []string

func (ids devices) ToPortListQuery() (string, error) {
	return "?" + url.Values{"device_id": ids}.Encode(), nil
}

// loadPorts reads the first port of servers, by server id.
func (d *Driver) loadPorts(ctx context.Context, ids []string) (map[string]port, error) {
	s, err := d.session(ctx)
	if err != nil {
		return nil, err
	}
	found := map[string]port{}
	for len(ids) > 0 {
		n := min(len(ids), portsAtOnce)
		list, err := all(ctx, "ports", ports.List(s.network, devices(ids[:n])), ports.ExtractPorts)
		if err != nil {
			return nil, err
		}
		for _, p := range list {
			found[p.DeviceID] = p
		}
		ids = ids[n:]
	}
	return found, nil
}

// loadMTUs reads the MTU of networks by id.
func (d *Driver) loadMTUs(ctx context.Context, _ []string) (map[string]int, error) {
	s, err := d.session(ctx)
	if err != nil {
		return nil, err
	}
	list, err := s.listNetworks(ctx)
	found := map[string]int{}
	for _, n := range list {
		found[n.ID] = n.MTU
	}
	return found, err
}

func (s *session) listServers(ctx context.Context, opts servers.ListOpts) ([]server, error) {
	return all(ctx, "servers", servers.List(s.compute, opts), servers.ExtractServers)
}

func (s *session) listVolumes(ctx context.Context, metadata map[string]string) ([]volume, error) {
	return all(ctx, "volumes", volumes.List(s.volume, volumes.ListOpts{Metadata: metadata}), volumes.ExtractVolumes)
}

func (s *session) listFloatingIPs(ctx context.Context, description string) ([]floatingIP, error) {
	return all(ctx, "floating IPs", floatingips.List(s.network, floatingips.ListOpts{Description: description}), floatingips.ExtractFloatingIPs)
}

func (s *session) listNetworks(ctx context.Context) ([]network, error) {
	return all(ctx, "networks", networks.List(s.network, networks.ListOpts{}), func(p pagination.Page) (out []network, err error) {
		err = networks.ExtractNetworksInto(p, &out)
		return out, err
	})
}

func byID[T any](list []T, id func(T) string) map[string]T {
	out := make(map[string]T, len(list))
	for _, thing := range list {
		out[id(thing)] = thing
	}
	return out
}

// single is the answer to a question for one thing; a thing that isn't there is no error.
func single[T any](id string, thing *T, err error) (map[string]T, error) {
	if hasStatus(err, 404) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return map[string]T{id: *thing}, nil
}

// gone says that Nova only remembers a server.
func gone(s server) bool {
	return strings.HasSuffix(s.Status, "DELETED")
}
