package remote_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/internal/remote"
	"github.com/davit-io/davit/internal/remote/remotetest"
)

func answer(ctx context.Context, cmd string, stdin io.Reader) remotetest.Reply {
	switch cmd {
	case "fail":
		return remotetest.Reply{Stderr: "no\n", Exit: 3}
	case "cat":
		in, _ := io.ReadAll(stdin)
		return remotetest.Reply{Stdout: string(in)}
	case "hang":
		<-ctx.Done()
		return remotetest.Reply{Exit: 1}
	case "much":
		return remotetest.Reply{Stdout: strings.Repeat("x", 9<<20)}
	default:
		return remotetest.Reply{Stdout: cmd}
	}
}

func target(t *testing.T, s *remotetest.Server) remote.Target {
	t.Helper()
	return remote.Target{Addr: s.Addr, User: "debian", Signer: remotetest.NewKey(t), HostKeys: s.HostKeys()}
}

func dial(t *testing.T, s *remotetest.Server) *remote.Conn {
	t.Helper()
	c, err := remote.Dial(t.Context(), target(t, s))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestRun(t *testing.T) {
	t.Parallel()
	c := dial(t, remotetest.New(t, remotetest.Options{Handler: answer}))
	for _, tc := range []struct {
		cmd, stdin string
		want       remote.Result
	}{
		{"hello", "", remote.Result{Stdout: "hello"}},
		{"fail", "", remote.Result{Stderr: "no\n", Exit: 3}},
		{"cat", "some text", remote.Result{Stdout: "some text"}},
	} {
		got, err := c.Run(t.Context(), tc.cmd, strings.NewReader(tc.stdin))
		if err != nil || got != tc.want {
			t.Errorf("%s: %+v, %v", tc.cmd, got, err)
		}
	}
	if got, err := c.Run(t.Context(), "much", nil); err != nil || len(got.Stdout) != 8<<20 {
		t.Errorf("%d bytes, %v", len(got.Stdout), err)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	c := dial(t, remotetest.New(t, remotetest.Options{Handler: answer}))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := c.Run(ctx, "hang", nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if got, err := c.Run(t.Context(), "still", nil); err != nil || got.Stdout != "still" {
		t.Errorf("the connection did not survive: %+v, %v", got, err)
	}
}

func TestRunSaysThatTheConnectionIsLost(t *testing.T) {
	t.Parallel()
	s := remotetest.New(t, remotetest.Options{Handler: answer})
	c := dial(t, s)
	done := make(chan error, 1)
	go func() {
		_, err := c.Run(t.Context(), "hang", nil)
		done <- err
	}()
	for len(s.Commands()) == 0 {
		time.Sleep(time.Millisecond)
	}
	s.Drop()
	if err := <-done; err == nil || !strings.Contains(err.Error(), "connection is lost") {
		t.Errorf("got %v", err)
	}
}

func TestOnlyPinnedKeys(t *testing.T) {
	t.Parallel()
	s := remotetest.New(t, remotetest.Options{Handler: answer})
	to := target(t, s)

	to.HostKeys = append([]ssh.PublicKey{remotetest.NewKey(t).PublicKey()}, s.HostKeys()...)
	if c, err := remote.Dial(t.Context(), to); err != nil {
		t.Errorf("one of two pinned keys: %v", err)
	} else {
		_ = c.Close()
	}

	to.HostKeys = to.HostKeys[:1]
	_, err := remote.Dial(t.Context(), to)
	wrong, ok := errors.AsType[*remote.HostKeyError](err)
	if !ok {
		t.Fatalf("got %v, want a HostKeyError", err)
	}
	for _, key := range append(s.HostKeys(), to.HostKeys...) {
		if !strings.Contains(wrong.Error(), ssh.FingerprintSHA256(key)) {
			t.Errorf("%q lacks %s", wrong, ssh.FingerprintSHA256(key))
		}
	}
	if wrong.Hint() == "" {
		t.Error("no hint")
	}

	to.HostKeys = nil
	if _, err := remote.Dial(t.Context(), to); err == nil {
		t.Error("connected without a pinned key")
	}
}

func TestHostWithoutAKeyOfThePinnedType(t *testing.T) {
	t.Parallel()
	to := target(t, remotetest.New(t, remotetest.Options{}))
	to.HostKeys = remote.ParseHostKeys(strings.ReplaceAll(console, ed25519Line, ""))
	_, err := remote.Dial(t.Context(), to)
	if wrong, ok := errors.AsType[*remote.HostKeyError](err); !ok || wrong.Got != "" {
		t.Errorf("got %v", err)
	}
}

func TestDialSaysThatTheLoginIsRefused(t *testing.T) {
	t.Parallel()
	s := remotetest.New(t, remotetest.Options{Allow: func(string, ssh.PublicKey) bool { return false }})
	if _, err := remote.Dial(t.Context(), target(t, s)); !errors.Is(err, remote.ErrAuth) {
		t.Errorf("got %v", err)
	}
}

func TestDialEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := remotetest.New(t, remotetest.Options{Silent: true})
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(50*time.Millisecond, func() { cancel(io.ErrUnexpectedEOF) })
	start := time.Now()
	if _, err := remote.Dial(ctx, target(t, s)); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("took %s", took)
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	s := remotetest.New(t, remotetest.Options{})
	if err := remote.Answers(t.Context(), s.Addr); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := remote.Answers(ctx, s.Addr); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// A forwarder takes connections for a host that doesn't listen yet.
func TestAnswersIsMoreThanAConnection(t *testing.T) {
	t.Parallel()
	silent := remotetest.New(t, remotetest.Options{Silent: true})
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := remote.Answers(ctx, silent.Addr); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("one who says nothing: %v", err)
	}
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	go func() {
		if conn, err := l.Accept(); err == nil {
			_ = conn.Close()
		}
	}()
	if err := remote.Answers(t.Context(), l.Addr().(*net.TCPAddr).AddrPort()); err == nil {
		t.Error("one who hangs up is taken for a server")
	}
}
