// Package gather turns what many goroutines ask a platform for, one thing each, into one request for all of them.
package gather

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/davit-io/davit/internal/wait"
)

// Of gathers questions for things of one kind, each by its key.
type Of[T any] struct {
	load func(ctx context.Context, keys []string) (map[string]T, error)
	hold func(Last) time.Duration

	mu   sync.Mutex
	open *batch[T] // takes more keys; nil: the next caller opens one
	sent time.Time // when the last request went out
	size int       // and was for that many
	took time.Duration
}

// Last is what is known of the request before.
type Last struct {
	Keys int           // it was for that many
	Took time.Duration // from its start to its answer
	Ago  time.Duration // since it went out; centuries where there was none
}

// batch is one request and those who wait for it.
type batch[T any] struct {
	keys   map[string]bool
	askers int
	cancel context.CancelFunc
	done   chan struct{} // closed when found and err are there
	found  map[string]T
	err    error
}

// New makes one from the request and from how long each is held back for others who ask; both may be called from
// many goroutines. What is missing in the map that load gives isn't there.
func New[T any](load func(ctx context.Context, keys []string) (map[string]T, error), hold func(Last) time.Duration) *Of[T] {
	return &Of[T]{load: load, hold: hold}
}

// Get gives the thing of a key as of a request that is sent after this call; false: it isn't there.
func (g *Of[T]) Get(ctx context.Context, key string) (thing T, there bool, err error) {
	if ctx.Err() != nil {
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

func (g *Of[T]) join(ctx context.Context, key string) *batch[T] {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open == nil {
		// The request serves all who join, so it ends when the last of them has gone, not with the first.
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		g.open = &batch[T]{keys: map[string]bool{}, done: make(chan struct{}), cancel: cancel}
		go g.run(ctx, g.open, g.hold(Last{Keys: g.size, Took: g.took, Ago: time.Since(g.sent)}))
	}
	g.open.keys[key] = true
	g.open.askers++
	return g.open
}

func (g *Of[T]) leave(b *batch[T]) {
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

func (g *Of[T]) run(ctx context.Context, b *batch[T], pause time.Duration) {
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
func (g *Of[T]) shut(b *batch[T]) []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open == b {
		g.open = nil
	}
	g.sent, g.size = time.Now(), len(b.keys)
	return slices.Collect(maps.Keys(b.keys))
}
