package lifecycle

import (
	"context"
	"errors"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/wait"
)

// Status is a host as its platform sees it now.
type Status struct {
	Record *Record
	Host   drivers.Host // the zero Host when it has no server
	Err    error        // why the platform does not tell
}

// Status asks for all hosts at once; the result has the order of recs.
func (r *Runner) Status(ctx context.Context, recs []*Record) []Status {
	ctx, cancel := context.WithTimeout(ctx, r.Limits.orDefaults().Ask)
	defer cancel()
	out := make([]Status, len(recs))
	_ = each(recs, func(i int, rec *Record) error { // errors are part of the result
		out[i].Record = rec
		if rec.HostID != "" {
			out[i].Host, out[i].Err = r.Driver.Get(ctx, rec.HostID)
		}
		return nil
	})
	return out
}

// Start starts hosts and waits until the engine of each that was complete answers again.
func (r *Runner) Start(ctx context.Context, recs []*Record) error {
	return r.power(ctx, recs, "starting", true, func(ctx context.Context, p drivers.Power, id string) error {
		return p.Start(ctx, id)
	})
}

// Stop stops hosts; force does not ask the guest.
func (r *Runner) Stop(ctx context.Context, recs []*Record, force bool) error {
	return r.power(ctx, recs, "stopping", false, func(ctx context.Context, p drivers.Power, id string) error {
		return p.Stop(ctx, id, force)
	})
}

// Restart restarts hosts and waits until the engine of each that was complete answers again.
func (r *Runner) Restart(ctx context.Context, recs []*Record, force bool) error {
	return r.power(ctx, recs, "restarting", true, func(ctx context.Context, p drivers.Power, id string) error {
		return p.Restart(ctx, id, force)
	})
}

func (r *Runner) power(ctx context.Context, recs []*Record, doing string, up bool, do func(context.Context, drivers.Power, string) error) error {
	power, ok := drivers.As[drivers.Power](r.Driver)
	if !ok {
		return &drivers.Error{Kind: drivers.ErrUnsupported, Err: errors.New("this driver can't start or stop hosts")}
	}
	return each(recs, func(_ int, rec *Record) error {
		h := r.host(rec, "see what it is doing: davit status "+rec.Name)
		defer h.close()
		err := h.within(ctx, rec.Phase, h.limits.Power, func(ctx context.Context) error {
			r.report(rec, rec.Phase, "%s", doing)
			return do(ctx, power, rec.HostID)
		})
		if err != nil || !up {
			return err
		}
		return h.back(ctx)
	})
}

// back waits for a host that was started.
func (h *host) back(ctx context.Context) error {
	err := h.within(ctx, h.rec.Phase, h.limits.Power, func(ctx context.Context) error {
		if err := h.awaitAddress(ctx); err != nil {
			return err
		}
		return h.r.save(ctx, h.rec)
	})
	if err != nil || !h.rec.Complete() {
		return err
	}
	if err := h.within(ctx, PhaseReady, h.limits.Port, h.awaitPort); err != nil {
		return err
	}
	return h.within(ctx, PhaseReady, h.limits.Engine, h.verify)
}

// awaitAddress looks at a host until the platform knows where it is: it may have that from the guest, which has to boot.
// One that was never reached is looked at once.
func (h *host) awaitAddress(ctx context.Context) error {
	return wait.Poll(ctx, h.limits.often(), func(ctx context.Context) (bool, string, error) {
		now, err := h.r.Driver.Get(ctx, h.rec.HostID)
		if err != nil {
			return false, "", err
		}
		h.see(now)
		return h.rec.Dial().IsValid() || !h.rec.Complete(), "the platform tells no address", nil
	})
}
