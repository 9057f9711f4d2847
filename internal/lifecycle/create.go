package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/remote"
)

// CreateOptions say how far a create goes. The zero value goes until the host is ready and keeps what a failure leaves.
type CreateOptions struct {
	Until   Until
	OnError OnError
	Agree   func(*Plan) error // asked before anything is made; its error ends the create. nil: agrees
	Adopt   bool              // the host was made by somebody else and is complete: nothing of it is removed
}

// Create makes the hosts, or goes on with those that an earlier run left incomplete; complete ones are ErrExists, unless
// the rest of the run that they are from is to be gone on with. It resolves all of them at once. When ctx is cancelled it
// returns soon, with the records saved, and rolls back nothing.
func (r *Runner) Create(ctx context.Context, recs []*Record, o CreateOptions) error {
	recs, err := r.creatable(recs, o)
	if err != nil {
		return err
	}
	if err := each(recs, func(_ int, rec *Record) error { return r.save(ctx, rec) }); err != nil {
		return err
	}
	plans, err := r.agreed(ctx, recs, o)
	if err != nil {
		return errors.Join(err, r.forgetUnmade(ctx, recs))
	}
	return each(recs, func(i int, rec *Record) error {
		c := &creation{host: r.host(rec, goOn(rec.Name)), plan: plans[i], fresh: rec.Phase == PhasePlanned, adopts: o.Adopt}
		return c.settle(ctx, o, c.through(ctx, o))
	})
}

func (r *Runner) agreed(ctx context.Context, recs []*Record, o CreateOptions) ([]*Plan, error) {
	plans, err := r.Plan(ctx, recs)
	if err != nil || o.Agree == nil {
		return plans, err
	}
	errs := make([]error, len(plans))
	for i, p := range plans {
		errs[i] = o.Agree(p)
	}
	return plans, errors.Join(errs...)
}

// creatable gives the hosts that have something to be created, and refuses others. Only next to hosts of which a create
// was begun, those that came to be already are no mistake.
func (r *Runner) creatable(recs []*Record, o CreateOptions) ([]*Record, error) {
	var rest, made []*Record
	var errs []error
	begun := false
	for _, rec := range recs {
		switch {
		case rec.Phase == PhaseRemoving:
			errs = append(errs, exists("the removal of host %q has begun", rec.Name, "finish it: davit rm "+rec.Name))
		case rec.Phase.reached(o.Until.phase()):
			made = append(made, rec)
		default:
			rest = append(rest, rec)
			begun = begun || rec.Phase.reached(PhaseCreating)
		}
	}
	for _, rec := range made {
		if begun {
			r.report(rec, rec.Phase, "exists already")
			continue
		}
		errs = append(errs, exists("host %q exists already", rec.Name, fmt.Sprintf("see it: davit inspect %s; or remove it first: davit rm %s", rec.Name, rec.Name)))
	}
	return rest, errors.Join(errs...)
}

func exists(format, name, next string) error {
	return &drivers.Error{Kind: drivers.ErrExists, Err: fmt.Errorf(format, name), Next: next}
}

// forgetUnmade drops the records of hosts of which nothing was ever made.
func (r *Runner) forgetUnmade(ctx context.Context, recs []*Record) error {
	return each(recs, func(_ int, rec *Record) error {
		if rec.Phase != PhasePlanned {
			return nil
		}
		return r.forget(ctx, rec)
	})
}

// creation is the making of one host.
type creation struct {
	*host
	plan   *Plan
	fresh  bool       // nothing of it existed before this run
	adopts bool       // somebody else made it
	making sync.Mutex // a driver may report resources from several goroutines
}

// through is the whole of a create.
func (c *creation) through(ctx context.Context, o CreateOptions) error {
	defer c.close()
	if err := c.step(ctx, PhaseCreated, c.limits.Create, c.make); err != nil || o.Until == UntilActive {
		return err
	}
	if err := c.step(ctx, PhaseTrusted, c.limits.Port, c.awaitPort); err != nil {
		return err
	}
	if err := c.step(ctx, PhaseTrusted, c.limits.HostKey, c.trust); err != nil {
		return err
	}
	if err := c.step(ctx, PhaseBooted, c.limits.CloudInit, c.awaitCloudInit); err != nil {
		return err
	}
	return c.step(ctx, PhaseReady, c.limits.Engine, c.verify)
}

