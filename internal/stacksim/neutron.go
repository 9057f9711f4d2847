package stacksim

import (
	"fmt"
	"slices"
)

func (c *Cloud) network() service {
	const paging = " limit marker sort_key sort_dir page_reverse"
	return service{
		name: "network", prefix: "/networking", fail: neutronFail, open: "network.versions",
		routes: []route{
			{op: "network.versions", pattern: "GET /{$}", handle: c.neutronVersions},
			{op: "extensions.list", pattern: "GET /v2.0/extensions", handle: c.extensionsList},
			{op: "extensions.get", pattern: "GET /v2.0/extensions/{id}", handle: c.extensionsGet},
			{op: "networks.list", pattern: "GET /v2.0/networks", query: "id name status router:external shared admin_state_up tenant_id project_id" + paging, handle: c.networksList},
			{op: "networks.get", pattern: "GET /v2.0/networks/{id}", handle: c.networksGet},
			{op: "subnets.list", pattern: "GET /v2.0/subnets", query: "id name network_id ip_version" + paging, handle: c.subnetsList},
			{op: "subnets.get", pattern: "GET /v2.0/subnets/{id}", handle: c.subnetsGet},
			{op: "ports.list", pattern: "GET /v2.0/ports", query: "id name description device_id network_id mac_address status device_owner tenant_id project_id" + paging, handle: c.portsList},
			{op: "ports.get", pattern: "GET /v2.0/ports/{id}", handle: c.portsGet},
			{op: "ports.create", pattern: "POST /v2.0/ports", handle: c.portsCreate},
			{op: "ports.delete", pattern: "DELETE /v2.0/ports/{id}", handle: c.portsDelete},
			{op: "floatingips.list", pattern: "GET /v2.0/floatingips", query: "id description port_id floating_network_id floating_ip_address fixed_ip_address status tenant_id project_id" + paging, handle: c.floatingList},
			{op: "floatingips.get", pattern: "GET /v2.0/floatingips/{id}", handle: c.floatingGet},
			{op: "floatingips.create", pattern: "POST /v2.0/floatingips", handle: c.floatingCreate},
			{op: "floatingips.update", pattern: "PUT /v2.0/floatingips/{id}", handle: c.floatingUpdate},
			{op: "floatingips.delete", pattern: "DELETE /v2.0/floatingips/{id}", handle: c.floatingDelete},
			{op: "groups.list", pattern: "GET /v2.0/security-groups", query: "id name description tenant_id project_id" + paging, handle: c.groupsList},
			{op: "groups.get", pattern: "GET /v2.0/security-groups/{id}", handle: c.groupsGet},
			{op: "rules.list", pattern: "GET /v2.0/security-group-rules", query: "id security_group_id direction protocol ethertype" + paging, handle: c.rulesList},
			{op: "quotas.get", pattern: "GET /v2.0/quotas/{project}/details.json", handle: c.quotaDetails},
		},
	}
}

func (c *Cloud) neutronVersions(*request) (reply, error) {
	return ok(obj{"versions": list{obj{
		"id": "v2.0", "status": "CURRENT", "links": list{obj{"rel": "self", "href": c.base + "/networking/v2.0/"}},
	}}})
}

// extensions of Neutron that davit leans on, and what they bring.
var extensions = []string{
	"external-net", "router", "security-group", "net-mtu", "standard-attr-description", "standard-attr-tag", "quotas", "quota_details", "pagination", "sorting",
}

func extensionView(alias string) obj {
	return obj{"alias": alias, "name": alias, "description": "", "updated": "2017-01-01T00:00:00-00:00", "links": list{}}
}

func (c *Cloud) extensionsList(*request) (reply, error) {
	return ok(obj{"extensions": each(extensions, extensionView)})
}

func (c *Cloud) extensionsGet(q *request) (reply, error) {
	if id := q.PathValue("id"); !slices.Contains(extensions, id) {
		return reply{}, notFound("ExtensionNotFound", "Extension with alias %s does not exist", id)
	}
	return ok(obj{"extension": extensionView(q.PathValue("id"))})
}

// neutronList answers a filtered and paged list under key.
func neutronList[T any](c *Cloud, q *request, key string, items []T, view func(T) obj) (reply, error) {
	v := q.URL.Query()
	hits := []obj{}
	for _, it := range items {
		if o := view(it); selects(o, v) {
			hits = append(hits, o)
		}
	}
	cut, full, err := page(hits, func(o obj) string { return fmt.Sprint(o["id"]) }, v, 10_000)
	if err != nil {
		return reply{}, err
	}
	body := obj{key: cut}
	if full && v.Get("limit") != "" {
		body[key+"_links"] = c.next(q, fmt.Sprint(cut[len(cut)-1]["id"]))
	}
	return ok(body)
}

func (c *Cloud) quotaDetails(q *request) (reply, error) {
	if id := q.PathValue("project"); id != projectID {
		return reply{}, forbidden("rule:get_quota is disallowed by policy for project %s", id)
	}
	detail := func(used, limit int) obj { return obj{"used": used, "limit": limit, "reserved": 0} }
	return ok(obj{"quota": obj{
		"floatingip": detail(len(c.floating), c.o.Quota.FloatingIPs), "port": detail(len(c.ports), -1),
		"network": detail(len(c.networks), -1), "subnet": detail(len(c.networks), -1), "router": detail(1, -1),
		"security_group": detail(len(c.groups), -1), "security_group_rule": detail(10, -1),
		"rbac_policy": detail(0, -1), "subnetpool": detail(0, -1), "trunk": detail(0, -1),
	}})
}

// lookup answers one object or Neutron's not found.
func lookup[T any](items []*T, id, key, kind, noun string, idOf func(*T) string, view func(*T) obj) (reply, error) {
	it := find(items, func(t *T) bool { return idOf(t) == id })
	if it == nil {
		return reply{}, notFound(kind, "%s %s could not be found.", noun, id)
	}
	return ok(obj{key: view(it)})
}
