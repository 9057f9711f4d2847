package sandbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/davit-io/davit/internal/sandbox/lan"
	"github.com/davit-io/davit/internal/sandbox/qemu"
	"github.com/davit-io/davit/internal/sandbox/vcenter"
)

// lookTime is for those who take the lock for a moment to see whether a sandbox runs.
const lookTime = 2 * time.Second

// Serve is the daemon: it runs the sandbox that Up planned in dir until ctx ends, and says so to log.
func Serve(ctx context.Context, dir string) error {
	h := home(dir)
	unlock, err := h.awaitLock(ctx, lookTime)
	if err != nil {
		return fmt.Errorf("another sandbox runs in %s: %w", dir, err)
	}
	defer unlock()
	if err := writeJSON(h.pid(), os.Getpid()); err != nil {
		return err
	}
	var p plan
	if err := readJSON(h.plan(), &p); err != nil {
		return fmt.Errorf("davit sandbox up starts a sandbox: %w", err)
	}
	return h.serve(ctx, p)
}

func (h home) serve(ctx context.Context, p plan) (err error) {
	id, err := newIdentity(h.certificate())
	if err != nil {
		return err
	}
	network, err := lan.New(ctx, p.Network, p.MTU)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, network.Close()) }()
	host := qemu.NewHost(p.Tools, accelerator(ctx, h, p))
	defer host.Close()
	v, err := vcenter.New(ctx, vcenter.Config{
		Dir: h.cloud(), Listen: "127.0.0.1:0", Login: url.UserPassword(id.user, id.password), Certificate: id.certificate,
		MTU: p.MTU, Templates: p.Templates, Tools: p.Tools, Host: host, LAN: network,
	})
	if err != nil {
		return err
	}
	defer v.Close()
	if err := h.announce(p, id, v.Addr()); err != nil {
		return err
	}
	slog.Info("the sandbox serves", "server", v.Addr())
	<-ctx.Done()
	slog.Info("the sandbox ends")
	return os.Remove(h.state())
}

// announce writes down where the sandbox is.
func (h home) announce(p plan, id identity, addr string) error {
	s := State{
		PID: os.Getpid(), Server: addr, User: id.user, Password: id.password, Thumbprint: id.thumbprint,
		Certificate: h.certificate(), Images: p.Images, MTU: p.MTU, Network: p.Network, Started: time.Now().UTC().Truncate(time.Second),
	}
	for _, t := range p.Templates {
		s.Templates = append(s.Templates, t.Name)
	}
	return writeJSON(h.state(), s)
}

// accelKnown keeps what was found until this machine is booted anew: a KVM that hangs takes a while to tell.
const accelKnown = "/run/davit/accelerator"

// accelerator tries KVM while the sandbox starts, so that the first machine need not wait as long.
func accelerator(ctx context.Context, h home, p plan) func(context.Context) (qemu.Accel, error) {
	found, done := qemu.TCG, make(chan struct{})
	var failed error
	known := accelKnown
	if p.Tools != qemu.DefaultTools {
		known = filepath.Join(h.temp(), "accelerator")
	}
	go func() {
		defer close(done)
		found, failed = p.Tools.Probe(ctx, h.temp(), known, p.Templates[0].Image)
		slog.Info("machines run under", "accelerator", found)
	}()
	return func(ctx context.Context) (qemu.Accel, error) {
		select {
		case <-done:
			return found, failed
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
}
