package stacksim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

func (c *Cloud) volumeByID(id string) *Volume {
	return find(c.volumes, func(v *Volume) bool { return v.ID == id })
}

func (v *Volume) view() obj {
	attachments := list{}
	if v.Status == "in-use" || v.Status == "detaching" {
		attachments = list{obj{
			"id": v.ID, "volume_id": v.ID, "server_id": v.ServerID, "attachment_id": v.AttachmentID, "device": v.Device,
			"host_name": nil, "attached_at": microStamp(v.Created),
		}}
	}
	return obj{
		"id": v.ID, "name": v.Name, "description": orNull(v.Description), "status": v.Status, "size": v.SizeGiB, "volume_type": v.Type,
		"availability_zone": v.AvailabilityZone, "metadata": nonNil(v.Metadata), "attachments": attachments, "multiattach": false,
		"bootable": map[bool]string{true: "true", false: "false"}[v.ImageID != ""], "encrypted": false, "snapshot_id": nil, "source_volid": nil,
		"consistencygroup_id": nil, "replication_status": nil, "user_id": userID, "os-vol-tenant-attr:tenant_id": projectID,
		"created_at": microStamp(v.Created), "updated_at": microStamp(v.Created), "links": list{},
	}
}

func (c *Cloud) volume(q *request) (*Volume, error) {
	v := c.volumeByID(q.PathValue("id"))
	if v == nil {
		return nil, notFound("", "Volume %s could not be found.", q.PathValue("id"))
	}
	return v, nil
}

func (c *Cloud) volumesGet(q *request) (reply, error) {
	v, err := c.volume(q)
	if err != nil {
		return reply{}, err
	}
	return ok(obj{"volume": v.view()})
}

// volumesList answers newest first, as Cinder does.
func (c *Cloud) volumesList(q *request) (reply, error) {
	query := q.URL.Query()
	// Cinder's clients write a Python dictionary; the ones known here quote with ' only.
	want := map[string]string{}
	if text := query.Get("metadata"); text != "" {
		if err := json.Unmarshal([]byte(strings.ReplaceAll(text, "'", `"`)), &want); err != nil {
			return reply{}, bad("Could not evaluate value %s", text)
		}
	}
	query.Del("metadata")
	hits := slices.DeleteFunc(slices.Clone(c.volumes), func(v *Volume) bool { return !selects(v.view(), query) || !v.has(want) })
	slices.Reverse(hits)
	cut, full, err := page(hits, func(v *Volume) string { return v.ID }, query, c.o.PageLimit)
	if err != nil {
		return reply{}, err
	}
	body := obj{"volumes": each(cut, (*Volume).view)}
	if full {
		body["volumes_links"] = c.next(q, cut[len(cut)-1].ID)
	}
	return ok(body)
}

func (v *Volume) has(want map[string]string) bool {
	for key, value := range want {
		if v.Metadata[key] != value {
			return false
		}
	}
	return true
}

func (c *Cloud) volumesCreate(q *request) (reply, error) {
	var in struct {
		Volume struct {
			Size              int
			Name, Description string
			VolumeType        string `json:"volume_type"`
			AvailabilityZone  string `json:"availability_zone"`
			Metadata          map[string]string
		}
	}
	if err := c.decode(q, &in); err != nil {
		return reply{}, err
	}
	b := in.Volume
	if err := c.checkVolume(b.Size, b.VolumeType, b.AvailabilityZone); err != nil {
		return reply{}, err
	}
	v := &Volume{
		ID: newID(), Name: b.Name, Description: b.Description, Status: "creating", Type: typeName(or(b.VolumeType, defaultType())),
		SizeGiB: b.Size, Metadata: b.Metadata, AvailabilityZone: or(b.AvailabilityZone, zones[0]), Created: time.Now(),
	}
	c.volumes = append(c.volumes, v)
	c.later(c.quarter(), func() { c.fill(v) })
	return accepted(obj{"volume": v.view()})
}

func (c *Cloud) fill(v *Volume) {
	if v.Status != "creating" {
		return
	}
	v.Status = "available"
	if c.o.VolumeFault != nil && c.o.VolumeFault(*v) {
		v.Status = "error"
	}
}

func (c *Cloud) checkVolume(size int, kind, zone string) error {
	count, used := c.volumesUsed()
	switch {
	case size <= 0:
		return bad("Invalid input received: Volume size '%d' must be an integer and greater than 0", size)
	case kind != "" && !knownType(kind):
		return notFound("", "Volume type with name %s could not be found.", kind)
	case zone != "" && !slices.Contains(zones, zone):
		return bad("Availability zone '%s' is invalid.", zone)
	case count+1 > c.o.Quota.Volumes:
		return overLimit("VolumeLimitExceeded: Maximum number of volumes allowed (%d) exceeded for quota 'volumes'.", c.o.Quota.Volumes)
	case used+size > c.o.Quota.VolumeGiB:
		return overLimit("VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes quota. "+
			"Requested %dG, quota is %dG and %dG has been consumed.", size, c.o.Quota.VolumeGiB, used)
	}
	return nil
}

func (c *Cloud) volumesDelete(q *request) (reply, error) {
	v, err := c.volume(q)
	if err != nil {
		return reply{}, err
	}
	if !slices.Contains([]string{"available", "error", "error_deleting"}, v.Status) {
		return reply{}, &failure{status: http.StatusBadRequest, text: "Invalid volume: Volume status must be available or error or error_restoring " +
			"or error_extending or error_managing and must not be migrating, attached, belong to a group, have snapshots, awaiting a transfer, " +
			"or be disassociated from snapshots after volume transfer."}
	}
	c.dropVolume(v)
	return accepted(nil)
}

func (c *Cloud) dropVolume(v *Volume) {
	v.Status = "deleting"
	c.later(c.quarter(), func() {
		c.volumes = slices.DeleteFunc(c.volumes, func(o *Volume) bool { return o == v })
	})
}
