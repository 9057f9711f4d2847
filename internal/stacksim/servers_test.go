package stacksim_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/gophercloud/gophercloud/v2/openstack/blockstorage/v3/volumes"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/layer3/floatingips"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/ports"

	"github.com/davit-io/davit/internal/stacksim"
)

func contains(text, part string) bool { return strings.Contains(text, part) }

// TestHostFromCreateToDelete walks the way of a container host: volume, server, floating IP, and all of it away again.
func TestHostFromCreateToDelete(t *testing.T) {
	t.Parallel()
	c := connect(t, stacksim.Options{BuildTime: 40 * time.Millisecond})
	v := c.newVolume(2)
	o := c.wish("web-1")
	o.UserData, o.Tags, o.Metadata = []byte("#cloud-config\n"), []string{"davit-owner"}, map[string]string{"davit": "web-1"}
	o.BlockDevice = []servers.BlockDevice{
		{BootIndex: 0, UUID: o.ImageRef, SourceType: "image", DestinationType: "local", DeleteOnTermination: true},
		{BootIndex: -1, UUID: v, SourceType: "volume", DestinationType: "volume", Tag: "data"},
	}
	s := c.becomes(c.create(o).ID, "ACTIVE")
	c.sees(c.cloud.Servers()[0].UserData, []byte("#cloud-config\n"))
	c.sees(*s.Tags, []string{"davit-owner"})
	c.sees(c.cloud.Volumes()[0].Status, "in-use")
	f := c.float(c.portOf(s.ID), "davit web-1")
	c.sees(f.Status, "ACTIVE")
	s = c.becomes(s.ID, "ACTIVE")
	c.sees(kinds(s, "private"), []string{"fixed", "floating"})

	c.must(servers.Delete(t.Context(), c.compute, s.ID).ExtractErr())
	c.vanishes(s.ID)
	c.sees(len(c.cloud.Ports()), 0)
	c.sees(c.cloud.FloatingIPs()[0].PortID, "")
	c.must(floatingips.Delete(t.Context(), c.network, f.ID).ExtractErr())
	c.must(volumes.Delete(t.Context(), c.volume, v, nil).ExtractErr())
	c.eventually(func(context.Context) (bool, string, error) { return len(c.cloud.Volumes()) == 0, "volume there", nil })
	c.sees(len(c.cloud.FloatingIPs()), 0)
}

func kinds(s *servers.Server, network string) []string {
	var out []string
	for _, a := range s.Addresses[network].([]any) {
		out = append(out, a.(map[string]any)["OS-EXT-IPS:type"].(string))
	}
	return out
}

func (c *client) newVolume(gib int) string {
	c.Helper()
	v, err := volumes.Create(c.Context(), c.volume, volumes.CreateOpts{Size: gib, Metadata: map[string]string{"davit": "x"}}, nil).Extract()
	c.must(err)
	c.eventually(func(ctx context.Context) (bool, string, error) {
		v, err := volumes.Get(ctx, c.volume, v.ID).Extract()
		return err == nil && v.Status == "available", "not available", err
	})
	return v.ID
}

func (c *client) portOf(server string) string {
	c.Helper()
	pages, err := ports.List(c.network, ports.ListOpts{DeviceID: server}).AllPages(c.Context())
	c.must(err)
	all, err := ports.ExtractPorts(pages)
	c.must(err)
	if len(all) != 1 {
		c.Fatalf("%d ports", len(all))
	}
	return all[0].ID
}

func (c *client) float(port, description string) *floatingips.FloatingIP {
	c.Helper()
	f, err := floatingips.Create(c.Context(), c.network, floatingips.CreateOpts{
		FloatingNetworkID: c.networkID("public"), PortID: port, Description: description,
	}).Extract()
	c.must(err)
	return f
}
