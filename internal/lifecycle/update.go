package lifecycle

import (
	"context"
	"errors"
	"fmt"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/engine"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/mtu"
	"github.com/davit-io/davit/internal/remote"
	"github.com/davit-io/davit/internal/spec"
)

// Update makes complete hosts what the documents say, the i-th record what the i-th document says. A change that needs
// a new host is refused before anything is done. The engine's configuration is written again even when no option of it
// differs, so the MTU follows the network, and what was changed by hand goes.
func (r *Runner) Update(ctx context.Context, recs []*Record, to []*spec.Host) error {
	errs := make([]error, len(recs))
	next := make([]*Record, len(recs))
	for i, rec := range recs {
		errs[i] = updatable(rec, to[i])
		changed := *rec
		changed.Spec = to[i]
		next[i] = &changed
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	plans, err := r.Plan(ctx, next)
	if err != nil {
		return err
	}
	return each(recs, func(i int, rec *Record) error {
		u := &update{host: r.host(rec, "try again: nothing is done twice"), plan: plans[i], was: rec.Spec, is: to[i]}
		defer u.close()
		return u.through(ctx)
	})
}

// updatable refuses what is not complete, and what can't be changed.
func updatable(rec *Record, to *spec.Host) error {
	if !rec.Complete() {
		return &drivers.Error{Err: fmt.Errorf("host %s is not complete", rec.Name), Next: goOn(rec.Name)}
	}
	var errs []error
	for _, c := range Changes(rec.Spec, to) {
		if c.Class == Replace {
			errs = append(errs, field.Errorf(c.Path, "%w: host %s would have to be made anew for this change", drivers.ErrUnsupported, rec.Name).
				WithHint("remove the host and create it with the new options"))
		}
	}
	return errors.Join(errs...)
}

// update changes one host.
type update struct {
	*host
	plan    *Plan
	was, is *spec.Host
}

func (u *update) through(ctx context.Context) error {
	changes := Changes(u.was, u.is)
	for _, c := range changes {
		u.r.report(u.rec, PhaseReady, "%s changes: %s", c.Path, c.Class)
	}
	if Dearest(changes) == InPlace && u.plan.MTU.Total == u.rec.MTU {
		u.rec.Spec = u.is // all of it is davit's own knowledge
		return u.r.save(ctx, u.rec)
	}
	if err := u.within(ctx, PhaseReady, u.limits.Engine, u.reconfigure); err != nil {
		return err
	}
	if Dearest(changes) == Reboot {
		if err := u.within(ctx, PhaseReady, u.limits.Power, u.reboot); err != nil {
			return err
		}
	}
	u.rec.Spec, u.rec.Choices = u.is, u.plan.Choices
	u.rec.MTU, u.rec.MTUSum, u.rec.Warnings = u.plan.MTU.Total, u.plan.Sum(), u.plan.MTU.Warnings
	return u.within(ctx, PhaseReady, u.limits.Engine, u.verify)
}

// reconfigure has the host itself take over what differs.
func (u *update) reconfigure(ctx context.Context) error {
	script, err := engine.Reconfigure(u.input(u.was, mtu.Sum{Total: u.rec.MTU}), u.input(u.is, u.plan.MTU))
	if err != nil || script == "" {
		return err
	}
	u.r.report(u.rec, PhaseReady, "configuring the host")
	return u.ask(ctx, rootShell, script, func(res remote.Result) (bool, string, error) {
		if res.Exit != 0 {
			return false, "", fmt.Errorf("the host can't be configured (exit %d):\n%s", res.Exit, lastLines(res.Stderr, 20))
		}
		return true, "", nil
	})
}

func (u *update) input(h *spec.Host, sum mtu.Sum) engine.Input {
	return engine.Input{
		Host: h, Disks: u.rec.Disks, MTU: sum, User: u.rec.User, Image: u.rec.Image,
		Existing: u.plan.Resolved.Existing, Config: u.plan.Resolved.EngineConfig,
	}
}

func (u *update) reboot(ctx context.Context) error {
	power, ok := drivers.As[drivers.Power](u.r.Driver)
	if !ok {
		return &drivers.Error{Kind: drivers.ErrUnsupported, Err: errors.New("this driver can't restart hosts, and the change needs it")}
	}
	u.close()
	u.r.report(u.rec, PhaseReady, "restarting")
	if err := power.Restart(ctx, u.rec.HostID, false); err != nil {
		return err
	}
	now, err := u.r.Driver.Get(ctx, u.rec.HostID)
	if err != nil {
		return err
	}
	u.see(now)
	return u.awaitPort(ctx)
}
