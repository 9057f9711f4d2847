package lifecycle

import (
	"context"
	"fmt"
	"slices"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/spec"
)

// PoolOwnerOf derives the owner of a host of a pool, as OwnerOf does: no host outside of a pool has the same.
func PoolOwnerOf(deployment, name string) drivers.Owner { return OwnerOf(deployment+"\x00pool", name) }

// recall adds hosts to a pool that an earlier run began and that nobody recorded.
func (run *poolRun) recall(ctx context.Context) error {
	belongs, err := run.belonging(ctx)
	if err != nil || len(belongs) == 0 {
		return err
	}
	p := run.pool
	var found []*PoolMember
	for number := 1; number <= spec.MostNames; number++ {
		for _, name := range []string{PlaceName(p.Name, number), secondName(p.Name, number)} {
			have, there := belongs[p.Owner(name)]
			if !there || p.named(name) != nil {
				continue
			}
			m, err := p.add(number, name)
			if err != nil {
				return err
			}
			if keptOnly(m.Record, have) {
				p.drop(m)
				continue
			}
			found = append(found, m)
		}
	}
	return run.fill(ctx, found, belongs)
}

// keptOnly says that all there is of a host are disks that outlive it.
func keptOnly(rec *Record, have []drivers.Resource) bool {
	return !slices.ContainsFunc(have, func(res drivers.Resource) bool { return !keeps(rec, res) })
}

// remember gives hosts that are about to be made what an earlier run left of them.
func (run *poolRun) remember(ctx context.Context, members []*PoolMember) error {
	members = slices.DeleteFunc(slices.Clone(members), func(m *PoolMember) bool { return m.Record.Phase != PhasePlanned })
	if len(members) == 0 {
		return nil
	}
	belongs, err := run.belonging(ctx)
	if err != nil {
		return err
	}
	return run.fill(ctx, members, belongs)
}

// fill puts into the records what carries their owners. A complete host is ErrExists, unless the pool adopts it. The
// pool then has none of these members: what carries their owners is found again, and a front end that removes the pool
// doesn't take what isn't its own.
func (run *poolRun) fill(ctx context.Context, members []*PoolMember, belongs map[drivers.Owner][]drivers.Resource) error {
	err := each(members, func(_ int, m *PoolMember) error {
		for _, res := range belongs[m.Record.Owner] {
			m.Record.take(res)
		}
		if run.pool.Adopts {
			return nil
		}
		return run.incomplete(ctx, m.Record)
	})
	if err != nil {
		run.mu.Lock()
		defer run.mu.Unlock()
		for _, m := range members {
			run.pool.drop(m)
		}
		run.ends = true
		return &drivers.Error{Err: err, Next: "give the pool another name, or remove what has its hosts' names"}
	}
	return nil
}

// belonging is what carries an owner, by owner. It is one question, however large the pool is.
func (run *poolRun) belonging(ctx context.Context) (map[drivers.Owner][]drivers.Resource, error) {
	finder, ok := drivers.As[drivers.Finder](run.Driver)
	if !ok || run.pool.Owner == nil {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, run.Limits.orDefaults().Ask)
	defer cancel()
	all, err := finder.Find(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("look for hosts of pool %s: %w", run.pool.Name, err)
	}
	belongs := map[drivers.Owner][]drivers.Resource{}
	for _, f := range all {
		belongs[f.Owner] = append(belongs[f.Owner], f.Resource)
	}
	return belongs, nil
}
