package openstack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"
	"golang.org/x/sync/errgroup"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/gather"
)

// creation is one call of Create.
type creation struct {
	*Driver
	s      *session
	spec   drivers.Spec
	plan   *plan
	made   func(drivers.Resource) error
	known  map[string]bool // ids of what was made or adopted; the steps of a creation that report follow each other
	unsure bool            // there may be two of something
}

// Create makes volumes, then the server, then its floating IP while the server is still being built.
func (d *Driver) Create(ctx context.Context, r drivers.Resolved, render drivers.Render, made func(drivers.Resource) error) (drivers.Host, error) {
	p, ok := r.Private.(*plan)
	if !ok {
		return drivers.Host{}, fmt.Errorf("openstack: host %s was not resolved by this driver", r.Spec.Name)
	}
	s, err := d.session(ctx)
	if err != nil {
		return drivers.Host{}, err
	}
	c := &creation{Driver: d, s: s, spec: r.Spec, plan: p, made: made, known: map[string]bool{}, unsure: r.Spec.Again}
	if err := c.clear(ctx); err != nil {
		return drivers.Host{}, err
	}
	disks, err := c.makeVolumes(ctx)
	if err != nil {
		return drivers.Host{}, err
	}
	id, err := c.makeServer(ctx, disks, render)
	if err != nil {
		return drivers.Host{}, err
	}
	host, err := c.bringUp(ctx, id)
	if err != nil {
		return drivers.Host{}, err
	}
	host.Disks = identities(disks)
	return host, c.removeTwins(ctx)
}

// clear removes a server of an earlier try that never worked: it holds the volumes.
func (c *creation) clear(ctx context.Context) error {
	if !c.spec.Again {
		return nil
	}
	things, _, err := c.owned[drivers.KindServer].Get(ctx, string(c.spec.Owner))
	for _, o := range only(things, func(o owned) bool { return o.broken }) {
		err = errors.Join(err, c.Delete(ctx, []drivers.Resource{o.Resource}))
	}
	return err
}

// bringUp waits for the server and gives it its address meanwhile.
func (c *creation) bringUp(ctx context.Context, id string) (drivers.Host, error) {
	var (
		up server
		ip owned
	)
	g, side := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		up, err = c.awaitActive(side, id)
		return err
	})
	if c.plan.pool != "" {
		g.Go(func() (err error) {
			ip, err = c.makeFloatingIP(side, id)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return drivers.Host{}, err
	}
	fixed, err := c.follow(ctx, up, ip)
	if err != nil {
		return drivers.Host{}, err
	}
	return drivers.Host{
		ID: up.ID, Name: up.Name, State: stateOf(up), LinkMTU: c.plan.mtu, Addresses: withFloating(fixed, ip.ip.FloatingIP),
	}, nil
}

// awaitActive waits until a server runs, or says why it never will.
func (d *Driver) awaitActive(ctx context.Context, id string) (server, error) {
	var last server
	err := await(ctx, buildLimit, d.pace.of(2000*time.Millisecond), "for server "+id, func(ctx context.Context) (bool, string, error) {
		s, there, err := d.serverNow(ctx, d.waitingServers, id)
		switch {
		case err != nil:
			return false, "", err
		case !there:
			return false, "", &drivers.Error{Kind: drivers.ErrNotFound, Err: fmt.Errorf("server %s is gone while it was being built", id)}
		case s.Status == "ERROR":
			return false, "", fault(s)
		}
		last = s
		return s.Status == "ACTIVE", statusOf(s), nil
	})
	return last, err
}

// serverNow reads a server; one that a list lacks is asked for by itself before it is called missing.
func (d *Driver) serverNow(ctx context.Context, from *gather.Of[server], id string) (server, bool, error) {
	s, there, err := from.Get(ctx, id)
	if err != nil || there {
		return s, there && !gone(s), err
	}
	one, err := d.loadServers(ctx, []string{id})
	s, there = one[id]
	return s, there && !gone(s), err
}

func (c *creation) makeServer(ctx context.Context, disks []owned, render drivers.Render) (string, error) {
	var opts servers.CreateOptsBuilder
	o, err := c.ensure(ctx, drivers.KindServer, 0, func(ctx context.Context) (owned, error) {
		if opts == nil {
			docs, err := render(identities(disks))
			if err != nil {
				return owned{}, &stop{err}
			}
			opts = c.serverOpts(disks, docs.UserData)
		}
		made, err := servers.Create(ctx, c.s.compute, opts, nil).Extract()
		if err != nil {
			return owned{}, explain(err, "create server %s", c.spec.Name)
		}
		return owned{Found: found(drivers.KindServer, made.ID, c.spec.Name, string(c.spec.Owner))}, nil
	})
	return o.ID, err
}

// follow gives the fixed addresses of a server that runs. A server that was built anew on another hypervisor has
// another port than the one the floating IP was made for; then the floating IP moves to it.
func (c *creation) follow(ctx context.Context, up server, ip owned) ([]drivers.Address, error) {
	fixed := slices.DeleteFunc(addressesOf(up), func(a drivers.Address) bool { return a.Floating })
	if len(fixed) > 0 && (ip.ID == "" || has(fixed, ip.ip.FixedIP)) {
		return fixed, nil
	}
	p, there, err := c.ports.Get(ctx, up.ID)
	if err != nil || !there {
		return fixed, err
	}
	if ip.ID != "" && ip.ip.PortID != p.ID {
		if err := c.s.moveFloatingIP(ctx, ip, p.ID); err != nil {
			return nil, err
		}
	}
	return addressesOfPort(p), nil
}
