package generic

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/remote"
)

// Get implements drivers.Driver. A machine that can't be reached is in an unknown state.
func (d *Driver) Get(ctx context.Context, id string) (drivers.Host, error) {
	if err := ctx.Err(); err != nil {
		return drivers.Host{}, err
	}
	o, owner, err := d.find(id)
	if err != nil {
		return drivers.Host{}, err
	}
	m, err := o.connect(ctx)
	if err != nil && ctx.Err() == nil {
		return drivers.Host{ID: id, State: drivers.StateUnknown, Fault: err.Error(), SSHPort: o.port()}, nil
	}
	if err != nil {
		return drivers.Host{}, err
	}
	defer func() { _ = m.Close() }()
	has, name, err := m.owner(ctx, o)
	if err != nil {
		return drivers.Host{}, err
	}
	if has != owner {
		return drivers.Host{}, &drivers.Error{Kind: drivers.ErrNotFound, Err: fmt.Errorf("machine %s is not this host's", o.where())}
	}
	return m.host(o, owner, name), nil
}

// owner says who has the machine; empty: nobody.
func (s *session) owner(ctx context.Context, o *Options) (owner drivers.Owner, host string, err error) {
	text, err := s.root(ctx, o, "owner.sh")
	first, rest, _ := strings.Cut(text, "\n")
	return drivers.Owner(first), strings.TrimSpace(rest), err
}

// Find implements drivers.Finder for the machines that the driver knows.
func (d *Driver) Find(ctx context.Context, owner drivers.Owner) ([]drivers.Found, error) {
	var out []drivers.Found
	var errs []error
	for _, o := range d.known() {
		has, err := o.ownerOf(ctx)
		errs = append(errs, err)
		if has != "" && (owner == "" || has == owner) {
			out = append(out, drivers.Found{Resource: resource(o, has), Owner: has})
		}
	}
	return out, errors.Join(errs...)
}

func (o *Options) ownerOf(ctx context.Context) (drivers.Owner, error) {
	m, err := o.connect(ctx)
	if err != nil {
		return "", err
	}
	defer func() { _ = m.Close() }()
	owner, _, err := m.owner(ctx, o)
	return owner, err
}

// Diagnose implements drivers.Diagnoser: what stands between here and a port.
func (d *Driver) Diagnose(ctx context.Context, id string, port int) ([]string, error) {
	o, _, err := d.find(id)
	if err != nil {
		return nil, err
	}
	addrs, err := o.addresses(ctx)
	if err != nil {
		return []string{fmt.Sprintf("the name %s has no address any more: %s", o.Address, sentence(err))}, nil
	}
	if err := remote.Answers(ctx, netip.AddrPortFrom(addrs[0], uint16(port))); err != nil {
		return []string{fmt.Sprintf("port %d of %s can't be reached: %s; is the machine on, and does its firewall let you in?", port, addrs[0], sentence(err))}, nil
	}
	m, err := o.connect(ctx)
	if err != nil {
		return []string{sentence(err)}, nil
	}
	return nil, m.Close()
}

// sentence is an error on one line.
func sentence(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
