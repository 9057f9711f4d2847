package stacksim

import (
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"time"
)

func (c *Cloud) server(q *request) (*server, error) {
	id := q.PathValue("id")
	s := find(c.servers, func(s *server) bool { return s.ID == id })
	if s == nil {
		return nil, notFound("", "Instance %s could not be found.", id)
	}
	return s, nil
}

func (c *Cloud) serversGet(q *request) (reply, error) {
	s, err := c.server(q)
	if err != nil {
		return reply{}, err
	}
	return ok(obj{"server": c.serverView(s, q.micro)})
}

// serversList answers newest first, as Nova does.
func (c *Cloud) serversList(q *request) (reply, error) {
	v := q.URL.Query()
	if err := c.checkServerFilters(q); err != nil {
		return reply{}, err
	}
	name, err := regexp.Compile(v.Get("name"))
	if err != nil {
		return reply{}, bad("Invalid filter name: %s", err)
	}
	hits := slices.DeleteFunc(slices.Clone(c.servers), func(s *server) bool { return !s.matches(q, name) })
	if v.Get("sort_dir") != "asc" {
		slices.Reverse(hits)
	}
	cut, full, err := page(hits, func(s *server) string { return s.ID }, v, c.o.PageLimit)
	if err != nil {
		return reply{}, err
	}
	body := obj{"servers": each(cut, func(s *server) obj { return c.serverView(s, q.micro) })}
	if full {
		body["servers_links"] = c.next(q, cut[len(cut)-1].ID)
	}
	return ok(body)
}

func (c *Cloud) checkServerFilters(q *request) error {
	v := q.URL.Query()
	for _, key := range []string{"tags", "tags-any", "not-tags", "not-tags-any"} {
		if v.Has(key) && q.micro < 26 {
			c.problem("stacksim: servers.list: Nova ignores the filter %s below 2.26, 2.%d was asked for", key, q.micro)
			return bad("filter %s needs 2.26", key)
		}
	}
	if key := v.Get("sort_key"); key != "" && key != "created_at" {
		c.problem("stacksim: servers.list: sort key %q is not known", key)
		return &failure{status: http.StatusBadRequest, text: "sort key " + key}
	}
	return nil
}

func (s *server) matches(q *request, name *regexp.Regexp) bool {
	v := q.URL.Query()
	is := func(key, has string) bool { return v.Get(key) == "" || strings.EqualFold(v.Get(key), has) }
	return name.MatchString(s.Name) && is("status", s.Status) && is("image", s.ImageID) && is("flavor", s.FlavorID) && tagged(s.Tags, v)
}

func (c *Cloud) serverView(s *server, micro int) obj {
	vm, power := s.states()
	v := obj{
		"id": s.ID, "name": s.Name, "status": s.Status, "tenant_id": projectID, "user_id": userID, "metadata": nonNil(s.Metadata),
		"created": stamp(s.Created), "updated": stamp(s.Created), "hostId": "", "progress": 0, "links": list{}, "accessIPv4": "", "accessIPv6": "",
		"flavor": s.flavor.embedded(micro), "image": s.imageView(), "addresses": c.addressesOf(s), "key_name": orNull(s.KeyName),
		"config_drive": map[bool]string{true: "True", false: ""}[s.ConfigDrive], "security_groups": s.groupNames(),
		"OS-DCF:diskConfig": "MANUAL", "OS-EXT-AZ:availability_zone": s.AvailabilityZone,
		"OS-EXT-STS:task_state": orNull(s.TaskState), "OS-EXT-STS:vm_state": vm, "OS-EXT-STS:power_state": power,
		"OS-SRV-USG:launched_at": nil, "OS-SRV-USG:terminated_at": nil, "os-extended-volumes:volumes_attached": s.volumesView(micro),
	}
	if !s.launched.IsZero() {
		v["OS-SRV-USG:launched_at"] = microStamp(s.launched)
	}
	if s.Fault != "" {
		v["fault"] = obj{"code": 500, "message": s.Fault, "created": stamp(s.Created)}
	}
	for _, f := range []struct {
		micro int
		key   string
		value any
	}{
		{9, "locked", false},
		{19, "description", orNull(s.Description)},
		{26, "tags", emptyOr(s.Tags)},
		{63, "trusted_image_certificates", nil},
		{71, "server_groups", list{}},
		{90, "OS-EXT-SRV-ATTR:hostname", s.Hostname},
	} {
		if micro >= f.micro {
			v[f.key] = f.value
		}
	}
	return v
}

// states are Nova's inner words for the status: the machine's state and its power's number.
func (s *server) states() (vm string, power int) {
	switch s.Status {
	case "BUILD":
		return "building", 0
	case "SHUTOFF":
		return "stopped", 4
	case "ERROR":
		return "error", 0
	}
	return "active", 1
}

func (s *server) imageView() any {
	if s.ImageID == "" {
		return ""
	}
	return obj{"id": s.ImageID, "links": list{}}
}

func (s *server) volumesView(micro int) list {
	return each(s.Volumes, func(a Attachment) obj {
		v := obj{"id": a.VolumeID}
		if micro >= 3 {
			v["delete_on_termination"] = a.DeleteOnTermination
		}
		return v
	})
}

func (s *server) groupNames() list {
	return each(s.SecurityGroups, func(name string) obj { return obj{"name": name} })
}

// addressesOf is Nova's cache of Neutron's truth: floating IPs show up late.
func (c *Cloud) addressesOf(s *server) obj {
	out := obj{}
	for _, p := range c.portsOf(s.ID) {
		name := c.networkByID(p.NetworkID).name
		here, _ := out[name].(list)
		here = append(here, address(p.Address, p.MAC, "fixed"))
		for _, f := range c.floating {
			if f.PortID == p.ID && time.Since(c.floatedAt[f.ID]) >= c.o.AddressLag {
				here = append(here, address(f.Address, p.MAC, "floating"))
			}
		}
		out[name] = here
	}
	return out
}

func address(ip, mac, kind string) obj {
	version := 4
	if netip.MustParseAddr(ip).Is6() {
		version = 6
	}
	return obj{"addr": ip, "version": version, "OS-EXT-IPS:type": kind, "OS-EXT-IPS-MAC:mac_addr": mac}
}

func nonNil(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}
