package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/davit-io/davit/test/internal/apiproxy"
	"github.com/davit-io/davit/test/internal/inventory"
)

// The faults.
const (
	kill = "kill -9"     // the process dies when the cloud has answered, before the answer arrives
	cut  = "answer lost" // the answer is lost and the process goes on
)

// point is one try: the fault after the nth call of an operation.
type point struct {
	host, operation, fault, call string
	n                            int
}

func (p point) String() string {
	return fmt.Sprintf("%s, %s after call %d, %s", p.operation, p.fault, p.n, p.call)
}

func pointsOf(calls []string, operation, fault string, every int) []point {
	var points []point
	for i := 0; i < len(calls); i += every {
		points = append(points, point{fmt.Sprintf("fault-%s-%d", operation, i+1), operation, fault, calls[i], i + 1})
	}
	return points
}

// lab is the cloud, its state before, and a folder for the records of the davits it runs.
type lab struct {
	dir, file string
	cloud     *inventory.Cloud
	before    []inventory.Item
}

func newLab(ctx context.Context) (*lab, error) {
	file := os.Getenv("OS_CLIENT_CONFIG_FILE")
	if file == "" {
		return nil, errors.New("OS_CLIENT_CONFIG_FILE is not set: run make faults, which brings the bed up")
	}
	cloud, err := inventory.Open(ctx, "bed")
	if err != nil {
		return nil, err
	}
	before, err := cloud.List(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "davit-faults-")
	return &lab{dir, file, cloud, before}, err
}

func (l *lab) close() { _ = os.RemoveAll(l.dir) }

// dryRun lists the calls of a create and a rm that nothing disturbs.
func (l *lab) dryRun(ctx context.Context) (map[string][]string, error) {
	proxy, file, err := l.proxy("dry")
	if err != nil {
		return nil, err
	}
	defer proxy.Close()
	calls := map[string][]string{}
	for _, operation := range []string{"create", "rm"} {
		proxy.Reset(nil)
		if err := l.davit(ctx, file, "dry-1", operation).Run(); err != nil {
			return nil, fmt.Errorf("%s without a fault: %w", operation, err)
		}
		calls[operation] = proxy.Calls()
	}
	return calls, nil
}

func (l *lab) proxy(name string) (*apiproxy.Proxy, string, error) {
	dir := filepath.Join(l.dir, "proxy-"+name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, "", err
	}
	return apiproxy.Start(l.file, dir)
}

// davit is the command of an operation on a host, with what it says kept in its Stderr.
func (l *lab) davit(ctx context.Context, clouds, host, operation string) *exec.Cmd {
	args := []string{"rm", "-y", host}
	if operation == "create" {
		args = []string{
			"create", host, "--driver", "openstack", "--cloud", "bed", "--image", "debian-12", "--network", "private",
			"--flavor", "m1.tiny", "--floating-pool", "public", "--disk", "size_gib=1", "--until", "active", "--timeout", "4m",
		}
	}
	cmd := exec.CommandContext(ctx, "bin/davit", args...)
	cmd.Env = append(os.Environ(), "DAVIT_HOME="+filepath.Join(l.dir, "state"), "OS_CLIENT_CONFIG_FILE="+clouds)
	cmd.Stderr = &bytes.Buffer{}
	return cmd
}

// batch tries points at the same time and counts the cloud's things in between.
func (l *lab) batch(ctx context.Context, points []point, r *result) error {
	ok, gone := make([]error, len(points)), make([]error, len(points))
	together(points, func(i int, p point) { ok[i] = l.disturb(ctx, p) })
	now, err := l.cloud.List(ctx)
	if err != nil {
		return err
	}
	errs := failures(ok)
	if points[0].operation == "create" {
		errs = errors.Join(errs, exactly(inventory.Count(now), inventory.Count(l.before), len(points)))
		together(points, func(i int, p point) { gone[i] = l.quiet(ctx, p.host, "rm") })
		errs = errors.Join(errs, errors.Join(gone...))
		if now, err = l.cloud.List(ctx); err != nil {
			return err
		}
	}
	left := inventory.Diff(l.before, now)
	tried := len(points) - missed(ok)
	r.Pairs += tried
	r.Orphans += len(left)
	if errs == nil && len(left) == 0 {
		r.Survived += tried
		return nil
	}
	for _, p := range points {
		fmt.Println("not survived:", p)
	}
	fmt.Println(errs, left)
	l.before = now // what is left is counted once
	return nil
}

// errNotReached tells of a process that ended well before the call of its fault: waits need a call less now and then.
var errNotReached = errors.New("the call was not reached")

func missed(errs []error) int {
	n := 0
	for _, err := range errs {
		if errors.Is(err, errNotReached) {
			n++
		}
	}
	return n
}

func failures(errs []error) error {
	return errors.Join(slices.DeleteFunc(slices.Clone(errs), func(err error) bool { return errors.Is(err, errNotReached) })...)
}

func together(points []point, f func(int, point)) {
	var wg sync.WaitGroup
	for i, p := range points {
		wg.Go(func() { f(i, p) })
	}
	wg.Wait()
}

// exactly wants n of each kind more than before.
func exactly(now, before map[string]int, n int) error {
	var errs []error
	for _, kind := range []string{"server", "volume", "port", "floating_ip"} {
		if got := now[kind] - before[kind]; got != n {
			errs = append(errs, fmt.Errorf("%d of kind %s for %d hosts", got, kind, n))
		}
	}
	return errors.Join(errs...)
}

// disturb runs the operation with its fault, then once more without.
func (l *lab) disturb(ctx context.Context, p point) error {
	if p.operation == "rm" {
		if err := l.quiet(ctx, p.host, "create"); err != nil {
			return err
		}
	}
	proxy, file, err := l.proxy(p.host)
	if err != nil {
		return err
	}
	defer proxy.Close()
	cmd := l.davit(ctx, file, p.host, p.operation)
	proxy.Reset(func(n int, _ string) bool {
		if n == p.n && p.fault == kill {
			_ = cmd.Process.Kill()
		}
		return n != p.n
	})
	first := cmd.Run()
	switch {
	case first == nil && len(proxy.Calls()) < p.n:
		return errNotReached
	case first == nil:
		return nil // it looked after the lost answer itself
	}
	return l.quiet(ctx, p.host, p.operation)
}

// quiet runs the operation without a fault. A rm that finds no record has nothing to do any more.
func (l *lab) quiet(ctx context.Context, host, operation string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	cmd := l.davit(ctx, l.file, host, operation)
	err := cmd.Run()
	if err == nil || operation == "rm" && cmd.ProcessState.ExitCode() == 3 {
		return nil
	}
	return fmt.Errorf("%s %s: %w: %s", operation, host, err, cmd.Stderr)
}
