package main

import (
	"context"
	"errors"
	"os"

	"github.com/davit-io/davit/test/internal/apiproxy"
	"github.com/davit-io/davit/test/internal/inventory"
)

// openstack is the bed, which all points share.
var openstack = platform{
	name: "openstack",
	open: openBed,
	create: []string{
		"--driver", "openstack", "--cloud", "bed", "--image", "debian-12", "--network", "private", "--flavor", "m1.tiny",
		"--floating-pool", "public", "--disk", "size_gib=1",
	},
	makes: map[string]int{"server": 1, "volume": 1, "port": 1, "floating_ip": 1},
}

func openBed(ctx context.Context, _ string, _ bool) (*cloud, error) {
	file := os.Getenv("OS_CLIENT_CONFIG_FILE")
	if file == "" {
		return nil, errors.New("OS_CLIENT_CONFIG_FILE is not set: run make faults, which brings the bed up")
	}
	witness, err := inventory.Open(ctx, "bed")
	if err != nil {
		return nil, err
	}
	to := func(file string) []string { return []string{"OS_CLIENT_CONFIG_FILE=" + file} }
	return &cloud{
		direct: to(file), list: witness.List, close: func() error { return nil },
		through: func(dir string) (*apiproxy.Proxy, []string, error) {
			proxy, through, err := apiproxy.Clouds(file, dir)
			return proxy, to(through), err
		},
	}, nil
}
