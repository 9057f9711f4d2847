package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/davit-io/davit/test/internal/apiproxy"
	"github.com/davit-io/davit/test/internal/inventory"
)

// cloud measures n hosts, davit first and the raw client after it, through the same counting proxy.
func cloud(ctx context.Context, n int, floating bool) (row, error) {
	r := row{Name: "openstack-nofip", N: n}
	if floating {
		r.Name = "openstack"
	}
	file := os.Getenv("OS_CLIENT_CONFIG_FILE")
	if file == "" {
		return r, errors.New("OS_CLIENT_CONFIG_FILE is not set: run make bench, which brings the bed up")
	}
	dir, err := os.MkdirTemp("", "davit-bench-")
	if err != nil {
		return r, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	proxy, through, err := apiproxy.Clouds(file, dir)
	if err != nil {
		return r, err
	}
	defer proxy.Close()
	if err := emptied(ctx, func() error { return davits(ctx, &r, through, dir, floating) }); err != nil {
		return r, err
	}
	r.CallsPerHost = float64(len(proxy.Calls())) / float64(n)
	start := time.Now()
	err = emptied(ctx, func() error {
		err := rawHosts(ctx, through, n, floating)
		r.RawWallS = time.Since(start).Seconds()
		return err
	})
	return r, err
}

// davits makes n hosts and removes them, in two runs of the program as a user would.
func davits(ctx context.Context, r *row, clouds, home string, floating bool) error {
	var names []string
	for i := range r.N {
		names = append(names, fmt.Sprintf("bench-%d", i+1))
	}
	create := append([]string{
		"create", "--driver", "openstack", "--cloud", "bed", "--image", "debian-12", "--network", "private",
		"--flavor", "m1.tiny", "--disk", "size_gib=1", "--until", "active", "--timeout", "15m",
	}, names...)
	if floating {
		create = append(create, "--floating-pool", "public")
	}
	env := []string{"DAVIT_HOME=" + home + "/state", "OS_CLIENT_CONFIG_FILE=" + clouds}
	for _, args := range [][]string{create, append([]string{"rm", "-y"}, names...)} {
		wall, rss, err := program(ctx, env, args...)
		if err != nil {
			return err
		}
		r.WallS += wall
		r.PeakRSSMiB = max(r.PeakRSSMiB, rss)
	}
	return nil
}

// emptied runs f and wants the project as it was before: a figure of hosts that were not removed is none.
func emptied(ctx context.Context, f func() error) error {
	witness, err := inventory.Open(ctx, "bed")
	if err != nil {
		return err
	}
	before, err := witness.List(ctx)
	if err != nil {
		return err
	}
	if err := f(); err != nil {
		return err
	}
	after, err := witness.List(ctx)
	if err != nil {
		return err
	}
	if left := inventory.Diff(before, after); len(left) > 0 {
		return fmt.Errorf("the cloud is not as before: %v", left)
	}
	return nil
}
