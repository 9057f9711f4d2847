package openstack

import (
	"context"
	"time"

	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/layer3/floatingips"

	"github.com/davit-io/davit/drivers"
)

// makeFloatingIP asks for a floating IP as soon as the server has a port, long before it runs. A floating IP is
// always a new one: taking a free one that is there is a race that several hosts win.
func (c *creation) makeFloatingIP(ctx context.Context, server string) (owned, error) {
	for refused := ""; ; {
		p, err := c.awaitPort(ctx, server, refused)
		if err != nil {
			return owned{}, err
		}
		ip, err := c.ensure(ctx, drivers.KindFloatingIP, 0, func(ctx context.Context) (owned, error) { return c.postFloatingIP(ctx, p) })
		if hasStatus(err, 404) && c.vanished(ctx, server, p) {
			refused = p // the server is being built anew, elsewhere
			continue
		}
		return ip, err
	}
}

func (c *creation) postFloatingIP(ctx context.Context, port string) (owned, error) {
	made, err := floatingips.Create(ctx, c.s.network, floatingips.CreateOpts{
		FloatingNetworkID: c.plan.pool, PortID: port, Description: ownerPrefix + string(c.spec.Owner),
	}).Extract()
	if err != nil {
		return owned{}, explain(err, "create a floating IP of %s for server %s", options(c.spec).FloatingPool, c.spec.Name)
	}
	return ownedIP(*made), nil
}

// awaitPort waits until a server has a port, other than one that is known to be gone.
func (d *Driver) awaitPort(ctx context.Context, server, not string) (string, error) {
	id := ""
	err := await(ctx, buildLimit, d.pace.of(1300*time.Millisecond), "for the port of server "+server, func(ctx context.Context) (bool, string, error) {
		p, there, err := d.waitingPorts.Get(ctx, server)
		id = p.ID
		return there && id != not, "no port yet", err
	})
	return id, err
}

// vanished says that a port is no longer the server's.
func (d *Driver) vanished(ctx context.Context, server, port string) bool {
	p, there, err := d.ports.Get(ctx, server)
	return err == nil && (!there || p.ID != port)
}

func (s *session) moveFloatingIP(ctx context.Context, ip owned, port string) error {
	_, err := floatingips.Update(ctx, s.network, ip.ID, floatingips.UpdateOpts{PortID: &port}).Extract()
	return explain(err, "move floating IP %s to port %s", ip.Name, port)
}
