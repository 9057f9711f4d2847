package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"
	"time"

	"github.com/gofrs/flock"

	"github.com/davit-io/davit/internal/sandbox/lan"
	"github.com/davit-io/davit/internal/wait"
)

const stopLimit = 30 * time.Second

// Down ends the sandbox of a folder and removes all that it made, the folder too. It tells whether there was one.
func Down(ctx context.Context, dir string) (was bool, err error) {
	h := home(dir)
	if _, err := os.Stat(dir); os.IsNotExist(err) {
		return false, nil
	}
	free, unlock, err := h.tryLock()
	if err != nil {
		return false, err
	}
	if !free {
		if unlock, err = h.stop(ctx); err != nil {
			return true, err
		}
	}
	defer unlock()
	if err := h.clear(ctx); err != nil {
		return true, err
	}
	return true, os.RemoveAll(dir)
}

// tryLock takes the lock that the daemon holds as long as it lives; not free: a daemon lives.
func (h home) tryLock() (free bool, unlock func(), err error) {
	lock := flock.New(h.lock())
	free, err = lock.TryLock()
	if err != nil {
		return false, nil, fmt.Errorf("lock of the sandbox: %w", err)
	}
	return free, func() { _ = lock.Close() }, nil
}

// stop ends the daemon, kindly first, and takes over its lock.
func (h home) stop(ctx context.Context) (unlock func(), err error) {
	var pid int
	if err := readJSON(h.pid(), &pid); err != nil {
		return nil, fmt.Errorf("the sandbox is just starting or ending, try again: %w", err)
	}
	// The lock is held, so the process that wrote its id lives: the id is its own.
	daemon, err := os.FindProcess(pid)
	if err != nil {
		return nil, fmt.Errorf("end the sandbox (process %d): %w", pid, err)
	}
	for _, sig := range []os.Signal{syscall.SIGTERM, os.Kill} {
		if err := daemon.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return nil, fmt.Errorf("end the sandbox (process %d): %w", pid, err)
		}
		if unlock, err = h.awaitLock(ctx, stopLimit); !errors.Is(err, wait.ErrTimeout) {
			return unlock, err
		}
	}
	return nil, fmt.Errorf("the sandbox (process %d) does not end: %w", pid, err)
}

// awaitLock takes the lock as soon as it is free.
func (h home) awaitLock(ctx context.Context, limit time.Duration) (unlock func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err = wait.Poll(ctx, wait.Pace{Min: 50 * time.Millisecond, Max: time.Second, Grow: 1.5}, func(context.Context) (done bool, _ string, err error) {
		done, unlock, err = h.tryLock()
		return done, "its lock is held", err
	})
	return unlock, err
}

// clear removes what a sandbox that ended left: its route, its files, and machines that outlived it, which the kernel
// does not let happen. The lock is held.
func (h home) clear(ctx context.Context) error {
	var p plan
	if err := readJSON(h.plan(), &p); err == nil && p.Network.IsValid() {
		if err := lan.Release(ctx, p.Network); err != nil {
			return err
		}
	}
	if p.Tools.QEMU != "" {
		if err := endStrays(ctx, h.cloud(), p.Tools.QEMU); err != nil {
			return err
		}
	}
	for _, path := range []string{h.pid(), h.state(), h.plan(), h.cloud(), h.images(), h.temp()} {
		if err := os.RemoveAll(path); err != nil {
			return err
		}
	}
	return nil
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
