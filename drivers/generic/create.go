package generic

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/remote"
)

// Create implements drivers.Driver. The owner on the machine is the first change. It returns when the script has begun:
// how it ends is told as cloud-init tells it, below /run/davit.
func (d *Driver) Create(ctx context.Context, r drivers.Resolved, render drivers.Render, made func(drivers.Resource) error) (drivers.Host, error) {
	if err := ctx.Err(); err != nil {
		return drivers.Host{}, err
	}
	p, ok := r.Private.(resolved)
	if !ok {
		return drivers.Host{}, fmt.Errorf("generic: %s was not resolved by this driver", r.Spec.Name)
	}
	o := p.options
	m, err := o.connect(ctx)
	if err != nil {
		return drivers.Host{}, err
	}
	defer func() { _ = m.Close() }()
	d.know(o)
	state, err := m.claim(ctx, o, r.Spec)
	if err != nil {
		return drivers.Host{}, err
	}
	if err := made(resource(o, r.Spec.Owner)); err != nil {
		return drivers.Host{}, err
	}
	if state == "open" {
		if err := m.start(ctx, o, r, render); err != nil {
			return drivers.Host{}, err
		}
	}
	host := m.host(o, r.Spec.Owner, r.Spec.Name)
	host.LinkMTU, host.Disks = r.LinkMTU, r.Disks
	return host, nil
}

// claim takes the machine, and says how far it is: "open", "running" or "done".
func (s *session) claim(ctx context.Context, o *Options, spec drivers.Spec) (string, error) {
	text, err := s.root(ctx, o, "claim.sh", string(spec.Owner), spec.Name)
	if err != nil {
		return "", err
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	if len(lines) != 3 {
		return "", fmt.Errorf("%s: /var/lib/davit/journal has no owner: it is not this driver's", o.where())
	}
	if drivers.Owner(lines[0]) != spec.Owner {
		return "", taken(o, lines[1])
	}
	return lines[2], nil
}

func (s *session) start(ctx context.Context, o *Options, r drivers.Resolved, render drivers.Render) error {
	docs, err := render(r.Disks)
	if err != nil {
		return err
	}
	_, err = s.root(ctx, o, "start.sh", base64.StdEncoding.EncodeToString(docs.Script))
	return err
}

func (s *session) host(o *Options, owner drivers.Owner, name string) drivers.Host {
	h := drivers.Host{
		ID: id(o, owner), Name: name, State: drivers.StateRunning, SSHPort: o.port(),
		HostKeys: []string{remote.AuthorizedKey(s.key)},
	}
	for _, addr := range s.addrs {
		h.Addresses = append(h.Addresses, drivers.Address{IP: addr})
	}
	return h
}