// step goes on to a phase under a time limit. It is left out when the host is there already, except for the first:
// the platform is always asked what it has.
func (c *creation) step(ctx context.Context, to Phase, limit time.Duration, do func(context.Context) error) error {
	if to != PhaseCreated && c.rec.Phase.reached(to) {
		return nil
	}
	return c.within(ctx, to, limit, do)
}

// settle writes into the record how the create ended, and takes the host back where that was asked for.
func (c *creation) settle(ctx context.Context, o CreateOptions, failed error) error {
	c.rec.Problem = ""
	if failed == nil {
		return c.r.save(ctx, c.rec)
	}
	c.rec.Problem = failed.Error()
	err := errors.Join(failed, c.r.save(ctx, c.rec))
	if o.OnError != Rollback || interrupted(ctx) {
		return err
	}
	return c.rollback(ctx, err)
}

// rollback removes the host, and its disks with keep only when this run made them.
func (c *creation) rollback(ctx context.Context, failed error) error {
	c.r.report(c.rec, PhaseRemoving, "rolling back")
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.limits.Remove)
	defer cancel()
	if _, err := c.r.remove(ctx, c.rec, RemoveOptions{KeptDisks: c.fresh}); err != nil {
		return errors.Join(failed, fmt.Errorf("roll back: %w", err))
	}
	if e, ok := errors.AsType[*PhaseError](failed); ok {
		e.Next = "all that was made is removed again"
	}
	return failed
}

// make has the driver make the host. Run again it adopts what is there.
func (c *creation) make(ctx context.Context) error {
	if c.rec.Phase == PhasePlanned || c.rec.Phase == PhaseKept {
		c.rec.Phase = PhaseCreating
	}
	c.rec.User, c.rec.Image, c.rec.Choices = c.plan.User, c.plan.Resolved.Image, c.plan.Choices
	c.rec.MTU, c.rec.MTUSum, c.rec.Warnings = c.plan.MTU.Total, c.plan.Sum(), c.plan.MTU.Warnings
	if err := c.r.save(ctx, c.rec); err != nil {
		return err
	}
	if err := c.removeStranger(ctx); err != nil {
		return err
	}
	made, err := c.r.Driver.Create(ctx, c.plan.Resolved, c.render(ctx), c.made(ctx))
	if err != nil {
		return c.ofGuest(ctx, err)
	}
	c.see(made)
	if len(made.HostKeys) > 0 && !c.rec.Rotate {
		c.rec.HostKeys = made.HostKeys
	}
	if !c.rec.Phase.reached(PhaseCreated) {
		c.rec.Phase = PhaseCreated
	}
	c.r.report(c.rec, PhaseCreated, "running at %s", c.rec.Dial().Addr())
	return c.r.save(ctx, c.rec)
}

// render is called when the server is about to be made: whatever was trusted before was another one.
func (c *creation) render(ctx context.Context) drivers.Render {
	return func(disks []drivers.DiskIdentity) (drivers.Documents, error) {
		c.making.Lock()
		defer c.making.Unlock()
		key, err := c.injectedKey()
		if err != nil {
			return drivers.Documents{}, err
		}
		c.rec.Phase, c.rec.Disks = PhaseCreating, disks
		if err := c.r.save(ctx, c.rec); err != nil {
			return drivers.Documents{}, err
		}
		return c.plan.Render(disks, key)
	}
}

// injectedKey makes the host key to hand over and pins it. Its private half is in the user-data alone. Where an
// earlier try handed one over and did not learn whether its server came to be, both are pinned.
func (c *creation) injectedKey() (*remote.KeyPair, error) {
	if !c.plan.Injects {
		c.rec.HostKeys, c.rec.Rotate = nil, false
		return nil, nil
	}
	key, err := remote.GenerateKey("davit " + c.rec.Name)
	if err != nil {
		return nil, err
	}
	if !c.rec.Rotate {
		c.rec.HostKeys = nil
	}
	c.rec.HostKeys, c.rec.Rotate = append(c.rec.HostKeys, key.Public), true
	return &key, nil
}

// made notes every resource at once.
func (c *creation) made(ctx context.Context) func(drivers.Resource) error {
	return func(res drivers.Resource) error {
		c.making.Lock()
		defer c.making.Unlock()
		c.rec.add(res)
		if res.Kind.IsHost() {
			c.rec.HostID = res.ID
		}
		c.r.report(c.rec, PhaseCreated, "%s %s", res.Kind, res.Name)
		return c.r.save(ctx, c.rec)
	}
}
