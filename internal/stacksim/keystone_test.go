package stacksim_test

import (
	"testing"
	"time"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/config"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/tokens"

	"github.com/davit-io/davit/internal/stacksim"
)

func TestLogin(t *testing.T) {
	t.Parallel()
	for cloud, status := range map[string]int{"sim": 0, "sim-app": 0, "sim-bad": 401} {
		t.Run(cloud, func(t *testing.T) {
			t.Parallel()
			c := &client{T: t, cloud: stacksim.Start(t, stacksim.Options{})}
			auth, where := c.options(cloud)
			auth.IdentityEndpoint = auth.IdentityEndpoint[:len(auth.IdentityEndpoint)-len("/v3")] // discovered
			p, err := config.NewProviderClient(t.Context(), auth)
			if status != 0 {
				c.refused(err, status, "The request you have made requires authentication.")
				return
			}
			c.must(err)
			_, err = openstack.NewComputeV2(p, where)
			c.must(err)
			project, err := p.GetAuthResult().(tokens.CreateResult).ExtractProject()
			c.must(err)
			c.sees(project.Name, "demo")
			c.sees(c.cloud.Calls()[0].Op, "identity.versions")
		})
	}
}

func TestTokenLogin(t *testing.T) {
	t.Parallel()
	c := connect(t, stacksim.Options{})
	auth, _ := c.options("sim")
	_, err := config.NewProviderClient(t.Context(), gophercloud.AuthOptions{IdentityEndpoint: auth.IdentityEndpoint, TokenID: c.provider.Token()})
	c.must(err)
}

func TestExpiredTokenIsRenewedByTheClient(t *testing.T) {
	t.Parallel()
	c := connect(t, stacksim.Options{})
	c.cloud.ResetCalls()
	c.cloud.ExpireTokens()
	c.must(c.volumeOnce(t.Context()))
	var got []int
	for _, call := range c.cloud.Calls() {
		got = append(got, call.Status)
	}
	c.sees(got, []int{401, 201, 202})
}

func TestTokenTTL(t *testing.T) {
	t.Parallel()
	c := connect(t, stacksim.Options{TokenTTL: time.Nanosecond})
	c.provider.ReauthFunc = nil
	c.refused(c.volumeOnce(t.Context()), 401, "requires authentication")
}

func TestCatalogWithoutVolumes(t *testing.T) {
	t.Parallel()
	c := &client{T: t, cloud: stacksim.Start(t, stacksim.Options{Without: []string{"block-storage"}})}
	auth, where := c.options("sim")
	p, err := config.NewProviderClient(t.Context(), auth)
	c.must(err)
	if _, err := openstack.NewBlockStorageV3(p, where); err == nil {
		t.Fatal("block storage is still in the catalog")
	}
}
