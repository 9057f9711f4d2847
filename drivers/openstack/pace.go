package openstack

import (
	"time"

	"github.com/davit-io/davit/internal/wait"
)

// pace is every number that has to do with time; tests shorten them.
type pace struct {
	parallel int           // requests under way per endpoint
	answer   time.Duration // until the first byte of an answer
	backoff  time.Duration // before a second try
	grace    time.Duration // a request that makes something has after its caller gave up
	scale    float64       // of all pauses between looks
}

func defaultPace() pace {
	return pace{parallel: 8, answer: 90 * time.Second, backoff: 500 * time.Millisecond, grace: 1500 * time.Millisecond, scale: 1}
}

func (p pace) scaled(d time.Duration) time.Duration { return time.Duration(float64(d) * p.scale) }

// of is the pace of a wait for something that seldom takes less than first: the first look should be the last one.
func (p pace) of(first time.Duration) wait.Pace {
	return wait.Pace{First: p.scaled(first), Min: p.scaled(900 * time.Millisecond), Max: p.scaled(6 * time.Second), Grow: 1.2}
}
