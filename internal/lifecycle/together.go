package lifecycle

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/wait"
)

// Together makes one Resolve of what runners of one driver ask for at the same moment, for front ends that are handed
// their hosts one by one: each name is looked up once, and the quota is held against the sum. The zero value is ready.
type Together struct {
	mu   sync.Mutex
	open *party
}

// party is one Resolve and who waits for it.
type party struct {
	specs    []drivers.Spec
	done     chan struct{} // closed when the rest is there
	resolved []drivers.Resolved
	err      error
}

// moment is how long a Resolve is held back for those who ask at the same time.
const moment = 20 * time.Millisecond

func (t *Together) resolve(ctx context.Context, d drivers.Driver, specs []drivers.Spec) ([]drivers.Resolved, error) {
	p, first := t.join(ctx, d, specs)
	select {
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case <-p.done:
	}
	switch {
	case p.err == nil:
		return p.resolved[first : first+len(specs)], nil
	case len(p.specs) == len(specs), errors.Is(p.err, drivers.ErrQuota):
		return nil, p.err
	}
	return d.Resolve(ctx, specs) // the findings may be another's
}

func (t *Together) join(ctx context.Context, d drivers.Driver, specs []drivers.Spec) (p *party, first int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.open == nil {
		t.open = &party{done: make(chan struct{})}
		go t.run(context.WithoutCancel(ctx), d, t.open)
	}
	first = len(t.open.specs)
	t.open.specs = append(t.open.specs, specs...)
	return t.open, first
}

// run serves all who joined, so it does not end with the first of them.
func (t *Together) run(ctx context.Context, d drivers.Driver, p *party) {
	ctx, cancel := context.WithTimeout(ctx, Limits{}.orDefaults().Ask)
	defer cancel()
	defer close(p.done)
	_ = wait.Sleep(ctx, moment)
	t.mu.Lock()
	t.open = nil
	t.mu.Unlock()
	p.resolved, p.err = d.Resolve(ctx, p.specs)
}
