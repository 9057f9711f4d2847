package openstack

import "time"

// NewForTest makes a driver whose pauses between looks are scaled, and whose patience with a service is a second.
func NewForTest(account Options, scale float64) *Driver {
	p := defaultPace()
	p.scale, p.answer, p.backoff, p.grace = scale, time.Second, 20*time.Millisecond, 300*time.Millisecond
	return newDriver(account, p)
}
