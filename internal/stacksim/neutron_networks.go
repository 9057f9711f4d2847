package stacksim

import "net/netip"

// network has one subnet. router is the id of the router to the external network, if there is one.
type network struct {
	id, name, subnet string
	cidr             netip.Prefix
	mtu              int
	external, shared bool
	router           string
	carrier          string // shown to administrators alone; empty: not shown
}

func (n *network) view() obj {
	out := obj{
		"id": n.id, "name": n.name, "description": "", "status": "ACTIVE", "admin_state_up": true, "mtu": n.mtu, "shared": n.shared,
		"router:external": n.external, "subnets": list{n.subnet}, "tenant_id": projectID, "project_id": projectID,
		"availability_zone_hints": list{}, "availability_zones": list{"nova"}, "tags": list{}, "port_security_enabled": true,
		"created_at": "2025-11-25T10:00:00Z", "updated_at": "2025-11-25T10:00:00Z", "revision_number": 1,
	}
	if n.carrier != "" {
		out["provider:network_type"] = n.carrier
	}
	return out
}

func (n *network) gateway() netip.Addr { return n.cidr.Addr().Next() }

func (n *network) subnetView() obj {
	return obj{
		"id": n.subnet, "name": n.name, "description": "", "network_id": n.id, "ip_version": 4, "cidr": n.cidr.String(),
		"gateway_ip": n.gateway().String(), "enable_dhcp": !n.external, "dns_nameservers": list{}, "host_routes": list{},
		"allocation_pools": list{}, "tenant_id": projectID, "project_id": projectID, "tags": list{}, "revision_number": 1,
	}
}

// nextAddress hands out the addresses of a network one after the other and none twice.
func (c *Cloud) nextAddress(n *network) netip.Addr {
	a := n.gateway()
	c.addrs[n.id]++
	for range c.addrs[n.id] + 8 {
		a = a.Next()
	}
	return a
}

func (c *Cloud) networkByID(id string) *network {
	return find(c.networks, func(n *network) bool { return n.id == id })
}

func (c *Cloud) networksList(q *request) (reply, error) {
	return neutronList(c, q, "networks", c.networks, (*network).view)
}

func (c *Cloud) networksGet(q *request) (reply, error) {
	return lookup(c.networks, q.PathValue("id"), "network", "NetworkNotFound", "Network", func(n *network) string { return n.id }, (*network).view)
}

func (c *Cloud) subnetsList(q *request) (reply, error) {
	return neutronList(c, q, "subnets", c.networks, (*network).subnetView)
}

func (c *Cloud) subnetsGet(q *request) (reply, error) {
	return lookup(c.networks, q.PathValue("id"), "subnet", "SubnetNotFound", "Subnet", func(n *network) string { return n.subnet }, (*network).subnetView)
}
