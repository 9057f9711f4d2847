package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/remote"
	"github.com/davit-io/davit/internal/wait"
)

// awaitPort waits until SSH answers at all: before that no console is read and nothing is sent.
func (h *host) awaitPort(ctx context.Context) error {
	addr := h.rec.Dial()
	if !addr.IsValid() {
		return errors.New("the host has no address to connect to")
	}
	h.r.report(h.rec, PhaseTrusted, "waiting for SSH at %s", addr)
	h.looked = time.Now() // it may just be about to answer
	err := wait.Poll(ctx, h.limits.often(), func(ctx context.Context) (bool, string, error) {
		if err := remote.Answers(ctx, addr); err != nil {
			return again(ctx, err, h.gaveUp(ctx))
		}
		return true, "", nil
	})
	if err != nil {
		return fmt.Errorf("SSH doesn't answer at %s: %w", addr, err)
	}
	return nil
}

// trust learns the host's key through the platform and proves that the host has it. A key that was handed over is
// replaced by one that only the host knows.
func (c *creation) trust(ctx context.Context) error {
	if len(c.rec.HostKeys) == 0 {
		if err := c.learnKeys(ctx); err != nil {
			return err
		}
	}
	c.r.report(c.rec, PhaseTrusted, "logging in as %s", c.rec.User)
	if err := c.ask(ctx, "true", "", accept); err != nil {
		return fmt.Errorf("log in at %s: %w", c.rec.Dial(), err)
	}
	if c.rec.Rotate {
		if err := c.rotate(ctx); err != nil {
			return fmt.Errorf("replace the host key: %w", err)
		}
	}
	c.rec.Phase = PhaseTrusted
	c.r.report(c.rec, PhaseTrusted, "host key verified")
	return c.r.save(ctx, c.rec)
}

func accept(res remote.Result) (bool, string, error) {
	return res.Exit == 0, fmt.Sprintf("exit %d: %s", res.Exit, lastLines(res.Stderr, 3)), nil
}

// learnKeys waits for the host's keys where the platform vouches for them, and pins them.
func (c *creation) learnKeys(ctx context.Context) error {
	from := c.channel()
	if from.keys == nil {
		return &drivers.Error{
			Kind: drivers.ErrUnsupported, Err: errors.New("the platform has no channel of its own that the host's key can be read through"), Next: from.next,
		}
	}
	c.r.report(c.rec, PhaseTrusted, "waiting for the host keys %s", from.where)
	var keys []ssh.PublicKey
	err := wait.Poll(ctx, from.pace, func(ctx context.Context) (bool, string, error) {
		var status string
		var err error
		keys, status, err = from.keys(ctx)
		if err != nil && !isFinal(err) {
			return again(ctx, err, nil)
		}
		return len(keys) > 0, status, err
	})
	switch {
	case errors.Is(err, drivers.ErrUnsupported), errors.Is(err, drivers.ErrTimeout):
		return &drivers.Error{Kind: kindOf(err), Err: fmt.Errorf("no host keys %s: %w", from.where, err), Next: from.next}
	case err != nil:
		return fmt.Errorf("read the host keys %s: %w", from.where, err)
	}
	for _, key := range keys {
		c.rec.HostKeys = append(c.rec.HostKeys, remote.AuthorizedKey(key))
	}
	return c.r.save(ctx, c.rec)
}

// isFinal says that asking the platform again is of no use.
func isFinal(err error) bool {
	_, failed := errors.AsType[*explained](err)
	return failed || errors.Is(err, drivers.ErrUnsupported) || errors.Is(err, drivers.ErrNotFound)
}

func kindOf(err error) error {
	if errors.Is(err, drivers.ErrTimeout) {
		return drivers.ErrTimeout
	}
	return drivers.ErrUnsupported
}
