package stacksim

import (
	"encoding/json"
	"slices"
	"time"
)

func (c *Cloud) floatingByID(id string) *FloatingIP {
	return find(c.floating, func(f *FloatingIP) bool { return f.ID == id })
}

func (c *Cloud) floatingView(f *FloatingIP) obj {
	v := obj{
		"id": f.ID, "description": f.Description, "status": f.Status, "floating_network_id": f.NetworkID, "floating_ip_address": f.Address,
		"port_id": orNull(f.PortID), "fixed_ip_address": orNull(f.FixedAddress), "router_id": nil, "tenant_id": projectID, "project_id": projectID,
		"created_at": stamp(c.floatedAt[f.ID]), "updated_at": stamp(c.floatedAt[f.ID]), "revision_number": 1, "tags": list{}, "port_details": nil,
	}
	if p := c.portByID(f.PortID); p != nil {
		v["router_id"] = c.networkByID(p.NetworkID).router
	}
	return v
}

func (c *Cloud) floatingList(q *request) (reply, error) {
	return neutronList(c, q, "floatingips", c.floating, c.floatingView)
}

func (c *Cloud) floatingGet(q *request) (reply, error) {
	f := c.floatingByID(q.PathValue("id"))
	if f == nil {
		return reply{}, notFound("FloatingIPNotFound", "Floating IP %s could not be found", q.PathValue("id"))
	}
	return ok(obj{"floatingip": c.floatingView(f)})
}

func (c *Cloud) floatingCreate(q *request) (reply, error) {
	var in struct {
		FloatingIP struct {
			NetworkID   string `json:"floating_network_id"`
			PortID      string `json:"port_id"`
			Fixed       string `json:"fixed_ip_address"`
			Description string
		}
	}
	if err := c.decode(q, &in); err != nil {
		return reply{}, err
	}
	b := in.FloatingIP
	n := c.networkByID(b.NetworkID)
	switch {
	case n == nil:
		return reply{}, notFound("NetworkNotFound", "Network %s could not be found.", b.NetworkID)
	case !n.external:
		return reply{}, bad("Bad floatingip request: Network %s is not a valid external network.", n.id)
	case len(c.floating) >= c.o.Quota.FloatingIPs:
		return reply{}, conflict("OverQuota", "Quota exceeded for resources: ['floatingip'].")
	}
	f := &FloatingIP{ID: newID(), NetworkID: n.id, Description: b.Description, Status: "DOWN"}
	if err := c.bind(f, b.PortID, b.Fixed); err != nil {
		return reply{}, err
	}
	f.Address = c.nextAddress(n).String()
	c.floating = append(c.floating, f)
	return created(obj{"floatingip": c.floatingView(f)})
}

// bind moves the floating IP to a port, or from all ports when id is empty.
func (c *Cloud) bind(f *FloatingIP, id, fixed string) error {
	if id == "" {
		f.PortID, f.FixedAddress, f.Status = "", "", "DOWN"
		c.floatedAt[f.ID] = time.Now()
		return nil
	}
	p := c.portByID(id)
	if p == nil {
		return notFound("PortNotFound", "Port %s could not be found.", id)
	}
	if n := c.networkByID(p.NetworkID); n.router == "" {
		return notFound("ExternalGatewayForFloatingIPNotFound",
			"External network %s is not reachable from subnet %s.  Therefore, cannot associate Port %s with a Floating IP.", f.NetworkID, n.subnet, id)
	}
	if fixed != "" && fixed != p.Address {
		return bad("Bad floatingip request: Port %s does not have fixed ip %s.", id, fixed)
	}
	if o := find(c.floating, func(o *FloatingIP) bool { return o != f && o.PortID == id }); o != nil {
		return conflict("FloatingIPPortAlreadyAssociated",
			"Cannot associate floating IP %s (%s) with port %s using fixed IP %s, as that fixed IP already has a floating IP on external network %s.",
			f.Address, f.ID, id, p.Address, f.NetworkID)
	}
	f.PortID, f.FixedAddress, f.Status = id, p.Address, "ACTIVE"
	c.floatedAt[f.ID] = time.Now()
	return nil
}

func (c *Cloud) floatingUpdate(q *request) (reply, error) {
	f := c.floatingByID(q.PathValue("id"))
	if f == nil {
		return reply{}, notFound("FloatingIPNotFound", "Floating IP %s could not be found", q.PathValue("id"))
	}
	var in struct {
		FloatingIP struct {
			PortID      json.RawMessage `json:"port_id"` // null unbinds, nothing leaves it as it is
			Fixed       string          `json:"fixed_ip_address"`
			Description *string
		}
	}
	if err := c.decode(q, &in); err != nil {
		return reply{}, err
	}
	if raw := in.FloatingIP.PortID; raw != nil {
		var id string
		if err := json.Unmarshal(raw, &id); err != nil {
			return reply{}, bad("Invalid input for port_id. Reason: '%s' is not a valid UUID.", raw)
		}
		if err := c.bind(f, id, in.FloatingIP.Fixed); err != nil {
			return reply{}, err
		}
	}
	if d := in.FloatingIP.Description; d != nil {
		f.Description = *d
	}
	return ok(obj{"floatingip": c.floatingView(f)})
}

func (c *Cloud) floatingDelete(q *request) (reply, error) {
	f := c.floatingByID(q.PathValue("id"))
	if f == nil {
		return reply{}, notFound("FloatingIPNotFound", "Floating IP %s could not be found", q.PathValue("id"))
	}
	c.floating = slices.DeleteFunc(c.floating, func(o *FloatingIP) bool { return o == f })
	delete(c.floatedAt, f.ID)
	// Seen on Zed: Nova removes the port at the same moment, Neutron answers that with a 404 which means the floating
	// IP, Nova takes it for the port's, and nobody removes the port any more.
	if p := c.portByID(f.PortID); p != nil {
		s := find(c.servers, func(s *server) bool { return s.ID == p.DeviceID })
		p.astray = s != nil && s.deleting
	}
	return gone()
}
