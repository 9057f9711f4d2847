package main

import (
	"io"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/internal/vcsim"
)

// program is davit, built as make build does.
var program string

func TestMain(m *testing.M) {
	log.SetOutput(io.Discard) // the simulator logs each disk twice
	dir, err := os.MkdirTemp("", "davit-faults-")
	if err != nil {
		panic(err)
	}
	program = filepath.Join(dir, "davit")
	build := exec.Command("go", "build", "-trimpath", "-o", program, "github.com/davit-io/davit/cmd/davit")
	build.Env, build.Stderr = append(os.Environ(), "CGO_ENABLED=0"), os.Stderr
	if err := build.Run(); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

func newLab(t *testing.T) *lab {
	t.Helper()
	return &lab{platform: vsphere, program: program, dir: t.TempDir(), report: t.Logf}
}

// TestSome is a part of make faults.
func TestSome(t *testing.T) {
	t.Parallel()
	results, err := newLab(t).run(t.Context(), 9, 3)
	if err != nil {
		t.Fatal(err)
	}
	if len(results) != 6 {
		t.Errorf("%d rows", len(results))
	}
	for _, r := range results {
		if r.Pairs == 0 || r.bad() > 0 {
			t.Errorf("%+v", r)
		}
	}
}

// TestBroken has the vCenter refuse steps of a create, and wants the cause, the exit code that goes with it, a create that
// goes on when all is well again, and a removal that leaves nothing.
func TestBroken(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	for _, tc := range []struct {
		name, operation string
		kind            simulator.FaultType
		fault           types.BaseMethodFault
		times           int // 0: always
		code            int
		says            []string
	}{
		{"the session ends", "ReconfigVM_Task", simulator.FaultTypeNotAuthenticated, nil, 1, 0, nil},
		{"sessions end at once", "ReconfigVM_Task", simulator.FaultTypeNotAuthenticated, nil, 0, 5, []string{"configure web", "NotAuthenticated", "hint: the session was ended"}},
		{"timeout", "CloneVM_Task", simulator.FaultTypeTimeout, nil, 0, 7, []string{"clone golden to web", "timed out", "hint: the vCenter is slow"}},
		{"no room for the machine", "CloneVM_Task", simulator.FaultTypeInsufficientResourcesFault, nil, 0, 6, []string{"clone golden to web", "InsufficientResourcesFault", "hint: choose another cluster"}},
		{"no room to run", "PowerOnVM_Task", simulator.FaultTypeInsufficientResourcesFault, nil, 0, 6, []string{"start web", "InsufficientResourcesFault", "hint: choose another cluster"}},
		{"the datastore is full", "CloneVM_Task", simulator.FaultTypeCustom, &types.NoDiskSpace{Datastore: vcsim.Datastore}, 0, 6, []string{"NoDiskSpace"}},
		{"no permission", "CreateFolder", simulator.FaultTypeNoPermission, nil, 0, 5, []string{"make folder", "privilege", "hint: ask the vCenter's administrator"}},
		{"wrong password", "Login", simulator.FaultTypeCustom, &types.InvalidLogin{}, 0, 5, []string{"log in at", "hint: check vcenter_user"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			v, s := newSite(t, l)
			v.Break(tc.operation, tc.kind, tc.fault, tc.times)
			s.expect(t, "create", tc.code, tc.says)
			v.Mend()
			if err := s.quiet(t.Context(), "web", "create"); err != nil {
				t.Error(err)
			}
			now, err := s.list(t.Context())
			if err := s.exactly(now, s.before, 1); err != nil {
				t.Error(err)
			}
			if err != nil {
				t.Error(err)
			}
			s.expect(t, "rm", 0, nil)
			s.empty(t)
		})
	}
}

// TestRollback takes back what was made before the vCenter refused.
func TestRollback(t *testing.T) {
	t.Parallel()
	l := newLab(t)
	l.create = append([]string{"--on-error", "rollback"}, l.create...)
	v, s := newSite(t, l)
	v.Break("PowerOnVM_Task", simulator.FaultTypeInsufficientResourcesFault, nil, 0)
	s.expect(t, "create", 6, []string{"start web", "all that was made is removed again"})
	s.empty(t)
}

func newSite(t *testing.T, l *lab) (*vcsim.VCenter, *site) {
	t.Helper()
	v, err := vcsim.Start(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	c, err := vcenter(t.Context(), v.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := l.site(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return v, s
}

// expect runs an operation on host web, and wants its exit code and words.
func (s *site) expect(t *testing.T, operation string, code int, says []string) {
	t.Helper()
	cmd := s.command(t.Context(), s.direct, "web", operation)
	_ = cmd.Run() // its exit code tells
	if got := cmd.ProcessState.ExitCode(); got != code {
		t.Errorf("%s: exit code %d, want %d: %s", operation, got, code, cmd.Stderr)
	}
	text := cmd.Stderr.(interface{ String() string }).String()
	for _, part := range says {
		if !strings.Contains(text, part) {
			t.Errorf("%s doesn't say %q: %s", operation, part, text)
		}
	}
}

// empty wants all as it was before, sessions too.
func (s *site) empty(t *testing.T) {
	t.Helper()
	now, err := s.list(t.Context())
	if left := s.left(s.before, now, 0); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}
