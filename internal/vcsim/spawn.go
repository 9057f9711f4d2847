package vcsim

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Build builds the command test/vcsim into dir and gives its file.
func Build(ctx context.Context, dir string) (program string, err error) {
	program = filepath.Join(dir, "vcsim")
	// The flags are those of make build, so that most is built already.
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", program, "github.com/davit-io/davit/test/vcsim")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the simulator: %w\n%s", err, out)
	}
	return program, nil
}

// Spawn starts what Build built, with more arguments, and gives the URL of its SDK. stop ends it, and it ends with this
// process too. A vCenter of its own process shares no processor time, no lock-up and, in tests with -race, no races with
// what is tested.
func Spawn(ctx context.Context, program string, args ...string) (vcenter string, stop func() error, err error) {
	cmd := exec.CommandContext(ctx, program, append([]string{"-listen", "127.0.0.1:0", "-with-input"}, args...)...)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return "", nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() error {
		_ = stdin.Close() // it ends with its input
		return cmd.Wait()
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return "", nil, errors.Join(fmt.Errorf("the simulator has not started: %w", err), stop())
	}
	return strings.TrimPrefix(strings.TrimSpace(line), "export GOVC_URL="), stop, nil
}
