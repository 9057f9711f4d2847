// Package inventory lists what a project of a cloud or a vCenter holds. It is the witness of the tests on real parts,
// and asks the cloud itself, not davit.
package inventory

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/blockstorage/v3/volumes"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"
	"github.com/gophercloud/gophercloud/v2/openstack/config"
	"github.com/gophercloud/gophercloud/v2/openstack/config/clouds"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/layer3/floatingips"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/ports"
	"github.com/gophercloud/gophercloud/v2/pagination"
)

// Cloud is one project, logged in.
type Cloud struct{ Compute, Network, Block, Image *gophercloud.ServiceClient }

// Open logs in to a cloud of the clouds.yaml that OS_CLIENT_CONFIG_FILE names.
func Open(ctx context.Context, cloud string, options ...clouds.ParseOption) (*Cloud, error) {
	auth, endpoint, tls, err := clouds.Parse(append(options, clouds.WithCloudName(cloud))...)
	if err != nil {
		return nil, err
	}
	provider, err := config.NewProviderClient(ctx, auth, config.WithTLSConfig(tls))
	if err != nil {
		return nil, err
	}
	c := &Cloud{}
	for _, s := range []struct {
		client **gophercloud.ServiceClient
		open   func(*gophercloud.ProviderClient, gophercloud.EndpointOpts) (*gophercloud.ServiceClient, error)
	}{
		{&c.Compute, openstack.NewComputeV2},
		{&c.Network, openstack.NewNetworkV2},
		{&c.Block, openstack.NewBlockStorageV3},
		{&c.Image, openstack.NewImageV2},
	} {
		if *s.client, err = s.open(provider, endpoint); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// Item is one thing of the project.
type Item struct{ Kind, ID, Name string }

// String gives the item on one line.
func (i Item) String() string { return i.Kind + " " + i.ID + " " + i.Name }

// List gives all that hosts are made of: servers, volumes, their ports, floating IPs. Ports of DHCP and routers come
// and go with the first and the last host of a network, so only those of servers count.
func (c *Cloud) List(ctx context.Context) ([]Item, error) {
	lists := []func() ([]Item, error){
		func() ([]Item, error) {
			return all(ctx, servers.List(c.Compute, nil), servers.ExtractServers, func(s servers.Server) Item { return Item{"server", s.ID, s.Name} })
		},
		func() ([]Item, error) {
			return all(ctx, volumes.List(c.Block, nil), volumes.ExtractVolumes, func(v volumes.Volume) Item { return Item{"volume", v.ID, v.Name} })
		},
		func() ([]Item, error) {
			return all(ctx, ports.List(c.Network, nil), ports.ExtractPorts, func(p ports.Port) Item { return Item{"port", p.ID, p.DeviceOwner} })
		},
		func() ([]Item, error) {
			return all(ctx, floatingips.List(c.Network, nil), floatingips.ExtractFloatingIPs, func(f floatingips.FloatingIP) Item { return Item{"floating_ip", f.ID, f.FloatingIP} })
		},
	}
	var out []Item
	for _, list := range lists {
		items, err := list()
		if err != nil {
			return nil, err
		}
		out = append(out, items...)
	}
	return slices.DeleteFunc(out, func(i Item) bool {
		return i.Kind == "port" && !strings.HasPrefix(i.Name, "compute:")
	}), nil
}

func all[T any](ctx context.Context, pager pagination.Pager, extract func(pagination.Page) ([]T, error), item func(T) Item) ([]Item, error) {
	page, err := pager.AllPages(ctx)
	if err != nil {
		return nil, err
	}
	found, err := extract(page)
	if err != nil {
		return nil, err
	}
	items := make([]Item, len(found))
	for i, f := range found {
		items[i] = item(f)
	}
	return items, nil
}

// Count counts the items by kind: "1 floating_ip, 1 port, 1 server, 1 volume".
func Count(items []Item) map[string]int {
	n := map[string]int{}
	for _, i := range items {
		n[i.Kind]++
	}
	return n
}

// Diff says what came (+) and what went (-) from before to after, a line each.
func Diff(before, after []Item) []string {
	var lines []string
	for _, i := range after {
		if !slices.Contains(before, i) {
			lines = append(lines, fmt.Sprintf("+ %s", i))
		}
	}
	for _, i := range before {
		if !slices.Contains(after, i) {
			lines = append(lines, fmt.Sprintf("- %s", i))
		}
	}
	return lines
}
