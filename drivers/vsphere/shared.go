package vsphere

import (
	"context"
	"sync"

	"golang.org/x/sync/semaphore"
)

// oneByOne lets one at a time at what several hosts share, and keeps what was made of it.
type oneByOne struct {
	mu    sync.Mutex
	doors map[string]*semaphore.Weighted
	made  map[string]ref
}

func newOneByOne() *oneByOne {
	return &oneByOne{doors: map[string]*semaphore.Weighted{}, made: map[string]ref{}}
}

func (o *oneByOne) door(key string) *semaphore.Weighted {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.doors[key] == nil {
		o.doors[key] = semaphore.NewWeighted(1)
	}
	return o.doors[key]
}

// do runs f when no other runs under the key.
func (o *oneByOne) do(ctx context.Context, key string, f func() error) error {
	door := o.door(key)
	if err := door.Acquire(ctx, 1); err != nil {
		return err
	}
	defer door.Release(1)
	return f()
}

// make gives what is kept under the key, made by f the first time.
func (o *oneByOne) make(ctx context.Context, key string, f func() (ref, error)) (ref, error) {
	var out ref
	err := o.do(ctx, key, func() (err error) {
		if out = o.kept(key); out != (ref{}) {
			return nil
		}
		out, err = f()
		if err == nil {
			o.keep(key, out)
		}
		return err
	})
	return out, err
}

func (o *oneByOne) kept(key string) ref {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.made[key]
}

func (o *oneByOne) keep(key string, r ref) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.made[key] = r
}

// drop forgets a thing that is gone.
func (o *oneByOne) drop(gone ref) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for key, r := range o.made {
		if r == gone {
			delete(o.made, key)
		}
	}
}
