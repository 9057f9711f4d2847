package stacksim

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

func (c *Cloud) compute() service {
	const serverFilters = "tags tags-any not-tags not-tags-any name status image flavor limit marker sort_key sort_dir"
	return service{
		name: "compute", prefix: "/compute", fail: novaFail, open: "compute.versions compute.version",
		routes: slices.Concat([]route{
			{op: "compute.versions", pattern: "GET /{$}", handle: c.novaVersions},
			{op: "compute.version", pattern: "GET /v2.1/{$}", handle: c.novaVersion},
			{op: "flavors.list", pattern: "GET /v2.1/flavors/detail", query: "minRam minDisk is_public limit marker sort_key sort_dir", handle: c.flavorsList},
			{op: "flavors.get", pattern: "GET /v2.1/flavors/{id}", handle: c.flavorsGet},
			{op: "servers.list", pattern: "GET /v2.1/servers/detail", query: serverFilters, handle: c.serversList},
			{op: "servers.create", pattern: "POST /v2.1/servers", handle: c.serversCreate},
			{op: "servers.get", pattern: "GET /v2.1/servers/{id}", handle: c.serversGet},
			{op: "servers.delete", pattern: "DELETE /v2.1/servers/{id}", handle: c.serversDelete},
			{op: "servers.action", pattern: "POST /v2.1/servers/{id}/action", handle: c.serversAction},
			{op: "limits.get", pattern: "GET /v2.1/limits", handle: c.novaLimits},
			{op: "zones.list", pattern: "GET /v2.1/os-availability-zone", handle: c.zonesList},
		}, c.serverParts(), c.keypairRoutes()),
	}
}

func (c *Cloud) novaVersions(*request) (reply, error) { return ok(obj{"versions": list{c.novaDoc()}}) }
func (c *Cloud) novaVersion(*request) (reply, error)  { return ok(obj{"version": c.novaDoc()}) }

func (c *Cloud) novaDoc() obj {
	return obj{
		"id": "v2.1", "status": "CURRENT", "version": c.o.Compute, "min_version": c.o.MinCompute,
		"updated": "2013-07-23T11:33:21Z", "links": list{obj{"rel": "self", "href": c.base + "/compute/v2.1/"}},
	}
}

// microversion reads the version the client asked Nova for and refuses one outside of the window.
func (c *Cloud) microversion(s service, r route, q *request) error {
	if s.name != "compute" || r.op == "compute.version" || r.op == "compute.versions" {
		return nil
	}
	asked, explicit := strings.CutPrefix(q.Header.Get("OpenStack-API-Version"), "compute ")
	if !explicit {
		asked = or(q.Header.Get("X-OpenStack-Nova-API-Version"), "2.1")
	}
	if asked == "latest" {
		asked = c.o.Compute
	}
	n, err := minor(asked)
	if err != nil {
		return bad("API Version String %s is of invalid format. Must be of format MajorNum.MinorNum.", asked)
	}
	low, _ := minor(c.o.MinCompute)
	high, _ := minor(c.o.Compute)
	if n < low || n > high {
		return &failure{status: http.StatusNotAcceptable, text: fmt.Sprintf(
			"Version %s is not supported by the API. Minimum is %s and maximum is %s.", asked, c.o.MinCompute, c.o.Compute)}
	}
	q.micro = n
	return nil
}

func minor(version string) (int, error) {
	s, ok := strings.CutPrefix(version, "2.")
	if !ok {
		return 0, fmt.Errorf("version %q is not 2.N", version)
	}
	return strconv.Atoi(s)
}

func (c *Cloud) zonesList(*request) (reply, error) {
	out := list{}
	for _, z := range zones {
		out = append(out, obj{"zoneName": z, "zoneState": obj{"available": true}, "hosts": nil})
	}
	return ok(obj{"availabilityZoneInfo": out})
}

func (c *Cloud) novaLimits(*request) (reply, error) {
	used := c.computeUsed()
	return ok(obj{"limits": obj{"rate": list{}, "absolute": obj{
		"maxTotalInstances": c.o.Quota.Instances, "maxTotalCores": c.o.Quota.Cores, "maxTotalRAMSize": c.o.Quota.RAMMiB,
		"maxServerMeta": 128, "maxTotalKeypairs": 100, "maxServerGroups": 10, "maxServerGroupMembers": 10,
		"totalInstancesUsed": used.Instances, "totalCoresUsed": used.Cores, "totalRAMUsed": used.RAMMiB, "totalServerGroupsUsed": 0,
	}}})
}

func (c *Cloud) computeUsed() Quota {
	var used Quota
	for _, s := range c.servers {
		used.Instances++
		used.Cores += s.flavor.cpus
		used.RAMMiB += s.flavor.ram
	}
	return used
}
