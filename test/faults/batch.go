package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// batch tries points at the same time and counts the cloud's things in between.
func (s *site) batch(ctx context.Context, points []point) (result, error) {
	ok := together(points, func(p point) error { return s.disturb(ctx, p) })
	now, err := s.list(ctx)
	if err != nil {
		return result{}, err
	}
	errs := failures(ok)
	if points[0].operation == "create" {
		errs = errors.Join(errs, s.exactly(now, s.before, len(points)))
		gone := together(points, func(p point) error { return s.quiet(ctx, p.host, "rm") })
		errs = errors.Join(errs, errors.Join(gone...))
		if now, err = s.list(ctx); err != nil {
			return result{}, err
		}
	}
	left := s.left(s.before, now, len(points))
	r := result{Pairs: len(points) - missed(ok), Orphans: len(left)}
	if errs == nil && len(left) == 0 {
		r.Survived = r.Pairs
		return r, nil
	}
	for _, p := range points {
		s.report("not survived: %s", p)
	}
	s.report("%v %s", errs, strings.Join(left, "\n"))
	return r, nil
}

// disturb runs the operation with its fault, then once more without.
func (s *site) disturb(ctx context.Context, p point) error {
	if p.operation == "rm" {
		if err := s.quiet(ctx, p.host, "create"); err != nil {
			return err
		}
	}
	dir := filepath.Join(s.dir, "proxy-"+p.host)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	proxy, env, err := s.through(dir)
	if err != nil {
		return err
	}
	defer proxy.Close()
	cmd := s.command(ctx, env, p.host, p.operation)
	started := make(chan struct{})
	proxy.Reset(func(n int, _ string) bool {
		<-started
		if n == p.n && p.fault != cut {
			_ = cmd.Process.Kill()
		}
		return n != p.n
	})
	if err := cmd.Start(); err != nil {
		return err
	}
	close(started)
	first := cmd.Wait()
	switch {
	case first == nil && len(proxy.Calls()) < p.n:
		return errNotReached
	case first == nil:
		return nil // it looked after the lost answer itself
	}
	return s.quiet(ctx, p.host, p.operation)
}

// done is the exit code of an operation that an earlier run had ended: the host exists, or there is none.
var done = map[string]int{"create": 4, "rm": 3}

// quiet runs the operation without a fault.
func (s *site) quiet(ctx context.Context, host, operation string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	cmd := s.command(ctx, s.direct, host, operation)
	err := cmd.Run()
	if err == nil || cmd.ProcessState.ExitCode() == done[operation] {
		return nil
	}
	return fmt.Errorf("%s %s: %w: %s", operation, host, err, cmd.Stderr)
}
