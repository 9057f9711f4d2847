package vsphere

import (
	"context"
	"time"
)

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

// Idle sets after how long without calls the session is kept alive; before the first call.
func (d *Driver) Idle(after time.Duration) *Driver {
	d.pace.idle = after
	return d
}

// EndTagSession ends the session that tags need behind the driver's back.
func (d *Driver) EndTagSession(ctx context.Context) error { return d.open.rest.Logout(ctx) }
