package stacksim

import (
	"slices"
	"time"
)

// begins puts the accepted server on its way.
func (c *Cloud) begins(l *launch) {
	s := l.server
	c.servers = append(c.servers, s)
	for _, a := range s.Volumes {
		if v := c.volumeByID(a.VolumeID); v != nil {
			v.Status, v.ServerID, v.AttachmentID = "reserved", s.ID, a.ID
		}
	}
	if c.o.ServerFault != nil {
		if text := c.o.ServerFault(s.copy()); text != "" {
			c.later(c.quarter(), func() { s.fail(text) })
			return
		}
	}
	c.later(c.o.BuildTime/2, func() { c.builds(s, l.in.AvailabilityZone) })
	c.later(c.o.BuildTime, func() { c.boots(s) })
}

func (s *server) fail(text string) {
	if s.Status == "BUILD" && !s.deleting {
		s.Status, s.TaskState, s.Fault = "ERROR", "", text
	}
}

func (s *server) building() bool { return s.Status == "BUILD" && !s.deleting }

func (c *Cloud) builds(s *server, zone string) {
	if !s.building() {
		return
	}
	s.AvailabilityZone, s.TaskState = or(zone, zones[0]), "spawning"
	c.plug(s)
	c.makeDisks(s)
}

func (c *Cloud) boots(s *server) {
	if !s.building() {
		return
	}
	s.Status, s.TaskState, s.launched = "ACTIVE", "", time.Now()
	for _, p := range c.portsOf(s.ID) {
		p.Status = "ACTIVE"
	}
	for _, a := range s.Volumes {
		c.volumeByID(a.VolumeID).connect(s.ID, a)
	}
}

func (v *Volume) connect(server string, a Attachment) {
	v.Status, v.ServerID, v.AttachmentID, v.Device = "in-use", server, a.ID, a.Device
}

func (c *Cloud) serversDelete(q *request) (reply, error) {
	s, err := c.server(q)
	if err != nil {
		return reply{}, err
	}
	if !s.deleting {
		s.deleting, s.TaskState = true, "deleting"
		c.later(c.quarter(), func() { c.vanish(s) })
	}
	return gone()
}

// vanish ends a server: its port goes, a port of the user's stays, volumes are freed or go, floating IPs stay unbound.
func (c *Cloud) vanish(s *server) {
	if !slices.Contains(c.servers, s) {
		return
	}
	c.servers = slices.DeleteFunc(c.servers, func(o *server) bool { return o == s })
	for _, p := range c.portsOf(s.ID) {
		if p.astray {
			continue
		}
		if p.ByNova {
			c.dropPort(p)
			continue
		}
		p.DeviceID, p.Status = "", "DOWN"
	}
	for _, a := range s.Volumes {
		c.release(a)
	}
}

func (c *Cloud) release(a Attachment) {
	v := c.volumeByID(a.VolumeID)
	if v == nil {
		return
	}
	v.Status, v.ServerID, v.AttachmentID, v.Device = "available", "", "", ""
	if a.DeleteOnTermination {
		c.dropVolume(v)
	}
}
