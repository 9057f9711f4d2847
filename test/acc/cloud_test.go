//go:build acc

package acc

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

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

// listing is everything of the project that a host is made of, a line each: the witness is the cloud, not davit.
func listing(ctx context.Context, t *testing.T) []string {
	t.Helper()
	auth, endpoint, tls, err := clouds.Parse(clouds.WithCloudName("bed"))
	check(t, err)
	provider, err := config.NewProviderClient(ctx, auth, config.WithTLSConfig(tls))
	check(t, err)
	compute, err := openstack.NewComputeV2(provider, endpoint)
	check(t, err)
	network, err := openstack.NewNetworkV2(provider, endpoint)
	check(t, err)
	block, err := openstack.NewBlockStorageV3(provider, endpoint)
	check(t, err)

	var lines []string
	lines = append(lines, pages(ctx, t, "server", servers.List(compute, nil), servers.ExtractServers, func(s servers.Server) string { return s.ID + " " + s.Name })...)
	lines = append(lines, pages(ctx, t, "volume", volumes.List(block, nil), volumes.ExtractVolumes, func(v volumes.Volume) string { return v.ID + " " + v.Name })...)
	lines = append(lines, pages(ctx, t, "port", ports.List(network, ports.ListOpts{}), ports.ExtractPorts, func(p ports.Port) string { return p.ID + " " + p.DeviceOwner })...)
	lines = append(lines, pages(ctx, t, "floating ip", floatingips.List(network, nil), floatingips.ExtractFloatingIPs, func(f floatingips.FloatingIP) string { return f.ID + " " + f.FloatingIP })...)
	slices.Sort(lines)
	return lines
}

func pages[T any](ctx context.Context, t *testing.T, kind string, pager pagination.Pager, extract func(pagination.Page) ([]T, error), show func(T) string) []string {
	t.Helper()
	all, err := pager.AllPages(ctx)
	if gophercloud.ResponseCodeIs(err, 404) {
		return nil
	}
	check(t, err)
	items, err := extract(all)
	check(t, err)
	lines := make([]string, len(items))
	for i, item := range items {
		lines[i] = kind + " " + show(item)
	}
	return lines
}

// sameListing fails when a and b differ, and names what came and what went. The DHCP and router ports of a network come
// and go with its first and last host, so they are not the host's.
func sameListing(t *testing.T, before, after []string) {
	t.Helper()
	own := func(line string) bool { return !strings.HasPrefix(line, "port ") || strings.Contains(line, "compute:") }
	for _, line := range after {
		if own(line) && !slices.Contains(before, line) {
			t.Errorf("left behind: %s", line)
		}
	}
	for _, line := range before {
		if own(line) && !slices.Contains(after, line) {
			t.Errorf("taken away: %s", line)
		}
	}
}

func volumeOf(ctx context.Context, t *testing.T, name string) string {
	t.Helper()
	for _, line := range listing(ctx, t) {
		var id, volume string
		if n, _ := fmt.Sscanf(line, "volume %s %s", &id, &volume); n == 2 && strings.HasPrefix(volume, name) {
			return id
		}
	}
	t.Fatalf("no volume of %s", name)
	return ""
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
