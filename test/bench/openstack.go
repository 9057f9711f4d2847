package main

import (
	"context"
	"errors"
	"os"

	"github.com/davit-io/davit/test/internal/apiproxy"
	"github.com/davit-io/davit/test/internal/inventory"
)

// openBeds is the bed, with a floating IP for each host and without.
func openBeds(ctx context.Context) ([]*cloud, error) {
	floating, err := openBed(ctx, true)
	if err != nil {
		return nil, err
	}
	without, err := openBed(ctx, false)
	return []*cloud{floating, without}, err
}

func openBed(ctx context.Context, floating bool) (*cloud, error) {
	file := os.Getenv("OS_CLIENT_CONFIG_FILE")
	if file == "" {
		return nil, errors.New("OS_CLIENT_CONFIG_FILE is not set: run make bench, which brings the bed up")
	}
	witness, err := inventory.Open(ctx, "bed")
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "davit-bench-")
	if err != nil {
		return nil, err
	}
	proxy, through, err := apiproxy.Clouds(file, dir)
	c := &cloud{
		name: "openstack-nofip", proxy: proxy, login: "POST /v3/auth/tokens", env: []string{"OS_CLIENT_CONFIG_FILE=" + through},
		create: []string{
			"--driver", "openstack", "--cloud", "bed", "--image", "debian-12", "--network", "private", "--flavor", "m1.tiny", "--disk", "size_gib=1",
		},
		runs: twice, list: witness.List,
		raw:   func(ctx context.Context, n int) error { return rawHosts(ctx, through, n, floating) },
		close: func() error { return os.RemoveAll(dir) },
	}
	if floating {
		c.name, c.create = "openstack", append(c.create, "--floating-pool", "public")
	}
	return c, err
}
