package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/davit-io/davit/test/internal/apiproxy"
	"github.com/davit-io/davit/test/internal/inventory"
)

// platform is a kind of cloud, and what a host is there.
type platform struct {
	name   string
	build  func(ctx context.Context, dir string) error // what open needs; nil: nothing
	open   func(ctx context.Context, dir string, slow bool) (*cloud, error)
	create []string                  // the arguments that make a host
	makes  map[string]int            // what a host consists of, by kind
	fresh  bool                      // each point has a cloud of its own
	stays  func(inventory.Item) bool // what is to be shared by later hosts, and stays
}

// cloud is where hosts are made.
type cloud struct {
	direct  []string // variables that lead davit there
	through func(dir string) (*apiproxy.Proxy, []string, error)
	list    func(context.Context) ([]inventory.Item, error)
	close   func() error
}

var platforms = []platform{openstack, vsphere}

// choose gives the platform of a name; "": all of them.
func choose(name string) ([]platform, error) {
	chosen := slices.DeleteFunc(slices.Clone(platforms), func(p platform) bool { return name != "" && p.name != name })
	if len(chosen) == 0 {
		var names []string
		for _, p := range platforms {
			names = append(names, p.name)
		}
		return nil, fmt.Errorf("-cloud %s: there are %s", name, strings.Join(names, ", "))
	}
	return chosen, nil
}

// exactly wants of each kind what n hosts consist of more than before.
func (p platform) exactly(now, before []inventory.Item, n int) error {
	got, had := inventory.Count(now), inventory.Count(before)
	for kind, each := range p.makes {
		if more := got[kind] - had[kind]; more != n*each {
			return fmt.Errorf("%d of kind %s for %d hosts, want %d", more, kind, n, n*each)
		}
	}
	return nil
}

// left says what came and what went, but for what stays and for the session of each process that had a fault: one that
// is killed can't log out, and its vCenter ends the session when it has been idle for long.
func (p platform) left(before, now []inventory.Item, faults int) []string {
	return inventory.Diff(before, slices.DeleteFunc(slices.Clone(now), func(i inventory.Item) bool {
		if i.Kind == "session" {
			faults--
			return faults >= 0
		}
		return p.stays != nil && p.stays(i)
	}))
}
