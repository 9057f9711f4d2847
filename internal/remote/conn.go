package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/internal/wait"
)

// Conn is a connection to a host. It may be used by many goroutines at once.
type Conn struct {
	client *ssh.Client
	stop   context.CancelFunc
}

// Result is what a command left.
type Result struct {
	Stdout, Stderr string // at most 8 MiB each; the rest is dropped
	Exit           int    // 128 and more: ended by a signal
}

const (
	keepalive  = 15 * time.Second // between questions whether the host is still there
	outputSize = 8 << 20
)

func newConn(ctx context.Context, client *ssh.Client) *Conn {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	c := &Conn{client: client, stop: stop}
	go c.keepAlive(ctx)
	return c
}

// Run runs a command and gives it stdin, which may be nil. A command that fails is no error but an exit code. An error
// is the end of ctx, which ends the command too, or of the connection.
func (c *Conn) Run(ctx context.Context, cmd string, stdin io.Reader) (Result, error) {
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	session, err := c.client.NewSession()
	if err != nil {
		return Result{}, fmt.Errorf("the connection is lost: %w", err)
	}
	stdout, stderr := &capped{}, &capped{}
	session.Stdin, session.Stdout, session.Stderr = stdin, stdout, stderr
	done := make(chan error, 1)
	go func() { done <- session.Run(cmd) }()
	select {
	case err = <-done:
		_ = session.Close()
		return result(stdout, stderr, err)
	case <-ctx.Done():
		_ = session.Signal(ssh.SIGKILL)
		_ = session.Close()
		return Result{}, context.Cause(ctx)
	}
}

// Close ends the connection and what runs over it.
func (c *Conn) Close() error {
	c.stop()
	return c.client.Close()
}

func result(stdout, stderr *capped, err error) (Result, error) {
	r := Result{Stdout: stdout.String(), Stderr: stderr.String()}
	if err == nil {
		return r, nil
	}
	exit, ok := errors.AsType[*ssh.ExitError](err)
	if !ok {
		return r, fmt.Errorf("the connection is lost: %w", err)
	}
	r.Exit = exit.ExitStatus()
	return r, nil
}

// keepAlive closes a connection whose host does not answer any more, so that Run ends.
func (c *Conn) keepAlive(ctx context.Context) {
	for wait.Sleep(ctx, keepalive) == nil {
		answered := make(chan error, 1)
		go func() {
			_, _, err := c.client.SendRequest("keepalive@openssh.com", true, nil)
			answered <- err
		}()
		limit, cancel := context.WithTimeout(ctx, keepalive)
		select {
		case err := <-answered:
			if err != nil {
				_ = c.client.Close()
			}
		case <-limit.Done():
			_ = c.client.Close()
		}
		cancel()
	}
}

// capped keeps the first bytes of an output, so that a host can't fill the memory.
type capped struct{ kept bytes.Buffer }

func (b *capped) Write(p []byte) (int, error) {
	if room := outputSize - b.kept.Len(); room > 0 {
		_, _ = b.kept.Write(p[:min(len(p), room)])
	}
	return len(p), nil
}

func (b *capped) String() string { return b.kept.String() }
