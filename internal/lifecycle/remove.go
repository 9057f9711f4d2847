package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/davit-io/davit/drivers"
)

// RemoveOptions say what else a removal takes.
type RemoveOptions struct {
	KeptDisks bool // the disks, too, that are to be kept when a host is removed
	Search    bool // look for all that carries the owner, even where the record is complete
}

// Removed is what a removal did.
type Removed struct {
	Host string             `json:"host"`
	Gone []drivers.Resource `json:"gone,omitempty"`
	Kept []drivers.Resource `json:"kept,omitempty"` // disks with keep and what they need; the record stays for them
}

// Remove removes hosts: what their records list and, where a create did not end, what carries their owner. A record is
// forgotten when all of its host is gone. The result has the order of recs.
func (r *Runner) Remove(ctx context.Context, recs []*Record, o RemoveOptions) ([]Removed, error) {
	out := make([]Removed, len(recs))
	err := each(recs, func(i int, rec *Record) error {
		h := r.host(rec, "try again: davit rm "+rec.Name)
		return h.within(ctx, PhaseRemoving, h.limits.Remove, func(ctx context.Context) error {
			var err error
			out[i], err = r.remove(ctx, rec, o)
			return err
		})
	})
	return out, err
}

func (r *Runner) remove(ctx context.Context, rec *Record, o RemoveOptions) (Removed, error) {
	out := Removed{Host: rec.Name}
	all, err := r.belongings(ctx, rec, o)
	if err != nil {
		return out, err
	}
	for _, res := range all {
		if !o.KeptDisks && keeps(rec, res) {
			out.Kept = append(out.Kept, res)
			continue
		}
		out.Gone = append(out.Gone, res)
	}
	rec.Phase, rec.Resources = PhaseRemoving, all
	if err := r.save(ctx, rec); err != nil {
		return Removed{Host: rec.Name}, err
	}
	for _, res := range slices.Backward(out.Gone) {
		verb := "removing"
		if res.Kind == drivers.KindMachine {
			verb = "releasing"
		}
		r.report(rec, PhaseRemoving, "%s %s %s", verb, res.Kind, res.Name)
	}
	if err := r.Driver.Delete(ctx, out.Gone); err != nil {
		return Removed{Host: rec.Name}, fmt.Errorf("remove: %w", err)
	}
	if err := r.needed(ctx, rec, &out); err != nil {
		return Removed{Host: rec.Name}, err
	}
	return out, r.removed(ctx, rec, out.Kept)
}

// needed looks for what is there when disks are kept: a platform may leave more than them, such as their folder.
func (r *Runner) needed(ctx context.Context, rec *Record, out *Removed) error {
	finder, ok := drivers.As[drivers.Finder](r.Driver)
	if !ok || len(out.Kept) == 0 {
		return nil
	}
	found, err := finder.Find(ctx, rec.Owner)
	if err != nil {
		return fmt.Errorf("look for what host %s keeps: %w", rec.Name, err)
	}
	known := slices.Concat(out.Kept, out.Gone)
	out.Kept = nil
	for _, f := range found {
		res := f.Resource
		if i := slices.IndexFunc(known, func(k drivers.Resource) bool { return isSame(k, res) }); i >= 0 {
			res = known[i] // with the name it was made by
		}
		out.Kept = append(out.Kept, res)
	}
	out.Gone = slices.DeleteFunc(out.Gone, func(res drivers.Resource) bool {
		return slices.ContainsFunc(out.Kept, func(kept drivers.Resource) bool { return isSame(kept, res) })
	})
	return nil
}

// removed forgets a host of which nothing is left.
func (r *Runner) removed(ctx context.Context, rec *Record, kept []drivers.Resource) error {
	if len(kept) == 0 {
		return r.forget(ctx, rec)
	}
	rec.Phase, rec.Problem, rec.Resources = PhaseKept, "", kept
	rec.HostID, rec.Addresses, rec.HostKeys, rec.Rotate = "", nil, nil, false
	return r.save(ctx, rec)
}

// belongings lists what a host has. A driver's create that came to its end told of all that it made, however far the
// host itself has come; one that did not may have made what nobody noted.
func (r *Runner) belongings(ctx context.Context, rec *Record, o RemoveOptions) ([]drivers.Resource, error) {
	all := slices.Clone(rec.Resources)
	finder, ok := drivers.As[drivers.Finder](r.Driver)
	if !ok || rec.Phase == PhasePlanned || rec.Phase.reached(PhaseCreated) && !o.Search {
		return all, nil
	}
	found, err := finder.Find(ctx, rec.Owner)
	if err != nil {
		return nil, fmt.Errorf("look for what host %s has: %w", rec.Name, err)
	}
	for _, f := range found {
		if !slices.ContainsFunc(all, func(res drivers.Resource) bool { return isSame(res, f.Resource) }) {
			all = append(all, f.Resource)
		}
	}
	return all, nil
}

// keeps says whether a resource is a disk that outlives its host.
func keeps(rec *Record, res drivers.Resource) bool {
	if res.Kind != drivers.KindVolume {
		return false
	}
	for i, disk := range rec.Spec.Disks {
		if disk.Keep && rec.isDisk(i, res) {
			return true
		}
	}
	return false
}

// Garbage lists what carries an owner of davit's that is none of known.
func (r *Runner) Garbage(ctx context.Context, known []drivers.Owner) ([]drivers.Found, error) {
	finder, ok := drivers.As[drivers.Finder](r.Driver)
	if !ok {
		return nil, &drivers.Error{Kind: drivers.ErrUnsupported, Err: errors.New("this driver can't list what davit made")}
	}
	found, err := finder.Find(ctx, "")
	return slices.DeleteFunc(found, func(f drivers.Found) bool { return slices.Contains(known, f.Owner) }), err
}
