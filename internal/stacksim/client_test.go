package stacksim_test

import (
	"context"
	"testing"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/flavors"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"
	"github.com/gophercloud/gophercloud/v2/openstack/config"
	"github.com/gophercloud/gophercloud/v2/openstack/config/clouds"
	"github.com/gophercloud/gophercloud/v2/openstack/image/v2/images"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/networks"

	"github.com/davit-io/davit/internal/stacksim"
	"github.com/davit-io/davit/internal/wait"
)

// client is a gophercloud user of a simulated cloud.
type client struct {
	*testing.T
	cloud                           *stacksim.Cloud
	provider                        *gophercloud.ProviderClient
	compute, network, volume, image *gophercloud.ServiceClient
}

func connect(t *testing.T, o stacksim.Options) *client {
	t.Helper()
	return login(&client{T: t, cloud: stacksim.Start(t, o)})
}

func login(c *client) *client {
	c.Helper()
	auth, where := c.options("sim")
	var err error
	c.provider, err = config.NewProviderClient(c.Context(), auth)
	c.must(err)
	c.compute, err = openstack.NewComputeV2(c.provider, where)
	c.must(err)
	c.compute.Microversion = "2.90"
	c.network, err = openstack.NewNetworkV2(c.provider, where)
	c.must(err)
	c.volume, err = openstack.NewBlockStorageV3(c.provider, where)
	c.must(err)
	c.image, err = openstack.NewImageV2(c.provider, where)
	c.must(err)
	return c
}

func (c *client) options(cloud string) (gophercloud.AuthOptions, gophercloud.EndpointOpts) {
	c.Helper()
	auth, where, _, err := clouds.Parse(clouds.WithCloudName(cloud), clouds.WithLocations(c.cloud.CloudsYAML()))
	c.must(err)
	auth.AllowReauth = true
	return auth, where
}

func (c *client) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

func (c *client) imageID(name string) string {
	c.Helper()
	pages, err := images.List(c.image, images.ListOpts{Name: name}).AllPages(c.Context())
	c.must(err)
	all, err := images.ExtractImages(pages)
	c.must(err)
	if len(all) != 1 {
		c.Fatalf("%d images named %s", len(all), name)
	}
	return all[0].ID
}

func (c *client) flavorID(name string) string {
	c.Helper()
	pages, err := flavors.ListDetail(c.compute, flavors.ListOpts{}).AllPages(c.Context())
	c.must(err)
	all, err := flavors.ExtractFlavors(pages)
	c.must(err)
	for _, f := range all {
		if f.Name == name {
			return f.ID
		}
	}
	c.Fatalf("no flavor %s", name)
	return ""
}

func (c *client) networkID(name string) string {
	c.Helper()
	pages, err := networks.List(c.network, networks.ListOpts{Name: name}).AllPages(c.Context())
	c.must(err)
	all, err := networks.ExtractNetworks(pages)
	c.must(err)
	if len(all) != 1 {
		c.Fatalf("%d networks named %s", len(all), name)
	}
	return all[0].ID
}

// wish is a small server on the private network.
func (c *client) wish(name string) servers.CreateOpts {
	c.Helper()
	return servers.CreateOpts{
		Name: name, ImageRef: c.imageID("debian-12"), FlavorRef: c.flavorID("m1.small"),
		Networks: []servers.Network{{UUID: c.networkID("private")}},
	}
}

func (c *client) create(o servers.CreateOpts) *servers.Server {
	c.Helper()
	s, err := servers.Create(c.Context(), c.compute, o, nil).Extract()
	c.must(err)
	return s
}

// becomes waits until the server has the status.
func (c *client) becomes(id, status string) *servers.Server {
	c.Helper()
	var s *servers.Server
	c.eventually(func(ctx context.Context) (bool, string, error) {
		var err error
		if s, err = servers.Get(ctx, c.compute, id).Extract(); err != nil {
			return false, "", err
		}
		return s.Status == status, s.Status, nil
	})
	return s
}

// vanishes waits until the server is not found.
func (c *client) vanishes(id string) {
	c.Helper()
	c.eventually(func(ctx context.Context) (bool, string, error) {
		err := servers.Get(ctx, c.compute, id).Err
		return gophercloud.ResponseCodeIs(err, 404), "still there", nil
	})
}

func (c *client) eventually(look func(context.Context) (bool, string, error)) {
	c.Helper()
	ctx, cancel := context.WithTimeout(c.Context(), 10*time.Second)
	defer cancel()
	c.must(wait.Poll(ctx, wait.Pace{Min: 5 * time.Millisecond}, look))
}

// refused demands the status and the text of a refusal.
func (c *client) refused(err error, status int, text string) {
	c.Helper()
	if !gophercloud.ResponseCodeIs(err, status) || !contains(err.Error(), text) {
		c.Fatalf("got %v, want %d with %q", err, status, text)
	}
}
