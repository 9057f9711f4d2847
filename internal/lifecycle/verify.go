package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/davit-io/davit/internal/engine"
	"github.com/davit-io/davit/internal/mtu"
	"github.com/davit-io/davit/internal/remote"
)

// checks is what must hold on the host, from what the record knows.
func (h *host) checks() []engine.Check {
	return engine.Checks(engine.Input{
		Host: h.rec.Spec, Disks: h.rec.Disks, MTU: mtu.Sum{Total: h.rec.MTU}, User: h.rec.User, Image: h.rec.Image,
	})
}

// verify asks the host itself whether engine, storage and MTU are as planned, and completes it.
func (h *host) verify(ctx context.Context) error {
	h.r.report(h.rec, PhaseReady, "checking the engine")
	// A connection from before the user joined the engine's group would not see the engine.
	h.close()
	for _, check := range h.checks() {
		if err := h.check(ctx, check); err != nil {
			return h.explainEngine(ctx, fmt.Errorf("%s: %w", check.Name, err))
		}
		h.r.report(h.rec, PhaseReady, "%s", check.Name)
	}
	h.rec.Phase, h.rec.Problem = PhaseReady, ""
	return h.r.save(ctx, h.rec)
}

// check repeats a check that fails until its limit: an engine needs a moment after its start.
func (h *host) check(ctx context.Context, check engine.Check) error {
	ctx, cancel := context.WithTimeout(ctx, h.limits.Check)
	defer cancel()
	return h.ask(ctx, check.Command, "", func(res remote.Result) (bool, string, error) {
		if res.Exit != 0 {
			return accept(res)
		}
		err := check.Verify(res.Stdout)
		switch {
		case errors.Is(err, engine.ErrUnverified):
			h.warn(err.Error())
			return true, "", nil
		case err != nil:
			return again(ctx, err, nil)
		}
		return true, "", nil
	})
}

// warn notes what is no failure, once.
func (h *host) warn(text string) {
	h.r.report(h.rec, h.rec.Phase, "warning: %s", text)
	if !slices.Contains(h.rec.Warnings, text) {
		h.rec.Warnings = append(slices.Clip(h.rec.Warnings), text)
	}
}

// warnings shows what the host's services complain about.
const warnings = "journalctl -b -p warning -n 15 --no-pager -o short"

// explainEngine adds what the host's services complain about.
func (h *host) explainEngine(ctx context.Context, err error) error {
	if interrupted(ctx) {
		return err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), causesLimit)
	defer cancel()
	res, lost := h.run(ctx, rootShell, warnings)
	if lost != nil {
		return &explained{err, h.causes(ctx)}
	}
	return &explained{err, []string{"the host's log says:\n" + lastLines(res.Stdout, 15)}}
}
