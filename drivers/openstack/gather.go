package openstack

import (
	"context"
	"sync"
	"time"

	"github.com/davit-io/davit/internal/wait"
)

// gather turns what many goroutines ask for, one thing each, into one request for all of them.
type gather[T any] struct {
	load func(ctx context.Context, keys []string) (map[string]T, error) // what is missing in the map isn't there
	gap  func(asking int, took time.Duration) time.Duration             // the least time from one request to the next

	mu   sync.Mutex
	open *batch[T] // takes more keys; nil: the next caller opens one
	last time.Time // the last request went out
	size int       // and was for that many
	took time.Duration
}

type batch[T any] struct {
	keys   map[string]bool
	askers int
	cancel context.CancelFunc
	done   chan struct{} // closed when found and err are there
	found  map[string]T
	err    error
}

// together is how long a request is held back for those who ask at the same moment.
const together = 10 * time.Millisecond

func newGather[T any](load func(context.Context, []string) (map[string]T, error), gap func(int, time.Duration) time.Duration) *gather[T] {
	return &gather[T]{load: load, gap: gap}
}

// get gives the thing of a key as of a request that is made after this call; false: it isn't there.
func (g *gather[T]) get(ctx context.Context, key string) (T, bool, error) {
	b := g.join(ctx, key)
	select {
	case <-b.done:
		thing, ok := b.found[key]
		return thing, ok, b.err
	case <-ctx.Done():
		g.leave(b)
		var none T
		return none, false, context.Cause(ctx)
	}
}

func (g *gather[T]) join(ctx context.Context, key string) *batch[T] {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open == nil {
		// The request serves all who join, so it ends when the last of them has gone, not with the first.
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		g.open = &batch[T]{keys: map[string]bool{}, done: make(chan struct{}), cancel: cancel}
		go g.run(ctx, g.open, max(time.Until(g.last.Add(g.gap(g.size, g.took))), together))
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
	if b.err = wait.Sleep(ctx, pause); b.err != nil {
		return
	}
	keys, start := g.shut(b), time.Now()
	b.found, b.err = g.load(ctx, keys)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.took = time.Since(start)
}

// shut takes a batch from those who would still join and gives its keys.
func (g *gather[T]) shut(b *batch[T]) []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open == b {
		g.open = nil
	}
	g.last, g.size = time.Now(), len(b.keys)
	keys := make([]string, 0, len(b.keys))
	for key := range b.keys {
		keys = append(keys, key)
	}
	return keys
}
