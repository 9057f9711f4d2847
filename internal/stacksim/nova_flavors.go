package stacksim

import "strconv"

// flavor has RAM in MiB and disk in GiB.
type flavor struct {
	id, name        string
	cpus, ram, disk int
}

func (f *flavor) view() obj {
	return obj{
		"id": f.id, "name": f.name, "vcpus": f.cpus, "ram": f.ram, "disk": f.disk, "swap": "", "rxtx_factor": 1.0,
		"OS-FLV-EXT-DATA:ephemeral": 0, "OS-FLV-DISABLED:disabled": false, "os-flavor-access:is_public": true, "links": list{},
	}
}

// embedded is how a server shows its flavor: its id at first, all of it but the id since 2.47.
func (f *flavor) embedded(micro int) obj {
	if micro < 47 {
		return obj{"id": f.id, "links": list{}}
	}
	return obj{
		"original_name": f.name, "vcpus": f.cpus, "ram": f.ram, "disk": f.disk, "ephemeral": 0, "swap": 0, "extra_specs": obj{},
	}
}

func (c *Cloud) flavorsList(q *request) (reply, error) {
	ram, _ := strconv.Atoi(q.URL.Query().Get("minRam"))
	disk, _ := strconv.Atoi(q.URL.Query().Get("minDisk"))
	var fit []*flavor
	for _, f := range c.flavors {
		if f.ram >= ram && f.disk >= disk {
			fit = append(fit, f)
		}
	}
	cut, full, err := page(fit, func(f *flavor) string { return f.id }, q.URL.Query(), 1000)
	if err != nil {
		return reply{}, err
	}
	body := obj{"flavors": each(cut, func(f *flavor) obj { return f.view() })}
	if full {
		body["flavors_links"] = c.next(q, cut[len(cut)-1].id)
	}
	return ok(body)
}

func (c *Cloud) flavorsGet(q *request) (reply, error) {
	f := find(c.flavors, func(f *flavor) bool { return f.id == q.PathValue("id") })
	if f == nil {
		return reply{}, notFound("", "Flavor %s could not be found.", q.PathValue("id"))
	}
	return ok(obj{"flavor": f.view()})
}
