package stacksim

import (
	"maps"
	"net/http"
	"slices"
	"strings"
)

// serverParts are the calls on what hangs on a server: metadata, tags, volumes, ports.
func (c *Cloud) serverParts() []route {
	const at = "/v2.1/servers/{id}"
	return []route{
		{op: "servers.metadata.get", pattern: "GET " + at + "/metadata", handle: c.metadataGet},
		{op: "servers.metadata.update", pattern: "POST " + at + "/metadata", handle: c.metadataPut},
		{op: "servers.metadata.replace", pattern: "PUT " + at + "/metadata", handle: c.metadataPut},
		{op: "servers.tags.get", pattern: "GET " + at + "/tags", handle: c.tagsGet},
		{op: "servers.tags.replace", pattern: "PUT " + at + "/tags", handle: c.tagsPut},
		{op: "servers.ports.list", pattern: "GET " + at + "/os-interface", handle: c.interfacesList},
		{op: "attachments.list", pattern: "GET " + at + "/os-volume_attachments", query: "limit offset", handle: c.attachmentsList},
		{op: "attachments.create", pattern: "POST " + at + "/os-volume_attachments", handle: c.attachmentsCreate},
		{op: "attachments.delete", pattern: "DELETE " + at + "/os-volume_attachments/{volume}", handle: c.attachmentsDelete},
	}
}

func (c *Cloud) metadataGet(q *request) (reply, error) {
	s, err := c.server(q)
	if err != nil {
		return reply{}, err
	}
	return ok(obj{"metadata": nonNil(s.Metadata)})
}

// metadataPut merges on POST and replaces on PUT.
func (c *Cloud) metadataPut(q *request) (reply, error) {
	s, err := c.server(q)
	if err != nil {
		return reply{}, err
	}
	var in struct{ Metadata map[string]string }
	if err := c.decode(q, &in); err != nil {
		return reply{}, err
	}
	now := map[string]string{}
	if q.Method == http.MethodPost {
		maps.Copy(now, s.Metadata)
	}
	maps.Copy(now, in.Metadata)
	s.Metadata = now
	return ok(obj{"metadata": now})
}

func (c *Cloud) tagsGet(q *request) (reply, error) {
	s, err := c.server(q)
	if err != nil {
		return reply{}, err
	}
	return ok(obj{"tags": emptyOr(s.Tags)})
}

func (c *Cloud) tagsPut(q *request) (reply, error) {
	s, err := c.server(q)
	if err != nil {
		return reply{}, err
	}
	var in serverBody
	if err := c.decode(q, &in); err != nil {
		return reply{}, err
	}
	if err := in.checkLabels(); err != nil {
		return reply{}, err
	}
	s.Tags = slices.Clone(in.Tags)
	return ok(obj{"tags": emptyOr(s.Tags)})
}

func (c *Cloud) interfacesList(q *request) (reply, error) {
	s, err := c.server(q)
	if err != nil {
		return reply{}, err
	}
	return ok(obj{"interfaceAttachments": each(c.portsOf(s.ID), func(p *port) obj {
		return obj{
			"port_id": p.ID, "net_id": p.NetworkID, "mac_addr": p.MAC, "port_state": p.Status, "fixed_ips": c.fixedIPs(p),
		}
	})})
}

func (c *Cloud) attachmentsList(q *request) (reply, error) {
	s, err := c.server(q)
	if err != nil {
		return reply{}, err
	}
	return ok(obj{"volumeAttachments": each(s.Volumes, func(a Attachment) obj { return a.view(s.ID, q.micro) })})
}

func (a Attachment) view(server string, micro int) obj {
	v := obj{"volumeId": a.VolumeID, "serverId": server, "device": a.Device}
	if micro < 89 {
		v["id"] = a.VolumeID
	}
	if micro >= 70 {
		v["tag"] = orNull(a.Tag)
	}
	if micro >= 79 {
		v["delete_on_termination"] = a.DeleteOnTermination
	}
	return v
}

func (c *Cloud) attachmentsCreate(q *request) (reply, error) {
	s, err := c.server(q)
	if err != nil {
		return reply{}, err
	}
	var in struct {
		VolumeAttachment struct {
			VolumeID, Device, Tag string
			DeleteOnTermination   bool `json:"delete_on_termination"`
		}
	}
	if err := c.decode(q, &in); err != nil {
		return reply{}, err
	}
	b := in.VolumeAttachment
	if b.Tag != "" && q.micro < 49 || b.DeleteOnTermination && q.micro < 79 {
		return reply{}, bad("Invalid input for field/attribute volumeAttachment. Additional properties are not allowed")
	}
	v := c.volumeByID(b.VolumeID)
	if v == nil {
		return reply{}, notFound("", "Volume %s could not be found.", b.VolumeID)
	}
	if v.Status != "available" {
		return reply{}, bad("Invalid volume: Volume %s status must be available or downloading to reserve, but the current status is %s.", v.ID, v.Status)
	}
	s.attach(blockDevice{Tag: b.Tag, DeleteOnTermination: b.DeleteOnTermination}, v.ID)
	a := s.Volumes[len(s.Volumes)-1]
	v.Status, v.ServerID, v.AttachmentID = "attaching", s.ID, a.ID
	c.later(c.quarter(), func() {
		if v.AttachmentID == a.ID {
			v.connect(s.ID, a)
		}
	})
	if q.micro >= 101 {
		return accepted(nil)
	}
	return ok(obj{"volumeAttachment": a.view(s.ID, q.micro)})
}

func (c *Cloud) attachmentsDelete(q *request) (reply, error) {
	s, err := c.server(q)
	if err != nil {
		return reply{}, err
	}
	id := q.PathValue("volume")
	v := c.volumeByID(id)
	if v == nil || !s.holds(id) {
		return reply{}, notFound("", "volume_id not found: %s", id)
	}
	if s.Volumes[0].VolumeID == id && strings.HasSuffix(s.Volumes[0].Device, "vda") {
		return reply{}, forbidden("Can't detach root device volume")
	}
	v.Status = "detaching"
	c.later(c.quarter(), func() {
		if v.Status != "detaching" {
			return
		}
		s.Volumes = slices.DeleteFunc(s.Volumes, func(a Attachment) bool { return a.VolumeID == id })
		v.Status, v.ServerID, v.AttachmentID, v.Device = "available", "", "", ""
	})
	return accepted(nil)
}
