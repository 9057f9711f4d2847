package vsphere

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/davit-io/davit/internal/wait"
)

// gather turns what many goroutines ask for, one thing each, into one request for all of them.
type gather[T any] struct {
	load func(ctx context.Context, keys []string) (map[string]T, error) // what is missing in the map isn't there
	hold func(asking int) time.Duration                                 // how long a request is held back

	mu   sync.Mutex
	open *batch[T]
	size int // of the last request
}

type batch[T any] struct {
	keys   map[string]bool
	askers int
	cancel context.CancelFunc
	done   chan struct{}
	found  map[string]T
	err    error
}

func newGather[T any](load func(context.Context, []string) (map[string]T, error), hold func(int) time.Duration) *gather[T] {
	return &gather[T]{load: load, hold: hold}
}

// get gives the thing of a key as of a request that is sent after this call; false: it isn't there.
func (g *gather[T]) get(ctx context.Context, key string) (thing T, there bool, err error) {
	if err := ctx.Err(); err != nil {
		return thing, false, context.Cause(ctx)
	}
	b := g.join(ctx, key)
	select {
	case <-b.done:
		thing, there = b.found[key]
		return thing, there, b.err
	case <-ctx.Done():
		g.leave(b)
		return thing, false, context.Cause(ctx)
	}
}

func (g *gather[T]) join(ctx context.Context, key string) *batch[T] {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open == nil {
		// The request serves all who join, so it ends when the last of them has gone, not with the first.
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		g.open = &batch[T]{keys: map[string]bool{}, done: make(chan struct{}), cancel: cancel}
		go g.run(ctx, g.open, g.hold(g.size))
	}
	g.open.keys[key] = true
	g.open.askers++
	return g.open
}

func (g *gather[T]) leave(b *batch[T]) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if b.askers--; b.askers > 0 {
		return
	}
	b.cancel()
	if g.open == b {
		g.open = nil
	}
}

func (g *gather[T]) run(ctx context.Context, b *batch[T], pause time.Duration) {
	defer b.cancel()
	defer close(b.done)
	b.err = wait.Sleep(ctx, pause)
	g.mu.Lock()
	if g.open == b {
		g.open = nil
	}
	keys := slices.Collect(maps.Keys(b.keys))
	g.size = len(keys)
	g.mu.Unlock()
	if b.err == nil {
		b.found, b.err = g.load(ctx, keys)
	}
}
