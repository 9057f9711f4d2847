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

	"golang.org/x/sync/errgroup"

	"github.com/davit-io/davit/test/internal/inventory"
)

// lab runs davit on the clouds of a platform.
type lab struct {
	platform
	program string   // davit
	env     []string // for it, besides this process's
	dir     string   // for programs, records and proxies
	report  func(format string, args ...any)
}

// site is one cloud, its state before, and the records of the davits that run there.
type site struct {
	*lab
	*cloud
	dir    string
	before []inventory.Item
}

// on runs work on a cloud.
func (l *lab) on(ctx context.Context, slow bool, work func(*site) error) (err error) {
	c, err := l.open(ctx, l.dir, slow)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	s, err := l.site(ctx, c)
	if err != nil {
		return err
	}
	return work(s)
}

func (l *lab) site(ctx context.Context, c *cloud) (*site, error) {
	before, err := c.list(ctx)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(l.dir, "site-")
	return &site{l, c, dir, before}, err
}

// calls lists the calls of a create and a rm that nothing disturbs, and wants them to leave nothing.
func (s *site) calls(ctx context.Context) (map[string][]string, error) {
	proxy, env, err := s.through(s.dir)
	if err != nil {
		return nil, err
	}
	defer proxy.Close()
	calls := map[string][]string{}
	for _, operation := range []string{"create", "rm"} {
		proxy.Reset(nil)
		cmd := s.command(ctx, env, "dry-1", operation)
		if err := cmd.Run(); err != nil {
			return nil, fmt.Errorf("%s without a fault: %w: %s", operation, err, cmd.Stderr)
		}
		calls[operation] = proxy.Calls()
	}
	now, err := s.list(ctx)
	if err != nil {
		return nil, err
	}
	if left := s.left(s.before, now, 0); len(left) > 0 {
		return nil, fmt.Errorf("left without a fault: %v", left)
	}
	return calls, nil
}

// command is davit's for an operation on a host, with what it says kept in its Stderr.
func (s *site) command(ctx context.Context, env []string, host, operation string) *exec.Cmd {
	args := []string{"rm", "-y", host}
	if operation == "create" {
		args = append([]string{"create", host, "--until", "active", "--timeout", "4m"}, s.create...)
	}
	cmd := exec.CommandContext(ctx, s.program, args...)
	cmd.Env = slices.Concat(os.Environ(), s.env, env, []string{"DAVIT_HOME=" + filepath.Join(s.dir, "state")})
	cmd.Stderr = &bytes.Buffer{}
	return cmd
}

// figure tries points, a few at a time: side by side on one cloud, or each on a cloud of its own.
func (l *lab) figure(ctx context.Context, points []point, atOnce int) (result, error) {
	side, batches := 1, atOnce
	if !l.fresh {
		side, batches = atOnce, 1
	}
	var all result
	var mu sync.Mutex
	var group errgroup.Group
	group.SetLimit(batches)
	for some := range slices.Chunk(points, side) {
		group.Go(func() error {
			return l.on(ctx, some[0].fault == busy, func(s *site) error {
				r, err := s.batch(ctx, some)
				mu.Lock()
				defer mu.Unlock()
				all.add(r)
				return err
			})
		})
	}
	err := group.Wait()
	return all, err
}
