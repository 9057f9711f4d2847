package stacksim_test

import (
	"testing"

	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/external"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/layer3/floatingips"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/mtu"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/quotas"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/security/groups"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/networks"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/ports"

	"github.com/davit-io/davit/internal/stacksim"
)

const demoProject = "7d3e9b1c2a4f4c0e8b5d6f7a8c9e0b02"

func TestNetworks(t *testing.T) {
	t.Parallel()
	c := connect(t, stacksim.Options{})
	c.cloud.SetMTU("flat", 9000)
	type net struct {
		networks.Network
		external.NetworkExternalExt
		mtu.NetworkMTUExt
	}
	pages, err := networks.List(c.network, networks.ListOpts{}).AllPages(t.Context())
	c.must(err)
	var all []net
	c.must(networks.ExtractNetworksInto(pages, &all))
	got := map[string]int{}
	for _, n := range all {
		got[n.Name] = n.MTU
		c.sees(n.External, n.Name == "public")
	}
	c.sees(got, map[string]int{"public": 1500, "private": 1450, "flat": 9000})
	outer := true
	pages, err = networks.List(c.network, external.ListOptsExt{ListOptsBuilder: networks.ListOpts{}, External: &outer}).AllPages(t.Context())
	c.must(err)
	some, err := networks.ExtractNetworks(pages)
	c.must(err)
	c.sees(len(some), 1)
}

func TestFloatingIPRefusals(t *testing.T) {
	t.Parallel()
	c := connect(t, stacksim.Options{Quota: stacksim.Quota{FloatingIPs: 2}})
	newPort := func(network string) string {
		p, err := ports.Create(t.Context(), c.network, ports.CreateOpts{NetworkID: c.networkID(network)}).Extract()
		c.must(err)
		return p.ID
	}
	try := func(network, port string) error {
		return floatingips.Create(t.Context(), c.network, floatingips.CreateOpts{FloatingNetworkID: network, PortID: port}).Err
	}
	public, p := c.networkID("public"), newPort("private")
	c.refused(try(c.networkID("private"), p), 400, "is not a valid external network")
	c.refused(try(public, "x"), 404, "PortNotFound")
	c.refused(try(public, newPort("flat")), 404, "ExternalGatewayForFloatingIPNotFound")
	c.must(try(public, p))
	c.refused(try(public, p), 409, "FloatingIPPortAlreadyAssociated")
	c.must(try(public, ""))
	c.refused(try(public, ""), 409, "OverQuota")
	c.refused(floatingips.Delete(t.Context(), c.network, "x").ExtractErr(), 404, "FloatingIPNotFound")
}

func TestFloatingIPMovesAndIsFoundByDescription(t *testing.T) {
	t.Parallel()
	c := connect(t, stacksim.Options{})
	s := c.becomes(c.create(c.wish("web-1")).ID, "ACTIVE")
	f := c.float("", "davit owner=a,b")
	c.sees(f.Status, "DOWN")
	port := c.portOf(s.ID)
	f, err := floatingips.Update(t.Context(), c.network, f.ID, floatingips.UpdateOpts{PortID: &port}).Extract()
	c.must(err)
	c.sees([]string{f.PortID, f.Status}, []string{port, "ACTIVE"})
	pages, err := floatingips.List(c.network, floatingips.ListOpts{Description: "davit owner=a,b"}).AllPages(t.Context())
	c.must(err)
	all, err := floatingips.ExtractFloatingIPs(pages)
	c.must(err)
	c.sees(len(all), 1)
	none := ""
	f, err = floatingips.Update(t.Context(), c.network, f.ID, floatingips.UpdateOpts{PortID: &none}).Extract()
	c.must(err)
	c.sees(f.PortID, "")
}

func TestGroupsAndQuota(t *testing.T) {
	t.Parallel()
	c := connect(t, stacksim.Options{Quota: stacksim.Quota{FloatingIPs: 3}})
	c.float("", "")
	for name, ingress := range map[string]int{"default": 3, "closed": 0} {
		pages, err := groups.List(c.network, groups.ListOpts{Name: name}).AllPages(t.Context())
		c.must(err)
		all, err := groups.ExtractGroups(pages)
		c.must(err)
		n := 0
		for _, r := range all[0].Rules {
			if r.Direction == "ingress" {
				n++
			}
		}
		c.sees(n, ingress)
	}
	q, err := quotas.GetDetail(t.Context(), c.network, demoProject).Extract()
	c.must(err)
	c.sees(q.FloatingIP, quotas.QuotaDetail{Used: 1, Limit: 3})
}
