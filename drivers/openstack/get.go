package openstack

import (
	"context"
	"fmt"
	"slices"

	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"
	"golang.org/x/sync/errgroup"

	"github.com/davit-io/davit/drivers"
)

// Get reads a host; what many callers ask for at once becomes one list.
func (d *Driver) Get(ctx context.Context, id string) (drivers.Host, error) {
	s, err := d.server(ctx, id)
	if err != nil {
		return drivers.Host{}, err
	}
	return d.host(ctx, s)
}

// Survey lists all servers that davit made. What else it takes, the servers ask for together.
func (d *Driver) Survey(ctx context.Context) (map[string]drivers.Host, error) {
	s, err := d.session(ctx)
	if err != nil {
		return nil, err
	}
	list, err := s.listServers(ctx, servers.ListOpts{Tags: mark})
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, gone)
	hosts := make([]drivers.Host, len(list))
	g, ctx := errgroup.WithContext(ctx)
	for i, one := range list {
		g.Go(func() (err error) {
			hosts[i], err = d.host(ctx, one)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return byID(hosts, func(h drivers.Host) string { return h.ID }), nil
}

// host is a server in the words of the contract.
func (d *Driver) host(ctx context.Context, s server) (drivers.Host, error) {
	host := drivers.Host{ID: s.ID, Name: s.Name, State: stateOf(s), Complete: s.Metadata[completeKey] == marked, Stamp: s.Metadata[stampKey], Tags: tagsOf(s)}
	if host.State == drivers.StateError {
		host.Fault = s.Fault.Message
	}
	var err error
	if host.Addresses, err = d.addresses(ctx, s); err != nil {
		return drivers.Host{}, err
	}
	if net := s.Metadata[networkKey]; net != "" {
		host.LinkMTU, _, err = d.mtus.Get(ctx, net)
	}
	return host, err
}

func (d *Driver) server(ctx context.Context, id string) (server, error) {
	s, there, err := d.serverNow(ctx, d.servers, id)
	if err == nil && !there {
		err = &drivers.Error{Kind: drivers.ErrNotFound, Err: fmt.Errorf("there is no server %s", id)}
	}
	return s, err
}

// addresses are Nova's, and the floating IP that the server was made to have: Nova shows it up to a minute later
// than it works, so Neutron is asked for one that is missing.
func (d *Driver) addresses(ctx context.Context, s server) ([]drivers.Address, error) {
	list := addressesOf(s)
	floats := len(only(list, func(a drivers.Address) bool { return a.Floating })) > 0
	if s.Metadata[floatingKey] == "" || floats {
		return list, nil
	}
	ips, _, err := d.owned[drivers.KindFloatingIP].Get(ctx, ownerOf(s))
	for _, ip := range ips {
		if ip.ip.PortID != "" {
			list = withFloating(list, ip.Name)
		}
	}
	return list, err
}

// MarkComplete writes into the server's metadata. What else is in there stays.
func (d *Driver) MarkComplete(ctx context.Context, id string) error {
	s, err := d.session(ctx)
	if err != nil {
		return err
	}
	_, err = servers.UpdateMetadata(ctx, s.compute, id, servers.MetadataOpts{completeKey: marked}).Extract()
	return explain(err, "mark server %s", id)
}
