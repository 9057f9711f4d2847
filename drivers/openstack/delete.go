package openstack

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/gophercloud/gophercloud/v2/openstack/blockstorage/v3/volumes"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/layer3/floatingips"

	"github.com/davit-io/davit/drivers"
)

// removal is the order in which things go. A floating IP that goes at the same moment as its server makes Neutron
// refuse the port's removal to Nova, and the port stays for good; a volume is free once its server is gone.
var removal = []drivers.Kind{drivers.KindFloatingIP, drivers.KindServer, drivers.KindVolume}

// Delete removes all of a kind side by side, one kind after the other.
func (d *Driver) Delete(ctx context.Context, rs []drivers.Resource) error {
	if len(rs) == 0 {
		return nil
	}
	s, err := d.session(ctx)
	if err != nil {
		return err
	}
	remove := func(r drivers.Resource) error { return d.remove(ctx, s, r) }
	errs := []error{each(only(rs, func(r drivers.Resource) bool { return !slices.Contains(removal, r.Kind) }), remove)}
	for _, kind := range removal {
		errs = append(errs, each(only(rs, func(r drivers.Resource) bool { return r.Kind == kind }), remove))
	}
	return errors.Join(errs...)
}

// each does something to all at once and joins the errors in their order.
func each(rs []drivers.Resource, do func(drivers.Resource) error) error {
	errs := make([]error, len(rs))
	var wg sync.WaitGroup
	for i, r := range rs {
		wg.Go(func() { errs[i] = do(r) })
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (d *Driver) remove(ctx context.Context, s *session, r drivers.Resource) error {
	switch r.Kind {
	case drivers.KindServer:
		return d.removeServer(ctx, s, r)
	case drivers.KindVolume:
		return d.removeVolume(ctx, s, r)
	case drivers.KindFloatingIP:
		return s.removeFloatingIP(ctx, r)
	}
	return &drivers.Error{Kind: drivers.ErrUnsupported, Err: fmt.Errorf("remove %s %s: not a kind of thing that this driver makes", r.Kind, r.ID)}
}

func (d *Driver) removeServer(ctx context.Context, s *session, r drivers.Resource) error {
	err := explain(servers.Delete(ctx, s.compute, r.ID).ExtractErr(), "remove server %s", label(r))
	if hasStatus(err, 404) {
		return nil
	}
	if err != nil {
		return err
	}
	return await(ctx, goneLimit, d.pace.of(1100*time.Millisecond), "until server "+label(r)+" is gone", func(ctx context.Context) (bool, string, error) {
		v, there, err := d.waitingServers.Get(ctx, r.ID)
		return !there || gone(v), statusOf(v), err
	})
}

// removeVolume removes a volume; Cinder refuses while the volume is being detached from a server that has just gone.
func (d *Driver) removeVolume(ctx context.Context, s *session, r drivers.Resource) error {
	err := await(ctx, detachLimit, d.pace.of(0), "until volume "+label(r)+" can be removed", func(ctx context.Context) (bool, string, error) {
		err := explain(volumes.Delete(ctx, s.volume, r.ID, nil).ExtractErr(), "remove volume %s", label(r))
		if hasStatus(err, 400, 409) {
			return false, err.Error(), nil
		}
		return true, "", err
	})
	if hasStatus(err, 404) {
		return nil
	}
	if err != nil {
		return err
	}
	return await(ctx, goneLimit, d.pace.of(600*time.Millisecond), "until volume "+label(r)+" is gone", func(ctx context.Context) (bool, string, error) {
		v, there, err := d.waitingVolumes.Get(ctx, r.ID)
		if v.Status == "error_deleting" {
			err = &drivers.Error{Err: fmt.Errorf("remove volume %s: Cinder failed to remove it", label(r)), Next: "give the volume's id " + r.ID + " to the cloud's operator"}
		}
		return !there, "status " + v.Status, err
	})
}

func (s *session) removeFloatingIP(ctx context.Context, r drivers.Resource) error {
	err := explain(floatingips.Delete(ctx, s.network, r.ID).ExtractErr(), "remove floating IP %s", label(r))
	switch {
	case hasStatus(err, 404):
		return nil
	case hasStatus(err, 403):
		// Some clouds keep this to their operators; the address must not keep the rest of the host.
		return &drivers.Error{
			Kind: drivers.ErrAuth, Err: fmt.Errorf("%w; it stays with the project", err),
			Next: "ask the cloud's operator to release " + label(r),
		}
	}
	return err
}

func label(r drivers.Resource) string {
	if r.Name == "" {
		return r.ID
	}
	return fmt.Sprintf("%s (%s)", r.Name, r.ID)
}
