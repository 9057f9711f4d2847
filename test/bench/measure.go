package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/davit-io/davit/test/internal/apiproxy"
	"github.com/davit-io/davit/test/internal/inventory"
)

// cloud is where hosts are measured, behind a proxy that counts.
type cloud struct {
	name   string
	proxy  *apiproxy.Proxy
	login  string   // the call that is one
	env    []string // that leads davit through the proxy
	create []string // the arguments that make hosts, besides their names
	runs   func(c *cloud, names []string) [][]string
	list   func(context.Context) ([]inventory.Item, error)
	raw    func(ctx context.Context, n int) error // makes hosts and removes them, with the least a client can do
	close  func() error
}

// twice is davit as one uses it: a run that makes hosts, and one that removes them.
func twice(c *cloud, names []string) [][]string {
	create := slices.Concat([]string{davit, "create", "--until", "active", "--timeout", limit.String()}, c.create, names)
	return [][]string{create, append([]string{davit, "rm", "-y"}, names...)}
}

// measure makes n hosts and removes them, davit first and the raw client after it.
func (c *cloud) measure(ctx context.Context, n int) (row, error) {
	r := row{Name: c.name, N: n}
	c.proxy.Reset(nil)
	if err := c.emptied(ctx, func() error { return c.davits(ctx, &r) }); err != nil {
		return r, err
	}
	r.CallsPerHost = float64(len(c.proxy.Calls())) / float64(n)
	start := time.Now()
	err := c.emptied(ctx, func() error {
		err := c.raw(ctx, n)
		r.RawWallS = time.Since(start).Seconds()
		return err
	})
	return r, err
}

// davits makes n hosts and removes them.
func (c *cloud) davits(ctx context.Context, r *row) error {
	home, err := os.MkdirTemp("", "davit-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(home) }()
	names := make([]string, r.N)
	for i := range names {
		names[i] = fmt.Sprintf("bench-%d", i+1)
	}
	env := append([]string{"DAVIT_HOME=" + filepath.Join(home, "state")}, c.env...)
	for _, run := range c.runs(c, names) {
		earlier := len(c.proxy.Calls())
		wall, rss, err := program(ctx, env, run...)
		if err != nil {
			return err
		}
		r.WallS += wall
		r.PeakRSSMiB = max(r.PeakRSSMiB, rss)
		r.logins = append(r.logins, c.logins(c.proxy.Calls()[earlier:]))
	}
	return nil
}

func (c *cloud) logins(calls []string) int {
	return len(slices.DeleteFunc(calls, func(call string) bool { return call != c.login }))
}

// emptied runs f and wants the cloud as it was before: a figure of hosts that were not removed is none.
func (c *cloud) emptied(ctx context.Context, f func() error) error {
	before, err := c.list(ctx)
	if err != nil {
		return err
	}
	if err := f(); err != nil {
		return err
	}
	after, err := c.list(ctx)
	if err != nil {
		return err
	}
	if left := inventory.Diff(before, after); len(left) > 0 {
		return fmt.Errorf("the cloud is not as before: %v", left)
	}
	return nil
}
