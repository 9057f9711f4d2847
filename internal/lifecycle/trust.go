package lifecycle

import (
	"context"
	"errors"
	"fmt"

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
	err := wait.Poll(ctx, h.limits.often(), func(ctx context.Context) (bool, string, error) {
		if err := remote.Answers(ctx, addr); err != nil {
			return again(ctx, err, nil)
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
		if err := c.pinFromConsole(ctx); err != nil {
			return err
		}
	}
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

func (c *creation) pinFromConsole(ctx context.Context) error {
	console, ok := drivers.As[drivers.Console](c.r.Driver)
	if !ok {
		return injectInstead(errors.New("the platform shows no console to read the host key from"))
	}
	c.r.report(c.rec, PhaseTrusted, "waiting for the host keys on the console")
	var keys []ssh.PublicKey
	err := wait.Poll(ctx, c.limits.seldom(), func(ctx context.Context) (bool, string, error) {
		text, err := console.Console(ctx, c.rec.HostID, 0)
		if errors.Is(err, drivers.ErrUnsupported) || errors.Is(err, drivers.ErrNotFound) {
			return false, "", err
		}
		if err != nil {
			return again(ctx, err, nil)
		}
		keys = remote.ParseHostKeys(text)
		return len(keys) > 0, "", nil
	})
	if errors.Is(err, drivers.ErrUnsupported) || errors.Is(err, drivers.ErrTimeout) {
		return injectInstead(fmt.Errorf("no host keys on the console: %w", err))
	}
	if err != nil {
		return fmt.Errorf("read the host keys from the console: %w", err)
	}
	for _, key := range keys {
		c.rec.HostKeys = append(c.rec.HostKeys, remote.AuthorizedKey(key))
	}
	return c.r.save(ctx, c.rec)
}

func injectInstead(err error) error {
	kind := drivers.ErrUnsupported
	if errors.Is(err, drivers.ErrTimeout) {
		kind = drivers.ErrTimeout
	}
	return &drivers.Error{
		Kind: kind, Err: err,
		Next: "an image that doesn't print its host keys there needs --host-key injected; remove the host first",
	}
}
