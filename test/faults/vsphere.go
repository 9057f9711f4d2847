package main

import (
	"context"
	"errors"
	"path/filepath"
	"strings"

	"github.com/davit-io/davit/internal/vcsim"
	"github.com/davit-io/davit/test/internal/apiproxy"
	"github.com/davit-io/davit/test/internal/inventory"
)

// vsphere is a simulated vCenter for each point, so that each has the first linked clone of a template. A host has two
// data disks beside the template's, each with two files, and two folders made on request.
var vsphere = platform{
	name:  "vsphere",
	build: buildVCenter,
	open:  openVCenter,
	create: []string{
		"--driver", "vsphere", "--datacenter", vcsim.Datacenter, "--cluster", vcsim.Cluster, "--datastore", vcsim.Datastore,
		"--image", vcsim.Template, "--network", vcsim.Network, "--folder", "ci/workers", "--tags", vcsim.Tag, "--anti-affinity", "ci",
		"--disk", "size_gib=1", "--disk", "size_gib=1,mount=/srv,type=" + vcsim.Policy,
	},
	makes: map[string]int{"vm": 1, "disk": 3, "folder": 2, "rule": 1, "tag": 1},
	fresh: true,
	stays: func(i inventory.Item) bool {
		return i.Kind == "snapshot" && i.Name == vcsim.Template+"/davit" || i.Kind == "file" && strings.HasSuffix(i.Name, ".vmsn")
	},
}

func buildVCenter(ctx context.Context, dir string) error {
	_, err := vcsim.Build(ctx, dir)
	return err
}

// openVCenter starts one of its own process. Its tasks take a while where slow is wanted: long enough for the next davit
// to come to what the last one had asked for.
func openVCenter(ctx context.Context, dir string, slow bool) (*cloud, error) {
	var args []string
	if slow {
		args = []string{"-tasks", "250ms"}
	}
	at, stop, err := vcsim.Spawn(ctx, filepath.Join(dir, "vcsim"), args...)
	if err != nil {
		return nil, err
	}
	c, err := vcenter(ctx, at, stop)
	if err != nil {
		err = errors.Join(err, stop())
	}
	return c, err
}

func vcenter(ctx context.Context, at string, stop func() error) (*cloud, error) {
	witness, err := inventory.OpenVCenter(ctx, at)
	return &cloud{
		direct: vcsim.Env(at), list: witness.List, close: stop,
		through: func(string) (*apiproxy.Proxy, []string, error) {
			proxy, through, err := apiproxy.Text(at)
			return proxy, vcsim.Env(through), err
		},
	}, err
}
