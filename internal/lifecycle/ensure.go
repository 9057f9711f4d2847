package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/davit-io/davit/drivers"
)

// Ensure makes one host for a front end that may have lost its record. What carries the host's owner already is taken
// over when it is the rest of a create that did not end; a host that was completed is ErrExists, and the record then
// has its HostID. Where the platform can note it, the host is marked as complete in the end.
func (r *Runner) Ensure(ctx context.Context, rec *Record, o CreateOptions) error {
	if err := r.recall(ctx, rec); err != nil {
		return err
	}
	if err := r.Create(ctx, []*Record{rec}, o); err != nil {
		return err
	}
	return r.mark(ctx, rec)
}

// Adopt takes a host over that somebody else completed, with a record that Recognize made and a document. It learns
// what only the host and its platform know, and checks the host as a create does.
func (r *Runner) Adopt(ctx context.Context, rec *Record, o CreateOptions) error {
	rec.Phase, o.Adopt = PhaseCreating, true
	if err := r.Create(ctx, []*Record{rec}, o); err != nil {
		return err
	}
	return r.mark(ctx, rec)
}

// recall looks for what an earlier run made for the owner.
func (r *Runner) recall(ctx context.Context, rec *Record) error {
	finder, ok := drivers.As[drivers.Finder](r.Driver)
	if !ok || rec.Phase != PhasePlanned {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, r.Limits.orDefaults().Ask)
	defer cancel()
	found, err := finder.Find(ctx, rec.Owner)
	if err != nil {
		return fmt.Errorf("look for what host %s has: %w", rec.Name, err)
	}
	for _, f := range found {
		rec.take(f.Resource)
	}
	return r.incomplete(ctx, rec)
}

// take notes what an earlier run made.
func (r *Record) take(res drivers.Resource) {
	r.Phase = PhaseCreating
	r.add(res)
	if res.Kind.IsHost() {
		r.HostID = res.ID
	}
}

// incomplete refuses a host that was completed.
func (r *Runner) incomplete(ctx context.Context, rec *Record) error {
	if rec.HostID == "" {
		return nil
	}
	now, err := r.Driver.Get(ctx, rec.HostID)
	if errors.Is(err, drivers.ErrNotFound) {
		return nil // it went away meanwhile
	}
	if err != nil {
		return fmt.Errorf("look at host %s: %w", rec.Name, err)
	}
	rec.found = now.Stamp
	if now.Complete {
		return &drivers.Error{Kind: drivers.ErrExists, Err: fmt.Errorf("host %q exists already, complete, with the id %s", rec.Name, now.ID)}
	}
	return nil
}

func (r *Runner) mark(ctx context.Context, rec *Record) error {
	marker, ok := drivers.As[drivers.Marker](r.Driver)
	if !ok {
		return nil
	}
	h := r.host(rec, goOn(rec.Name))
	return h.within(ctx, rec.Phase, h.limits.Ask, func(ctx context.Context) error { return marker.MarkComplete(ctx, rec.HostID) })
}

// stranger says why the server of an earlier run is of no use; empty: it is. A host key that was handed over and is
// known to nobody any more can't be trusted, and what was made of another document is another host.
func (c *creation) stranger() string {
	switch {
	case c.adopts || c.rec.HostID == "":
		return ""
	case c.plan.Injects && len(c.rec.HostKeys) == 0:
		return "whose host key nobody knows"
	case c.rec.found != "" && c.rec.found != c.plan.Resolved.Spec.Stamp:
		return "which was made of another document"
	}
	return ""
}

// removeStranger removes such a server, which never was complete. Its disks stay.
func (c *creation) removeStranger(ctx context.Context) error {
	why := c.stranger()
	if why == "" {
		return nil
	}
	isServer := func(res drivers.Resource) bool { return res.Kind == drivers.KindServer }
	servers := slices.DeleteFunc(slices.Clone(c.rec.Resources), func(res drivers.Resource) bool { return !isServer(res) })
	c.r.report(c.rec, PhaseCreated, "removing the server of an earlier try, %s", why)
	if err := c.r.Driver.Delete(ctx, servers); err != nil {
		return err
	}
	c.rec.Resources, c.rec.HostID = slices.DeleteFunc(c.rec.Resources, isServer), ""
	return c.r.save(ctx, c.rec)
}

// Recognize makes a record of a host that is there, from what its platform tells: its name, its owner, what it has. What
// was asked for when it was made is not among that, so Spec is nil.
func (r *Runner) Recognize(ctx context.Context, id string) (*Record, error) {
	finder, ok := drivers.As[drivers.Finder](r.Driver)
	if !ok {
		return nil, &drivers.Error{Kind: drivers.ErrUnsupported, Err: errors.New("this driver can't tell what belongs to a host")}
	}
	ctx, cancel := context.WithTimeout(ctx, r.Limits.orDefaults().Ask)
	defer cancel()
	now, err := r.Driver.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	all, err := finder.Find(ctx, "")
	if err != nil {
		return nil, fmt.Errorf("look for what host %s has: %w", now.Name, err)
	}
	i := slices.IndexFunc(all, func(f drivers.Found) bool { return f.Kind.IsHost() && f.ID == id })
	if i < 0 {
		return nil, &drivers.Error{
			Kind: drivers.ErrUnsupported, Err: fmt.Errorf("server %s (%s) was not made by davit", now.Name, id),
			Next: "only a host that carries davit's owner can be taken over: davit would not know what belongs to it",
		}
	}
	host := FoundHost{Host: now, Owner: all[i].Owner}
	for _, f := range all {
		if f.Owner == host.Owner {
			host.Resources = append(host.Resources, f.Resource)
		}
	}
	return host.Record(), nil
}
