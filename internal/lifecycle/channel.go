package lifecycle

import (
	"context"
	"fmt"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/remote"
	"github.com/davit-io/davit/internal/wait"
)

// channel is the platform's own way to hand on a host's keys.
type channel struct {
	where string
	next  string // what to do when they don't come
	pace  wait.Pace
	keys  func(ctx context.Context) (keys []ssh.PublicKey, status string, err error)
}

const injectInstead = "needs --host-key injected; remove the host first"

func (h *host) channel() channel {
	if d, ok := drivers.As[drivers.Reporter](h.r.Driver); ok {
		return channel{
			where: "in the guest's report", pace: h.limits.reports(), next: "an image without the platform's guest tools " + injectInstead,
			keys: func(ctx context.Context) ([]ssh.PublicKey, string, error) { return h.reportedKeys(ctx, d) },
		}
	}
	if d, ok := drivers.As[drivers.Console](h.r.Driver); ok {
		return channel{
			where: "on the console", pace: h.limits.seldom(), next: "an image that doesn't print its host keys there " + injectInstead,
			keys: func(ctx context.Context) ([]ssh.PublicKey, string, error) {
				text, err := d.Console(ctx, h.rec.HostID, 0)
				return remote.ParseHostKeys(text), "", err
			},
		}
	}
	return channel{next: "it " + injectInstead}
}

// reportedKeys gives the keys that the guest reported. Whether cloud-init failed is of interest only without them: with
// them the host itself is asked.
func (h *host) reportedKeys(ctx context.Context, d drivers.Reporter) ([]ssh.PublicKey, string, error) {
	r, err := d.Report(ctx, h.rec.HostID)
	if err != nil {
		return nil, "", err
	}
	var keys []ssh.PublicKey
	for _, line := range r.HostKeys {
		if one, err := remote.ParseKeys([]string{line}); err == nil { // a type that isn't known is of no use
			keys = append(keys, one...)
		}
	}
	if len(keys) == 0 && r.Verdict == drivers.VerdictError {
		return nil, "", h.guestFailed(ctx, r)
	}
	return keys, reportText(r), nil
}

// gaveUp looks now and then, as long as the host is not trusted, whether the guest reports that cloud-init failed:
// what does not answer then won't answer later.
func (h *host) gaveUp(ctx context.Context) error {
	if h.rec.Phase.reached(PhaseTrusted) || time.Since(h.looked) < h.limits.seldom().Min {
		return nil
	}
	h.looked = time.Now()
	r, ok := h.guestReport(ctx)
	if !ok || r.Verdict != drivers.VerdictError {
		return nil
	}
	return h.guestFailed(ctx, r)
}

// ofGuest adds the causes to the failure of a create whose guest failed.
func (h *host) ofGuest(ctx context.Context, err error) error {
	if r, ok := h.guestReport(ctx); ok && r.Verdict == drivers.VerdictError {
		return &explained{err, h.causes(ctx)}
	}
	return err
}

func (h *host) guestFailed(ctx context.Context, r drivers.GuestReport) error {
	return &explained{fmt.Errorf("the guest reports that cloud-init failed in %s", strings.Join(modules(r.Errors), ", ")), h.causes(ctx)}
}

// guestReport reads what the guest reported; false: its platform does not tell.
func (h *host) guestReport(ctx context.Context) (drivers.GuestReport, bool) {
	d, ok := drivers.As[drivers.Reporter](h.r.Driver)
	if !ok || h.rec.HostID == "" {
		return drivers.GuestReport{}, false
	}
	r, err := d.Report(ctx, h.rec.HostID)
	return r, err == nil
}

// reported is the guest's report as a cause.
func (h *host) reported(ctx context.Context) []string {
	r, ok := h.guestReport(ctx)
	if !ok {
		return nil
	}
	return []string{reportText(r)}
}

func reportText(r drivers.GuestReport) string {
	switch {
	case r.Verdict == drivers.VerdictError:
		return "the guest reports that cloud-init failed:\n" + strings.Join(r.Errors, "\n")
	case r.Verdict == drivers.VerdictDone:
		return "the guest reports that cloud-init is done"
	case r.Phase != "":
		return fmt.Sprintf("the guest reports that cloud-init is in its phase %q", r.Phase)
	}
	return "the guest has reported nothing: it may not have booted at all, or its image lacks the platform's guest tools"
}
