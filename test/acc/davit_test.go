//go:build acc

// Package acc proves davit on real parts: a real OpenStack whose servers really boot, seen from outside and inside.
// test/acc.sh brings up what it needs.
package acc

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// program is the davit under test, with a state folder of its own.
type program struct {
	t    *testing.T
	bin  string
	home string
	env  []string // besides that of the test
}

func newProgram(t *testing.T) program {
	t.Helper()
	bin, err := filepath.Abs("../../bin/davit")
	check(t, err)
	return program{t: t, bin: bin, home: t.TempDir()}
}

// on is the program in a subtest.
func (p program) on(t *testing.T) program {
	p.t = t
	return p
}

// run gives stdout; a failure ends the test with all that davit said.
func (p program) run(ctx context.Context, args ...string) string {
	p.t.Helper()
	start := time.Now()
	out, text, code := p.try(ctx, args...)
	p.t.Logf("davit %s: exit %d after %s", strings.Join(args, " "), code, time.Since(start).Round(100*time.Millisecond))
	if code != 0 {
		p.t.Fatalf("%s%s", out, text)
	}
	return out
}

// try gives stdout, stderr and the exit code.
func (p program) try(ctx context.Context, args ...string) (string, string, int) {
	p.t.Helper()
	return p.exec(ctx, p.bin, args...)
}

func (p program) exec(ctx context.Context, name string, args ...string) (string, string, int) {
	p.t.Helper()
	var out, text bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), "DAVIT_HOME="+filepath.Join(p.home, "state"), "HOME="+p.home)
	cmd.Env = append(cmd.Env, p.env...)
	cmd.Stdout, cmd.Stderr = &out, &text
	err := cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return out.String(), text.String(), exit.ExitCode()
	}
	check(p.t, err)
	return out.String(), text.String(), 0
}

// ssh runs a command on the host over davit's pinned connection.
func (p program) ssh(ctx context.Context, host, command string) string {
	p.t.Helper()
	return strings.TrimSpace(p.run(ctx, "ssh", host, "--", command))
}

// removed takes the host away when the test ends, however it ends.
func (p program) removed(host string) {
	p.t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
		defer cancel()
		if _, text, code := p.try(ctx, "rm", "-y", host); code != 0 && code != 3 {
			p.t.Errorf("davit rm %s: exit %d: %s", host, code, text)
		}
	})
}
