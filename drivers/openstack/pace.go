package openstack

import (
	"context"
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

// limits of the waits, should the caller set none.
const (
	buildLimit  = 15 * time.Minute
	volumeLimit = 5 * time.Minute
	goneLimit   = 5 * time.Minute
	powerLimit  = 5 * time.Minute
	detachLimit = time.Minute
)

// misses is how many looks in a row may fail for a service in trouble, each after the tries of transport.
const misses = 4

// await looks at a pace until done, under a limit of its own. What it waits for is said before an error that
// does not tell by itself.
func await(ctx context.Context, limit time.Duration, p wait.Pace, what string, look func(context.Context) (bool, string, error)) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	missed := 0
	return failed(wait.Poll(ctx, p, func(ctx context.Context) (bool, string, error) {
		done, status, err := look(ctx)
		if missed++; err != nil && transient(err) && missed < misses {
			return false, err.Error(), nil
		}
		if err == nil {
			missed = 0
		}
		return done, status, err
	}), "wait %s", what)
}
