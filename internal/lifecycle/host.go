package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/remote"
	"github.com/davit-io/davit/internal/wait"
)

// host is one host that a runner works on: its record, and the connection to it.
type host struct {
	r      *Runner
	rec    *Record
	limits Limits
	next   string    // what the user can do when a step fails
	conn   Conn      // nil: none at the moment
	denied time.Time // since when the login is refused; zero: it is not
	looked time.Time // when the guest's report was last looked at while the host did not answer
}

func (r *Runner) host(rec *Record, next string) *host {
	return &host{r: r, rec: rec, limits: r.Limits.orDefaults(), next: next}
}

// see takes over what the platform tells of the host.
func (h *host) see(now drivers.Host) {
	h.rec.HostID, h.rec.Addresses, h.rec.SSHPort = now.ID, now.Addresses, now.SSHPort
	if now.Disks != nil {
		h.rec.Disks = now.Disks
	}
}

// within does one step under its time limit; what goes wrong becomes a PhaseError that says why.
func (h *host) within(ctx context.Context, to Phase, limit time.Duration, do func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := do(limited)
	if err == nil {
		return nil
	}
	failed := &PhaseError{Host: h.rec.Name, Phase: to, Err: err, Next: h.next}
	known, explained := errors.AsType[*explained](err)
	switch {
	case interrupted(ctx):
		failed.Err = fmt.Errorf("interrupted before it was %s: %w", to, context.Canceled)
	case explained:
		failed.Err, failed.Causes = known.error, known.causes
	case limited.Err() != nil:
		failed.Err, failed.Causes = timeout(limit, err), h.causes(ctx)
	}
	return failed
}

// explained is an error that knows its causes.
type explained struct {
	error
	causes []string
}

// dial connects with the pinned keys.
func (h *host) dial(ctx context.Context, hostKeys []string) (Conn, error) {
	keys, err := remote.ParseKeys(hostKeys)
	if err != nil {
		return nil, err
	}
	signer, err := h.r.Signer(h.rec)
	if err != nil {
		return nil, err
	}
	return h.r.dial(ctx, remote.Target{Addr: h.rec.Dial(), User: h.rec.User, Signer: signer, HostKeys: keys})
}

func (h *host) close() {
	if h.conn != nil {
		_ = h.conn.Close()
	}
	h.conn = nil
}

// run runs a command. A connection that was lost is made anew by the next call.
func (h *host) run(ctx context.Context, cmd, stdin string) (remote.Result, error) {
	if h.conn == nil {
		conn, err := h.dial(ctx, h.rec.HostKeys)
		if err != nil {
			return remote.Result{}, err
		}
		h.conn = conn
	}
	res, err := h.conn.Run(ctx, cmd, strings.NewReader(stdin))
	if err != nil {
		h.close()
	}
	return res, err
}

// ask runs a command until see is satisfied. A lost connection and a login that does not work yet are no end.
func (h *host) ask(ctx context.Context, cmd, stdin string, see func(remote.Result) (done bool, status string, err error)) error {
	return wait.Poll(ctx, h.limits.often(), func(ctx context.Context) (bool, string, error) {
		res, err := h.run(ctx, cmd, stdin)
		if err != nil {
			return again(ctx, err, h.final(ctx, err))
		}
		h.denied = time.Time{}
		return see(res)
	})
}

// again is a look that is to be repeated, unless there is a final error. That ctx ended is not what was seen.
func again(ctx context.Context, seen, final error) (done bool, status string, err error) {
	return false, seen.Error(), errors.Join(ctx.Err(), final)
}

// final gives an error of a connection back when trying again is of no use.
func (h *host) final(ctx context.Context, err error) error {
	if wrong, ok := errors.AsType[*remote.HostKeyError](err); ok {
		return wrong
	}
	if failed := h.gaveUp(ctx); failed != nil {
		return failed
	}
	if !errors.Is(err, remote.ErrAuth) {
		return nil
	}
	if h.denied.IsZero() {
		h.denied = time.Now()
	}
	if time.Since(h.denied) < h.limits.Login {
		return nil
	}
	return &drivers.Error{
		Kind: drivers.ErrAuth, Err: fmt.Errorf("%w (for %s)", err, h.limits.Login),
		Next: "look whether the image has this user and takes its keys from the user-data; --user names another one",
	}
}
