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
			return o, c.made(o.Resource)
		}
		if halted, ok := errors.AsType[*stop](err); ok {
			return owned{}, halted.error
		}
		if !unclear(err) || try == asks || ctx.Err() != nil {
			return owned{}, err
		}
		look, c.unsure = true, true
		if err := wait.Sleep(ctx, c.pace.backoff<<try); err != nil {
			return owned{}, err
		}
	}
}

// detached sends a request that isn't cut off at once when ctx ends: it has a moment to bring its answer home, so
// that the record of a host that was interrupted is complete.
func (c *creation) detached(ctx context.Context, post func(context.Context) (owned, error)) (owned, error) {
	if err := ctx.Err(); err != nil {
		return owned{}, &stop{context.Cause(ctx)}
	}
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(c.pace.grace, cancel) })()
	o, err := post(longer)
	if err != nil && longer.Err() != nil {
		return owned{}, errors.Join(context.Cause(ctx), err)
	}
	return o, err
}

// adopt takes over what carries the owner, if it is of use; what isn't, and twins, are removed. Each is reported, so
// that the record has it whatever happens next.
func (c *creation) adopt(ctx context.Context, kind drivers.Kind, slot int) (owned, bool, error) {
	things, _, err := c.owned[kind].get(ctx, string(c.spec.Owner))
	if err != nil {
		return owned{}, false, err
	}
	mine := slices.DeleteFunc(slices.Clone(things), func(o owned) bool { return o.slot != slot })
	slices.SortStableFunc(mine, func(a, b owned) int { return rank(a) - rank(b) })
	for i, o := range mine {
		if i == 0 && !o.broken {
			continue
		}
		if err := c.Delete(ctx, []drivers.Resource{o.Resource}); err != nil {
			return owned{}, false, err
		}
	}
	if len(mine) == 0 || mine[0].broken {
		return owned{}, false, nil
	}
	return mine[0], true, c.made(mine[0].Resource)
}

func rank(o owned) int {
	if o.broken {
		return 1
	}
	return 0
}

// removeTwins looks a last time when a request was asked twice: the first may have taken effect after all.
func (c *creation) removeTwins(ctx context.Context) error {
	if !c.unsure {
		return nil
	}
	silent := *c
	silent.made = func(drivers.Resource) error { return nil }
	for kind, slots := range map[drivers.Kind]int{drivers.KindServer: 1, drivers.KindVolume: len(c.spec.Disks), drivers.KindFloatingIP: 1} {
		for slot := range slots {
			if _, _, err := silent.adopt(ctx, kind, slot); err != nil {
				return err
			}
		}
	}
	return nil
}
