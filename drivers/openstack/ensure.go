package openstack

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/wait"
)

// asks is how often a thing is asked for when the answers get lost.
const asks = 3

// stop is an error after which nothing is asked for again, because nothing was asked for yet.
type stop struct{ error }

func (s *stop) Unwrap() error { return s.error }

// ensure makes one thing: the only place that sends a request which makes something. When an earlier try may have
// made it already, by an earlier process or by a request whose answer got lost, it is looked for by its owner first.
func (c *creation) ensure(ctx context.Context, kind drivers.Kind, slot int, post func(context.Context) (owned, error)) (owned, error) {
	look := c.spec.Again
	for try := 1; ; try++ {
		if look {
			if o, there, err := c.adopt(ctx, kind, slot); there || err != nil {
				return o, err
			}
		}
		o, err := c.detached(ctx, post)
		if err == nil {
			return o, c.report(o)
		}
		if halted, ok := errors.AsType[*stop](err); ok {
			return owned{}, halted.error
		}
		if ctx.Err() != nil {
			return owned{}, errors.Join(context.Cause(ctx), err)
		}
		if !unclear(err) || try == asks {
			return owned{}, err
		}
		look, c.unsure = true, true
		if err := wait.Sleep(ctx, max(c.pace.backoff<<try, askedPause(err))); err != nil {
			return owned{}, err
		}
	}
}

// detached sends a request that isn't cut off at once when ctx ends: it has a moment to bring its answer home, so
// that the record of a host that was interrupted is complete.
func (c *creation) detached(ctx context.Context, post func(context.Context) (owned, error)) (owned, error) {
	if ctx.Err() != nil {
		return owned{}, &stop{context.Cause(ctx)}
	}
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(c.pace.grace, cancel) })()
	return post(longer)
}

// adopt takes over what carries the owner: the best of a kind is used, all are reported, so that the record has
// them whatever happens next. What never worked is removed; anything else might hold data.
func (c *creation) adopt(ctx context.Context, kind drivers.Kind, slot int) (owned, bool, error) {
	things, _, err := c.owned[kind].Get(ctx, string(c.spec.Owner))
	if err != nil {
		return owned{}, false, err
	}
	mine := only(things, func(o owned) bool { return o.slot == slot })
	slices.SortStableFunc(mine, func(a, b owned) int { return a.rank() - b.rank() })
	for _, o := range mine {
		if o.broken {
			err = c.Delete(ctx, []drivers.Resource{o.Resource})
		} else {
			err = c.report(o)
		}
		if err != nil {
			return owned{}, false, err
		}
	}
	if len(mine) == 0 || mine[0].broken {
		return owned{}, false, nil
	}
	return mine[0], true, nil
}

// report tells of a thing once.
func (c *creation) report(o owned) error {
	if c.known[o.ID] {
		return nil
	}
	c.known[o.ID] = true
	return c.made(o.Resource)
}

// removeTwins looks a last time when there may be two of something: a request whose answer got lost, here or in an
// earlier process, may have taken effect after the look that did not find it. What this process never heard of is
// such a twin, empty and unused.
func (c *creation) removeTwins(ctx context.Context) error {
	if !c.unsure {
		return nil
	}
	var twins []drivers.Resource
	for _, kind := range kinds {
		things, _, err := c.owned[kind].Get(ctx, string(c.spec.Owner))
		if err != nil {
			return err
		}
		for _, o := range only(things, func(o owned) bool { return !c.known[o.ID] }) {
			twins = append(twins, o.Resource)
		}
	}
	return c.Delete(ctx, twins)
}
