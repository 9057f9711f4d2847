package openstack

import "time"

// NewForTest makes a driver that reads a clouds.yaml of its own and whose pauses between looks are scaled.
func NewForTest(account Options, config string, scale float64) *Driver {
	p := defaultPace()
	p.scale, p.answer, p.backoff, p.grace = scale, 20*time.Second, 20*time.Millisecond, 300*time.Millisecond
	d := newDriver(account, p)
	d.config = config
	return d
}

// Answer sets how long a service may take to answer; before the first call.
func (d *Driver) Answer(limit time.Duration) *Driver {
	d.pace.answer = limit
	return d
}
