// Package wait holds the only loop that sleeps. Everything that waits for a cloud or a guest goes through Poll, so
// that each wait has a limit, ends with its context and can say what it last saw.
package wait

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// Pace says how often to look.
type Pace struct {
	First time.Duration // before the first look
	Min   time.Duration // between looks, at first
	Max   time.Duration // between looks, at last; 0: Min
	Grow  float64       // factor from one pause to the next; below 1: 1
}

// ErrTimeout is the kind of an error that tells of a wait that met its limit.
var ErrTimeout = errors.New("time limit reached")

// Poll calls look at the given pace until it says done, returns an error, or ctx ends. When ctx met its deadline the
// error is an ErrTimeout that wraps what look last said through its status.
func Poll(ctx context.Context, p Pace, look func(ctx context.Context) (done bool, status string, err error)) error {
	pause, status := p.First, ""
	for next := p.Min; ; next = p.after(next) {
		if err := Sleep(ctx, pause); err != nil {
			return ended(ctx, status)
		}
		done, seen, err := look(ctx)
		if done && err == nil {
			return nil
		}
		if err != nil && ctx.Err() == nil {
			return err
		}
		if err != nil {
			return ended(ctx, status)
		}
		status, pause = seen, jitter(next)
	}
}

func (p Pace) after(d time.Duration) time.Duration {
	d = time.Duration(float64(d) * max(p.Grow, 1))
	return min(d, max(p.Max, p.Min))
}

// Sleep pauses for d or until ctx ends, whichever is first.
func Sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func ended(ctx context.Context, status string) error {
	err := context.Cause(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = ErrTimeout
	}
	if status == "" {
		return err
	}
	return fmt.Errorf("%w; last seen: %s", err, status)
}

// jitter spreads pauses by a tenth, so that many waiters do not ask in step.
func jitter(d time.Duration) time.Duration {
	if d <= 0 {
		return d
	}
	return d - d/20 + time.Duration(rand.Int64N(int64(d/10)+1))
}
