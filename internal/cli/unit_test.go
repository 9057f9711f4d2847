package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/store"
)

func TestExitCode(t *testing.T) {
	t.Parallel()
	of := func(kind error) error { return &drivers.Error{Kind: kind, Err: errors.New("x")} }
	for _, tc := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errors.New("x"), 1},
		{usagef("", "x"), 2},
		{field.Errorf("image", "x"), 2},
		{errors.Join(errors.New("x"), field.Errorf("image", "x")), 2},
		{of(drivers.ErrNotFound), 3},
		{field.Errorf("image", "%w", drivers.ErrNotFound), 3},
		{of(drivers.ErrExists), 4},
		{of(drivers.ErrAuth), 5},
		{of(drivers.ErrQuota), 6},
		{of(drivers.ErrCapacity), 6},
		{errors.Join(of(drivers.ErrNotFound), of(drivers.ErrQuota)), 6},
		{&lifecycle.PhaseError{Err: of(drivers.ErrTimeout)}, 7},
		{fmt.Errorf("x: %w", context.DeadlineExceeded), 7},
		{of(drivers.ErrUnsupported), 8},
		{&interruptedError{}, 130},
		{errors.Join(context.Canceled, of(drivers.ErrTimeout)), 130},
		{&statusError{42}, 42},
	} {
		if got := exitCode(tc.err); got != tc.want {
			t.Errorf("%v: %d, want %d", tc.err, got, tc.want)
		}
	}
}

func TestSplitKeepsWhatSaysMore(t *testing.T) {
	t.Parallel()
	a, b := errors.New("a"), &drivers.Error{Kind: drivers.ErrQuota, Err: errors.New("b"), Next: "ask"}
	var got []string
	for _, e := range split(errors.Join(a, errors.Join(b, fmt.Errorf("c: %w", errors.Join(a, a))))) {
		got = append(got, e.Error()+"/"+drivers.Hint(e))
	}
	if diff := cmp.Diff([]string{"a/", "b/ask", "c: a\na/"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestExpand(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		in   string
		want string // empty: refused
	}{
		{"a b", "a b"},
		{"web-{1..3}", "web-1 web-2 web-3"},
		{"web-{08..10}-x y", "web-08-x web-09-x web-10-x y"},
		{"web-{3..1}", ""},
		{"web-{1..1001}", ""},
		{"web-{1..99999999999999999999}", ""},
		{"web-{a..b}", ""},
		{"web-{1..2}{1..2}", ""},
		{"a a", ""},
		{"web-{1..3} web-2", ""},
	} {
		got, err := expand(strings.Fields(tc.in))
		if strings.Join(got, " ") != tc.want || (err == nil) != (tc.want != "") {
			t.Errorf("%s: %v, %v", tc.in, got, err)
		}
	}
}

// reached is a store with hosts that can be reached.
func reached(t *testing.T, ports ...int) *app {
	t.Helper()
	s, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for i, port := range ports {
		rec := &lifecycle.Record{
			Version: lifecycle.RecordVersion, Name: fmt.Sprintf("web-%d", i+1), User: "debian", KeyFile: "/key", SSHPort: port,
			Addresses: []drivers.Address{{IP: netip.AddrFrom4([4]byte{192, 0, 2, byte(i + 1)})}},
			HostKeys:  []string{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"},
		}
		if err := s.Save(t.Context(), rec); err != nil {
			t.Fatal(err)
		}
	}
	return &app{store: s}
}

func TestCopyPaths(t *testing.T) {
	t.Parallel()
	a := reached(t, 0, 0, 2222)
	for _, tc := range []struct {
		in, want string
		hosts    int
		kind     error
	}{
		{"x web-1:/tmp", "x debian@192.0.2.1:/tmp", 1, nil},
		{"web-1:a web-1:b ./odd:name", "debian@192.0.2.1:a debian@192.0.2.1:b ./odd:name", 1, nil},
		{"web-1:a web-2:", "debian@192.0.2.1:a debian@192.0.2.2:", 2, nil},
		{"web-1:a web-3:", "", 0, drivers.ErrUnsupported},
		{"web-9:a .", "", 0, drivers.ErrNotFound},
		{"a b", "", 0, nil},
	} {
		paths, recs, err := a.copyPaths(strings.Fields(tc.in))
		if strings.Join(paths, " ") != tc.want || len(recs) != tc.hosts || (err == nil) != (tc.want != "") {
			t.Errorf("%s: %v, %d hosts, %v", tc.in, paths, len(recs), err)
		}
		if tc.kind != nil && !errors.Is(err, tc.kind) {
			t.Errorf("%s: %v is not %v", tc.in, err, tc.kind)
		}
	}
}

func TestSSHURL(t *testing.T) {
	t.Parallel()
	for want, rec := range map[string]*lifecycle.Record{
		"ssh://u@192.0.2.1":          {User: "u", Addresses: []drivers.Address{{IP: netip.MustParseAddr("192.0.2.1")}}},
		"ssh://u@192.0.2.1:2222":     {User: "u", SSHPort: 2222, Addresses: []drivers.Address{{IP: netip.MustParseAddr("192.0.2.1")}}},
		"ssh://u@[2001:db8::1]":      {User: "u", Addresses: []drivers.Address{{IP: netip.MustParseAddr("2001:db8::1")}}},
		"ssh://u@[2001:db8::1]:2222": {User: "u", SSHPort: 2222, Addresses: []drivers.Address{{IP: netip.MustParseAddr("2001:db8::1")}}},
	} {
		if got := sshURL(rec); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestProgressInPlace(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := &progress{out: &out, start: time.Now(), width: 24, live: true, names: []string{"a", "web-1"}, last: map[string]string{}}
	p.report(lifecycle.Event{Host: "a", Text: "one"})
	p.report(lifecycle.Event{Host: "a", Text: "one"})
	p.report(lifecycle.Event{Host: "web-1", Text: "far too long a line"})
	p.end()
	want := "\r\x1b[K[ 0:00] a      one\n\r\x1b[K[ 0:00] web-1  \n" +
		"\x1b[2A\r\x1b[K[ 0:00] a      one\n\r\x1b[K[ 0:00] web-1  far too…\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}

func TestInterruptibleEndsWithoutItsWork(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	hang := make(chan struct{})
	defer close(hang)
	start := time.Now()
	err := interruptible(ctx, say("go on"), func() error { <-hang; return nil })
	if drivers.Hint(err) != "go on" || exitCode(err) != exitInterrupted {
		t.Errorf("got %v", err)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("it took %v", took)
	}
}
