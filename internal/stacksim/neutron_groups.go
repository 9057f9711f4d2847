package stacksim

type securityGroup struct {
	id, name, description string
	rules                 []rule
}

// rule lets traffic through; prefix or group names the peer, empty means any.
type rule struct {
	id, direction, ether, protocol string
	low, high                      int
	prefix, group                  string
}

func (g *securityGroup) view() obj {
	return obj{
		"id": g.id, "name": g.name, "description": g.description, "stateful": true, "tenant_id": projectID, "project_id": projectID,
		"security_group_rules": each(g.rules, func(r rule) obj { return r.view(g.id) }), "tags": list{}, "revision_number": 1,
		"created_at": "2025-11-25T10:00:00Z", "updated_at": "2025-11-25T10:00:00Z",
	}
}

func (r rule) view(group string) obj {
	v := obj{
		"id": r.id, "security_group_id": group, "direction": r.direction, "ethertype": r.ether, "protocol": orNull(r.protocol),
		"port_range_min": nil, "port_range_max": nil, "remote_ip_prefix": orNull(r.prefix), "remote_group_id": orNull(r.group),
		"remote_address_group_id": nil, "description": "", "tenant_id": projectID, "project_id": projectID, "revision_number": 0,
		"created_at": "2025-11-25T10:00:00Z", "updated_at": "2025-11-25T10:00:00Z",
	}
	if r.low > 0 {
		v["port_range_min"], v["port_range_max"] = r.low, r.high
	}
	return v
}

func (c *Cloud) groupsList(q *request) (reply, error) {
	return neutronList(c, q, "security_groups", c.groups, (*securityGroup).view)
}

func (c *Cloud) groupsGet(q *request) (reply, error) {
	return lookup(c.groups, q.PathValue("id"), "security_group", "SecurityGroupNotFound", "Security group",
		func(g *securityGroup) string { return g.id }, (*securityGroup).view)
}

func (c *Cloud) rulesList(q *request) (reply, error) {
	var all []obj
	for _, g := range c.groups {
		for _, r := range g.rules {
			all = append(all, r.view(g.id))
		}
	}
	return neutronList(c, q, "security_group_rules", all, func(o obj) obj { return o })
}
