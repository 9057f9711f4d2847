package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/davit-io/davit/drivers"
)

// Converge makes a pool what it is to be, wave by wave: after each the platform is asked again what works. What fails
// doesn't keep the others, and is left as it is; a Converge run again goes on, and makes anew what can't be continued.
// Hosts are marked as complete in the end: what an earlier run left without a record is told from the hosts of others
// by that. Agree is asked for the hosts of each wave.
func (r *Runner) Converge(ctx context.Context, p *Pool, o CreateOptions) error {
	if r.Together == nil {
		r.Together = &Together{}
	}
	run := &poolRun{Runner: r, pool: p, options: o, failed: map[*PoolMember]bool{}, taken: map[Step]bool{}}
	err := run.recall(ctx)
	if err == nil {
		err = run.waves(ctx)
	}
	return errors.Join(err, run.mark(ctx))
}

// poolRun is one run over a pool.
type poolRun struct {
	*Runner
	pool    *Pool
	options CreateOptions

	mu     sync.Mutex
	failed map[*PoolMember]bool
	taken  map[Step]bool
	ends   bool // there is no use in more
}

func (run *poolRun) waves(ctx context.Context) error {
	var errs []error
	for {
		members, err := run.Look(ctx, run.pool, run.options.Until)
		if err != nil {
			return errors.Join(append(errs, err)...)
		}
		for i, m := range run.pool.Members {
			members[i].Failed = run.failed[m]
		}
		steps := run.pool.Next(run.pool.Name, members)
		if len(steps) == 0 {
			return errors.Join(append(errs, run.pool.heldBack(members))...)
		}
		if n := run.pool.Parallel; n > 0 && len(steps) > n {
			steps = steps[:n]
		}
		if err := run.again(steps); err != nil {
			return errors.Join(append(errs, err)...)
		}
		if errs = append(errs, run.take(ctx, steps)); run.ends || ctx.Err() != nil {
			return errors.Join(errs...)
		}
	}
}

// again refuses to take a step twice: what was done doesn't last, and would be done for ever.
func (run *poolRun) again(steps []Step) error {
	for _, s := range steps {
		if run.taken[s] {
			return fmt.Errorf("host %s does not stay as it was made: %s is due again", s.Name, s)
		}
		run.taken[s] = true
	}
	return nil
}

// Look sees the members of a pool as the plan of its steps needs them, in the order of the pool's. It asks the platform
// once.
func (r *Runner) Look(ctx context.Context, p *Pool, until Until) ([]Member, error) {
	recs := make([]*Record, len(p.Members))
	for i, m := range p.Members {
		recs[i] = m.Record
	}
	members := make([]Member, len(recs))
	errs := make([]error, len(recs))
	for i, now := range r.Status(ctx, recs) {
		if now.Err != nil && !errors.Is(now.Err, drivers.ErrNotFound) {
			errs[i] = fmt.Errorf("look at host %s: %w", now.Record.Name, now.Err)
			continue
		}
		members[i], errs[i] = p.member(p.Members[i], now, until)
	}
	return members, errors.Join(errs...)
}

func (p *Pool) member(m *PoolMember, now Status, until Until) (Member, error) {
	rec := m.Record
	change, err := p.change(m, now.Host.LinkMTU)
	state := now.Host.State
	out := Member{
		Place: m.Place, Name: rec.Name, Made: rec.Created, Change: change,
		Complete: rec.Phase.reached(until.phase()), Going: rec.Phase == PhaseRemoving,
		Off:  state == drivers.StateStopped || state == drivers.StatePaused,
		Lost: now.Err != nil || state == drivers.StateError,
	}
	out.Works = out.Complete && state == drivers.StateRunning
	out.Lost = out.Lost || !out.Complete && rec.HostID != "" && rec.Problem != ""
	return out, err
}

// take takes the steps of a wave, all at once.
func (run *poolRun) take(ctx context.Context, steps []Step) error {
	var creates, others []Step
	for _, s := range steps {
		if s.Do == DoCreate || s.Do == DoContinue {
			creates = append(creates, s)
			continue
		}
		others = append(others, s)
	}
	return each([]func() error{
		func() error { return run.create(ctx, creates) },
		func() error { return each(others, func(_ int, s Step) error { return run.change(ctx, s) }) },
	}, func(_ int, work func() error) error { return work() })
}

// create makes hosts, all at once: their names are looked up together, and the quota is held against the sum.
func (run *poolRun) create(ctx context.Context, steps []Step) error {
	if len(steps) == 0 {
		return nil
	}
	members, err := run.begin(ctx, steps)
	if err == nil {
		recs := make([]*Record, len(members))
		for i, m := range members {
			recs[i] = m.Record
		}
		err = run.Create(ctx, recs, run.options)
	}
	run.mu.Lock()
	defer run.mu.Unlock()
	for _, m := range members {
		switch {
		case m.Record.Phase == PhasePlanned: // nothing came of it, for a reason that all share
			run.pool.drop(m)
			run.ends = true
		case err != nil && !m.Record.Phase.reached(run.options.Until.phase()):
			run.failed[m] = true
		}
		if ctx.Err() != nil {
			m.Record.Problem = "" // there is nothing wrong with it: it is to be continued
		}
	}
	return err
}

// begin finds the members of steps, or adds them to the pool with what an earlier run left of them.
func (run *poolRun) begin(ctx context.Context, steps []Step) ([]*PoolMember, error) {
	run.mu.Lock()
	members := make([]*PoolMember, len(steps))
	errs := make([]error, len(steps))
	for i, s := range steps {
		if members[i] = run.pool.named(s.Name); members[i] == nil {
			members[i], errs[i] = run.pool.add(s.Place, s.Name)
		}
	}
	run.mu.Unlock()
	members = slices.DeleteFunc(members, func(m *PoolMember) bool { return m == nil })
	if err := errors.Join(errs...); err != nil {
		return members, err
	}
	return members, run.remember(ctx, members)
}

// change takes a step with a host that is there.
func (run *poolRun) change(ctx context.Context, s Step) error {
	run.mu.Lock()
	m := run.pool.named(s.Name)
	to, err := run.pool.wanted(m)
	run.mu.Unlock()
	recs := []*Record{m.Record}
	switch {
	case err != nil:
	case s.Do == DoStart:
		err = run.Start(ctx, recs)
	case s.Do == DoUpdate:
		err = run.update(ctx, m, to)
	case s.Do == DoRemove:
		_, err = run.Remove(ctx, recs, RemoveOptions{})
	}
	run.mu.Lock()
	defer run.mu.Unlock()
	switch {
	case err != nil:
		run.failed[m] = true
	case s.Do == DoRemove:
		run.pool.drop(m)
	}
	return err
}
