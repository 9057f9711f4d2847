package gather_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/davit-io/davit/internal/gather"
)

// desk answers requests and remembers them.
type desk struct {
	mu       sync.Mutex
	requests [][]string
	lasts    []gather.Last
	err      error
}

func (d *desk) load(ctx context.Context, keys []string) (map[string]int, error) {
	d.mu.Lock()
	d.requests = append(d.requests, slices.Sorted(slices.Values(keys)))
	d.mu.Unlock()
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	found := map[string]int{}
	for _, key := range keys {
		if n, err := strconv.Atoi(key); err == nil {
			found[key] = n
		}
	}
	return found, d.err
}

func (d *desk) hold(last gather.Last) time.Duration {
	d.lasts = append(d.lasts, last)
	return 10 * time.Millisecond
}

// TestTogether asks for three things at once, one of them twice and one that isn't there: one request.
func TestTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &desk{}
		g := gather.New(d.load, d.hold)
		var all sync.WaitGroup
		for _, key := range []string{"1", "2", "2", "none"} {
			all.Go(func() {
				n, there, err := g.Get(t.Context(), key)
				if want, no := strconv.Atoi(key); err != nil || there == (no != nil) || n != want {
					t.Errorf("%s: %d, %v, %v", key, n, there, err)
				}
			})
		}
		all.Wait()
		if len(d.requests) != 1 || !slices.Equal(d.requests[0], []string{"1", "2", "none"}) {
			t.Errorf("requests %q", d.requests)
		}
	})
}

// TestLast asks again while a request is under way and after: each is a request of its own that knows of the one before.
func TestLast(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &desk{}
		g := gather.New(d.load, d.hold)
		var all sync.WaitGroup
		for _, after := range []time.Duration{0, 500 * time.Millisecond, 5 * time.Second} {
			all.Go(func() {
				time.Sleep(after)
				if _, _, err := g.Get(t.Context(), "1"); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		want := []gather.Last{{Ago: d.lasts[0].Ago}, {Keys: 1, Ago: 490 * time.Millisecond}, {Keys: 1, Took: time.Second, Ago: 4490 * time.Millisecond}}
		if d.lasts[0].Ago < 100*365*24*time.Hour || len(d.requests) != 3 || !slices.Equal(d.lasts, want) {
			t.Errorf("requests %q, held with %+v", d.requests, d.lasts)
		}
	})
}

// TestLeave lets one of two go: the request goes on for the other. When that one goes too it is cancelled.
func TestLeave(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &desk{}
		g := gather.New(d.load, d.hold)
		soon, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		var all sync.WaitGroup
		for range 2 {
			all.Go(func() {
				if _, _, err := g.Get(soon, "1"); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("the one who left: %v", err)
				}
			})
		}
		all.Go(func() {
			if n, _, err := g.Get(t.Context(), "2"); err != nil || n != 2 {
				t.Errorf("the one who stayed: %d, %v", n, err)
			}
		})
		all.Wait()
		if _, _, err := g.Get(soon, "3"); !errors.Is(err, context.DeadlineExceeded) || len(d.requests) != 1 {
			t.Errorf("after the end: %v, requests %q", err, d.requests)
		}
	})
}

// TestFailure gives the error of a request to all who wait, and the next request is a new one.
func TestFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &desk{err: errors.New("busy")}
		g := gather.New(d.load, d.hold)
		var all sync.WaitGroup
		for range 2 {
			all.Go(func() {
				if _, _, err := g.Get(t.Context(), "1"); !errors.Is(err, d.err) {
					t.Errorf("got %v", err)
				}
			})
		}
		all.Wait()
		d.err = nil
		if n, _, err := g.Get(t.Context(), "1"); err != nil || n != 1 || len(d.requests) != 2 {
			t.Errorf("%d, %v, requests %q", n, err, d.requests)
		}
	})
}
