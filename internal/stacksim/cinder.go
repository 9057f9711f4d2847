package stacksim

import "fmt"

func (c *Cloud) blockStorage() service {
	const at = "/v3/{project}"
	return service{
		name: "block-storage", prefix: "/volume", fail: novaFail, open: "volume.versions volume.version",
		routes: []route{
			{op: "volume.versions", pattern: "GET /{$}", handle: c.cinderVersions},
			{op: "volume.version", pattern: "GET /v3/{$}", handle: c.cinderVersions},
			{op: "volumes.list", pattern: "GET " + at + "/volumes/detail", query: "name status metadata limit marker offset sort sort_key sort_dir", handle: c.volumesList},
			{op: "volumes.create", pattern: "POST " + at + "/volumes", handle: c.volumesCreate},
			{op: "volumes.get", pattern: "GET " + at + "/volumes/{id}", handle: c.volumesGet},
			{op: "volumes.delete", pattern: "DELETE " + at + "/volumes/{id}", query: "cascade", handle: c.volumesDelete},
			{op: "volumetypes.list", pattern: "GET " + at + "/types", query: "is_public limit marker sort", handle: c.typesList},
			{op: "volumelimits.get", pattern: "GET " + at + "/limits", handle: c.cinderLimits},
			{op: "volumezones.list", pattern: "GET " + at + "/os-availability-zone", handle: c.cinderZones},
		},
	}
}

func (c *Cloud) cinderVersions(*request) (reply, error) {
	return ok(obj{"versions": list{obj{
		"id": "v3.0", "status": "CURRENT", "version": "3.70", "min_version": "3.0", "updated": "2022-08-31T00:00:00Z",
		"links": list{obj{"rel": "self", "href": c.base + "/volume/v3/"}},
	}}})
}

func (c *Cloud) typesList(*request) (reply, error) { return ok(obj{"volume_types": volumeTypes}) }

func defaultType() string { return fmt.Sprint(volumeTypes[0]["name"]) }

// knownType takes a type by name or id, as Cinder does.
func knownType(name string) bool { return typeName(name) != "" }

func typeName(nameOrID string) string {
	for _, t := range volumeTypes {
		if t["name"] == nameOrID || t["id"] == nameOrID {
			return fmt.Sprint(t["name"])
		}
	}
	return ""
}

func (c *Cloud) volumesUsed() (count, gib int) {
	for _, v := range c.volumes {
		count, gib = count+1, gib+v.SizeGiB
	}
	return count, gib
}

func (c *Cloud) cinderLimits(*request) (reply, error) {
	count, size := c.volumesUsed()
	return ok(obj{"limits": obj{"rate": list{}, "absolute": obj{
		"maxTotalVolumes": c.o.Quota.Volumes, "maxTotalVolumeGigabytes": c.o.Quota.VolumeGiB, "maxTotalSnapshots": 10,
		"maxTotalBackups": 10, "maxTotalBackupGigabytes": 1000, "totalVolumesUsed": count, "totalGigabytesUsed": size,
		"totalSnapshotsUsed": 0, "totalBackupsUsed": 0, "totalBackupGigabytesUsed": 0,
	}}})
}

func (c *Cloud) cinderZones(*request) (reply, error) {
	return ok(obj{"availabilityZoneInfo": each(zones, func(z string) obj {
		return obj{"zoneName": z, "zoneState": obj{"available": true}}
	})})
}
