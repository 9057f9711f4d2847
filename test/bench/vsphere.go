package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/davit-io/davit/internal/vcsim"
	"github.com/davit-io/davit/test/internal/apiproxy"
	"github.com/davit-io/davit/test/internal/inventory"
)

const vsphereHost = `driver: vsphere
image: ` + vcsim.Template + `
network: ` + vcsim.Network + `
disks:
  - size_gib: 1
vsphere:
  datacenter: ` + vcsim.Datacenter + `
  cluster: ` + vcsim.Cluster + `
  datastore: ` + vcsim.Datastore + `
`

// openVCenter is a simulated vCenter of its own process, for one session of the lifecycle and for two runs of davit. The
// template gets its snapshot for linked clones from a host that is not measured.
func openVCenter(ctx context.Context) (_ []*cloud, err error) {
	dir, err := os.MkdirTemp("", "davit-bench-")
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "host.yaml")
	if err := os.WriteFile(file, []byte(vsphereHost), 0o600); err != nil {
		return nil, err
	}
	program, err := vcsim.Build(ctx, dir)
	if err != nil {
		return nil, err
	}
	at, stop, err := vcsim.Spawn(ctx, program)
	if err != nil {
		return nil, err
	}
	end := func() error { return errors.Join(stop(), os.RemoveAll(dir)) }
	defer func() {
		if err != nil {
			err = errors.Join(err, end())
		}
	}()
	cli, err := behind(ctx, at, file)
	if err != nil {
		return nil, err
	}
	cli.close = end
	one := *cli
	one.name, one.close = "vsphere", func() error { return nil }
	one.runs = func(_ *cloud, names []string) [][]string {
		return [][]string{{os.Args[0], "-file", file, "-session", strconv.Itoa(len(names))}}
	}
	return []*cloud{&one, cli}, cli.davits(ctx, &row{N: 1})
}

// behind is davit behind a proxy before a vCenter.
func behind(ctx context.Context, at, file string) (*cloud, error) {
	witness, err := inventory.OpenVCenter(ctx, at)
	if err != nil {
		return nil, err
	}
	proxy, through, err := apiproxy.Text(at)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", at, err)
	}
	return &cloud{
		name: "vsphere-cli", proxy: proxy, login: "Login", env: vcsim.Env(through), create: []string{"-f", file}, runs: twice,
		list: witness.List, raw: func(ctx context.Context, n int) error { return rawClones(ctx, through, n) },
	}, nil
}
