package fake

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/wait"
)

// Create implements drivers.Driver.
func (d *client) Create(ctx context.Context, r drivers.Resolved, render drivers.Render, made func(drivers.Resource) error) (drivers.Host, error) {
	p, ok := r.Private.(resolved)
	if !ok {
		return drivers.Host{}, fmt.Errorf("host %s was not resolved by the fake driver", r.Spec.Name)
	}
	maker := &maker{client: d, spec: r.Spec, resolved: p, made: made}
	identities, err := maker.disks(ctx)
	if err != nil {
		return drivers.Host{}, err
	}
	id, err := maker.server(ctx, func() (drivers.Documents, error) { return render(identities) })
	if err != nil {
		return drivers.Host{}, err
	}
	if err := maker.address(ctx, id); err != nil {
		return drivers.Host{}, err
	}
	host, err := maker.running(ctx, id)
	host.Disks = identities
	return host, err
}

// maker makes one host.
type maker struct {
	*client
	resolved
	spec drivers.Spec
	made func(drivers.Resource) error
}

func (m *maker) disks(ctx context.Context) ([]drivers.DiskIdentity, error) {
	identities := make([]drivers.DiskIdentity, len(m.spec.Disks))
	for i, disk := range m.spec.Disks {
		r, err := m.ensure(ctx, OpVolumeCreate, drivers.KindVolume, disk.Name, func(c *Cloud, have *thing) (*thing, error) {
			if have != nil {
				return have, nil
			}
			return c.add(drivers.KindVolume, disk.Name, m.spec.Owner), nil
		})
		if err != nil {
			return nil, err
		}
		identities[i] = drivers.DiskIdentity{Path: "/dev/disk/by-id/virtio-" + r.ID[:20], ID: r.ID}
	}
	return identities, nil
}

func (m *maker) server(ctx context.Context, render func() (drivers.Documents, error)) (string, error) {
	var docs drivers.Documents
	if !m.there(drivers.KindServer, "") {
		var err error
		if docs, err = render(); err != nil {
			return "", err
		}
	}
	r, err := m.ensure(ctx, OpServerCreate, drivers.KindServer, m.spec.Name, func(c *Cloud, have *thing) (*thing, error) {
		if have != nil {
			return have, nil
		}
		return c.boot(m.spec, m.resolved, docs)
	})
	return r.ID, err
}

func (m *maker) address(ctx context.Context, server string) error {
	if m.options.AddressPool == "" {
		return nil
	}
	_, err := m.ensure(ctx, OpAddressCreate, drivers.KindFloatingIP, "", func(c *Cloud, have *thing) (*thing, error) {
		host, ok := c.get(drivers.KindServer, server)
		if !ok {
			return nil, gone("server", server)
		}
		if have == nil {
			have = c.add(drivers.KindFloatingIP, c.outside(host).String(), m.spec.Owner)
		}
		have.of = server
		return have, nil
	})
	return err
}

func (m *maker) there(kind drivers.Kind, name string) bool {
	m.cloud.mu.Lock()
	defer m.cloud.mu.Unlock()
	_, ok := m.cloud.of(m.spec.Owner, kind, name)
	return ok && m.spec.Again
}

// ensure hands do the resource that an earlier try made, or nil, and reports what it gives back.
func (m *maker) ensure(ctx context.Context, op string, kind drivers.Kind, name string, do func(c *Cloud, have *thing) (*thing, error)) (drivers.Resource, error) {
	var r drivers.Resource
	err := m.call(ctx, op, func(c *Cloud) error {
		var have *thing
		if m.spec.Again {
			have, _ = c.of(m.spec.Owner, kind, name)
		}
		th, err := do(c, have)
		if err == nil {
			r = th.Resource
		}
		return err
	})
	if err != nil {
		return r, fmt.Errorf("%s of %s: %w", kind, m.spec.Name, err)
	}
	return r, m.made(r)
}

// boot makes a server. The caller holds the lock.
func (c *Cloud) boot(s drivers.Spec, p resolved, docs drivers.Documents) (*thing, error) {
	var guest Guest
	if c.Guest != nil {
		var err error
		if guest, err = c.Guest(Boot{Name: s.Name, Owner: s.Owner, UserData: docs.UserData}); err != nil {
			return nil, err
		}
	}
	ip := guest.Addr
	if !ip.IsValid() || p.options.AddressPool != "" {
		ip = c.newAddress(10, 77)
	}
	th := c.add(drivers.KindServer, s.Name, s.Owner)
	th.guest = guest
	th.ready = time.Now().Add(time.Duration(p.options.BootWait) * time.Millisecond)
	th.host = drivers.Host{
		ID: th.ID, Stamp: s.Stamp, SSHPort: c.SSHPort, Name: s.Name, State: drivers.StateBuilding, LinkMTU: p.network.MTU,
		Addresses: []drivers.Address{{IP: ip}}, Tags: p.options.Notes,
	}
	if c.KnowsKeys {
		th.host.HostKeys = guest.HostKeys
	}
	for _, disk := range s.Disks {
		if v, ok := c.of(s.Owner, drivers.KindVolume, disk.Name); ok {
			v.of = th.ID
		}
	}
	return th, nil
}

func (m *maker) running(ctx context.Context, id string) (drivers.Host, error) {
	var host drivers.Host
	err := wait.Poll(ctx, wait.Pace{Min: 5 * time.Millisecond, Max: time.Second, Grow: 1.5}, func(ctx context.Context) (bool, string, error) {
		var err error
		host, err = m.Get(ctx, id)
		if err == nil && host.State == drivers.StateError {
			err = fmt.Errorf("server %s is in state error: %s", host.Name, host.Fault)
		}
		return host.State == drivers.StateRunning, "state " + string(host.State), err
	})
	return host, err
}

// Get implements drivers.Driver.
func (d *client) Get(ctx context.Context, id string) (drivers.Host, error) {
	var host drivers.Host
	err := d.call(ctx, OpServerGet, func(c *Cloud) error {
		th, ok := c.get(drivers.KindServer, id)
		if !ok {
			return gone("server", id)
		}
		host = c.view(th)
		return nil
	})
	return host, err
}

// Delete implements drivers.Driver.
func (d *client) Delete(ctx context.Context, rs []drivers.Resource) error {
	var errs []error
	for _, r := range slices.Backward(rs) {
		if err := d.call(ctx, OpDelete, func(c *Cloud) error { c.remove(r); return nil }); err != nil {
			errs = append(errs, fmt.Errorf("delete %s %s: %w", r.Kind, r.ID, err))
		}
	}
	return errors.Join(errs...)
}

func (c *Cloud) remove(r drivers.Resource) {
	th, ok := c.get(r.Kind, r.ID)
	if !ok {
		return
	}
	if _, full := c.of(th.owner, drivers.KindVolume, ""); r.Kind == KindFolder && full {
		return
	}
	if th.guest.Power != nil {
		th.guest.Power(false)
	}
	c.made = slices.DeleteFunc(c.made, func(other *thing) bool { return other == th })
}

func gone(what, id string) error {
	return &drivers.Error{Kind: drivers.ErrNotFound, Err: fmt.Errorf("there is no %s %s", what, id)}
}
