package stacksim

import (
	"crypto/rand"
	"fmt"
	"slices"
)

type port struct {
	Port
	astray bool // stays when its server goes, see floatingDelete
}

func (c *Cloud) newPort(n *network, address string) *port {
	var b [3]byte
	_, _ = rand.Read(b[:])
	if address == "" {
		address = c.nextAddress(n).String()
	}
	return &port{Port: Port{
		ID: newID(), NetworkID: n.id, Status: "DOWN", Address: address, MAC: fmt.Sprintf("fa:16:3e:%02x:%02x:%02x", b[0], b[1], b[2]),
	}}
}

func (c *Cloud) portByID(id string) *port {
	return find(c.ports, func(p *port) bool { return p.ID == id })
}

func (c *Cloud) portsOf(server string) []*port {
	return slices.DeleteFunc(slices.Clone(c.ports), func(p *port) bool { return p.DeviceID != server })
}

// dropPort removes a port; a floating IP on it stays, unbound.
func (c *Cloud) dropPort(p *port) {
	c.ports = slices.DeleteFunc(c.ports, func(o *port) bool { return o == p })
	for _, f := range c.floating {
		if f.PortID == p.ID {
			f.PortID, f.FixedAddress, f.Status = "", "", "DOWN"
		}
	}
}

func (c *Cloud) fixedIPs(p *port) list {
	return list{obj{"subnet_id": c.networkByID(p.NetworkID).subnet, "ip_address": p.Address}}
}

func (c *Cloud) portView(p *port) obj {
	owner := ""
	if p.DeviceID != "" {
		owner = "compute:nova"
	}
	return obj{
		"id": p.ID, "name": p.Name, "description": p.Description, "network_id": p.NetworkID, "device_id": p.DeviceID, "device_owner": owner,
		"mac_address": p.MAC, "status": p.Status, "admin_state_up": true, "fixed_ips": c.fixedIPs(p), "allowed_address_pairs": list{},
		"security_groups": emptyOr(p.SecurityGroups), "tenant_id": projectID, "project_id": projectID, "tags": list{}, "binding:vnic_type": "normal",
		"port_security_enabled": true, "created_at": "2025-11-25T10:00:00Z", "updated_at": "2025-11-25T10:00:00Z", "revision_number": 1,
	}
}

func (c *Cloud) portsList(q *request) (reply, error) {
	return neutronList(c, q, "ports", c.ports, c.portView)
}

func (c *Cloud) portsGet(q *request) (reply, error) {
	return lookup(c.ports, q.PathValue("id"), "port", "PortNotFound", "Port", func(p *port) string { return p.ID }, c.portView)
}

func (c *Cloud) portsCreate(q *request) (reply, error) {
	var in struct {
		Port struct {
			Name, Description string
			NetworkID         string   `json:"network_id"`
			SecurityGroups    []string `json:"security_groups"`
			AdminStateUp      *bool    `json:"admin_state_up"`
		}
	}
	if err := c.decode(q, &in); err != nil {
		return reply{}, err
	}
	n := c.networkByID(in.Port.NetworkID)
	if n == nil {
		return reply{}, notFound("NetworkNotFound", "Network %s could not be found.", in.Port.NetworkID)
	}
	p := c.newPort(n, "")
	p.Name, p.Description, p.SecurityGroups = in.Port.Name, in.Port.Description, in.Port.SecurityGroups
	if p.SecurityGroups == nil {
		p.SecurityGroups = []string{c.groups[0].id}
	}
	c.ports = append(c.ports, p)
	return created(obj{"port": c.portView(p)})
}

func (c *Cloud) portsDelete(q *request) (reply, error) {
	p := c.portByID(q.PathValue("id"))
	if p == nil {
		return reply{}, notFound("PortNotFound", "Port %s could not be found.", q.PathValue("id"))
	}
	c.dropPort(p)
	return gone()
}
