package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/spec"
)

// update changes a host without making it anew. What fails is to be done again, whole.
func (run *poolRun) update(ctx context.Context, m *PoolMember, to *spec.Host) error {
	rec := m.Record
	if run.pool.Key != "" {
		rec.Spec.SSHKey, rec.KeyFile = to.SSHKey, to.SSHKey // the same key, in another file
	}
	if Dearest(Changes(rec.Spec, to)) == InPlace {
		rec.Spec = to // all of it is davit's own knowledge
		return run.save(ctx, rec)
	}
	was := rec.Spec
	err := run.Update(ctx, []*Record{rec}, []*spec.Host{to})
	if err != nil {
		rec.Spec = was
		return errors.Join(err, run.save(ctx, rec))
	}
	return nil
}

// mark notes on the hosts that are complete that they are, also when the run was interrupted: their records are kept.
func (run *poolRun) mark(ctx context.Context) error {
	marker, ok := drivers.As[drivers.Marker](run.Driver)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), run.Limits.orDefaults().Ask)
	defer cancel()
	return each(run.pool.Members, func(_ int, m *PoolMember) error {
		if m.Marked || !m.Record.Phase.reached(run.options.Until.phase()) {
			return nil
		}
		if err := marker.MarkComplete(ctx, m.Record.HostID); err != nil {
			return fmt.Errorf("note that host %s is complete: %w", m.Record.Name, err)
		}
		m.Marked = true
		return nil
	})
}

// heldBack is the error of a run that leaves hosts as they were, although nothing failed on them.
func (p *Pool) heldBack(members []Member) error {
	var names []string
	works := 0
	for _, m := range members {
		if m.Works && m.held() {
			works++
		}
		if m.Change != "" && m.held() && !m.Failed {
			names = append(names, m.Name)
		}
	}
	if len(names) == 0 {
		return nil
	}
	slices.Sort(names)
	why := fmt.Sprintf("%d hosts of %d work, and %d may be missed", works, p.Count, p.Unavailable)
	if p.Halted(members) {
		why = fmt.Sprintf("more than %d%% of the hosts failed", p.Unhealthy)
	}
	return &drivers.Error{
		Err:  fmt.Errorf("pool %s changes no more hosts, since %s: %s stay as they were", p.Name, why, strings.Join(names, ", ")),
		Next: "see why hosts failed, then go on in the same way: what failed is made anew",
	}
}
