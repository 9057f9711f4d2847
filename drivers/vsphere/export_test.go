package vsphere

import "time"

// NewForTest makes a driver in a hurry.
func NewForTest(o Options) *Driver {
	p := defaultPace()
	p.answer, p.grace, p.shutdown = 10*time.Second, time.Second, 5*time.Second
	return newDriver(o, p)
}

// Answer sets how long the vCenter may take to answer; before the first call.
func (d *Driver) Answer(limit time.Duration) *Driver {
	d.pace.answer = limit
	return d
}
