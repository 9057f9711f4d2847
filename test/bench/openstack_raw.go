package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/gophercloud/gophercloud/v2/openstack/blockstorage/v3/volumes"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/flavors"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"
	"github.com/gophercloud/gophercloud/v2/openstack/config/clouds"
	"github.com/gophercloud/gophercloud/v2/openstack/image/v2/images"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/layer3/floatingips"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/networks"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/ports"

	"github.com/davit-io/davit/internal/wait"
	"github.com/davit-io/davit/test/internal/inventory"
)

// raw is the least a client can do for the same hosts: look the names up, make the volumes and the servers, give them
// floating IPs; log in again and remove all that. It checks no quota, records nothing and survives no fault.
type raw struct {
	*inventory.Cloud
	image, flavor, private, public string
}

type rawHost struct{ server, volume, floating string }

const rawPause = time.Second // between two lists of one kind

func rawHosts(ctx context.Context, file string, n int, floating bool) error {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Minute)
	defer cancel()
	r, err := rawLogin(ctx, file)
	if err != nil {
		return err
	}
	hosts := make([]rawHost, n)
	err = errors.Join(
		each(hosts, func(i int, h *rawHost) error { return r.makeVolume(ctx, i, h) }),
		r.until(ctx, hosts, r.volumesReady),
		each(hosts, func(i int, h *rawHost) error { return r.makeServer(ctx, i, h) }),
		r.until(ctx, hosts, r.serversReady),
	)
	if floating {
		err = errors.Join(err, each(hosts, func(_ int, h *rawHost) error { return r.makeFloating(ctx, h) }))
	}
	again, failed := rawLogin(ctx, file)
	if failed != nil {
		return errors.Join(err, failed)
	}
	return errors.Join(err, again.remove(ctx, hosts))
}

func rawLogin(ctx context.Context, file string) (*raw, error) {
	cloud, err := inventory.Open(ctx, "bed", clouds.WithLocations(file))
	if err != nil {
		return nil, err
	}
	r := &raw{Cloud: cloud}
	return r, errors.Join(r.findImage(ctx), r.findFlavor(ctx), r.findNetworks(ctx))
}

func (r *raw) findImage(ctx context.Context) error {
	page, err := images.List(r.Image, images.ListOpts{Name: "debian-12"}).AllPages(ctx)
	if err != nil {
		return err
	}
	found, err := images.ExtractImages(page)
	if err != nil || len(found) == 0 {
		return fmt.Errorf("image debian-12: %d found: %w", len(found), err)
	}
	r.image = found[0].ID
	return nil
}

func (r *raw) findFlavor(ctx context.Context) error {
	page, err := flavors.ListDetail(r.Compute, nil).AllPages(ctx)
	if err != nil {
		return err
	}
	found, err := flavors.ExtractFlavors(page)
	for _, f := range found {
		if f.Name == "m1.tiny" {
			r.flavor = f.ID
		}
	}
	return err
}

func (r *raw) findNetworks(ctx context.Context) error {
	page, err := networks.List(r.Network, nil).AllPages(ctx)
	if err != nil {
		return err
	}
	found, err := networks.ExtractNetworks(page)
	for _, n := range found {
		switch n.Name {
		case "private":
			r.private = n.ID
		case "public":
			r.public = n.ID
		}
	}
	return err
}

func (r *raw) makeVolume(ctx context.Context, i int, h *rawHost) error {
	v, err := volumes.Create(ctx, r.Block, volumes.CreateOpts{Name: fmt.Sprintf("raw-%d", i), Size: 1}, nil).Extract()
	if err == nil {
		h.volume = v.ID
	}
	return err
}

func (r *raw) makeServer(ctx context.Context, i int, h *rawHost) error {
	if h.volume == "" {
		return nil // its volume failed, which is told already
	}
	s, err := servers.Create(ctx, r.Compute, servers.CreateOpts{
		Name: fmt.Sprintf("raw-%d", i), ImageRef: r.image, FlavorRef: r.flavor, Networks: []servers.Network{{UUID: r.private}},
		BlockDevice: []servers.BlockDevice{
			{SourceType: servers.SourceImage, UUID: r.image, DestinationType: servers.DestinationLocal, BootIndex: 0, DeleteOnTermination: true},
			{SourceType: servers.SourceVolume, UUID: h.volume, DestinationType: servers.DestinationVolume, BootIndex: -1},
		},
	}, nil).Extract()
	if err == nil {
		h.server = s.ID
	}
	return err
}

func (r *raw) makeFloating(ctx context.Context, h *rawHost) error {
	page, err := ports.List(r.Network, ports.ListOpts{DeviceID: h.server}).AllPages(ctx)
	if err != nil {
		return err
	}
	own, err := ports.ExtractPorts(page)
	if err != nil || len(own) == 0 {
		return fmt.Errorf("%d ports of server %s: %w", len(own), h.server, err)
	}
	f, err := floatingips.Create(ctx, r.Network, floatingips.CreateOpts{FloatingNetworkID: r.public, PortID: own[0].ID}).Extract()
	if err == nil {
		h.floating = f.ID
	}
	return err
}

func (r *raw) remove(ctx context.Context, hosts []rawHost) error {
	return errors.Join(
		each(hosts, func(_ int, h *rawHost) error {
			if h.floating == "" {
				return nil
			}
			return floatingips.Delete(ctx, r.Network, h.floating).ExtractErr()
		}),
		each(hosts, func(_ int, h *rawHost) error { return servers.Delete(ctx, r.Compute, h.server).ExtractErr() }),
		r.until(ctx, hosts, r.serversGone),
		each(hosts, func(_ int, h *rawHost) error {
			return volumes.Delete(ctx, r.Block, h.volume, nil).ExtractErr()
		}),
		r.until(ctx, hosts, r.volumesGone),
	)
}

// until lists once per pause for all hosts until look is content.
func (r *raw) until(ctx context.Context, hosts []rawHost, look func(context.Context, []rawHost) (bool, error)) error {
	return wait.Poll(ctx, wait.Pace{First: rawPause, Min: rawPause}, func(ctx context.Context) (bool, string, error) {
		done, err := look(ctx, hosts)
		return done, "", err
	})
}

func (r *raw) volumesReady(ctx context.Context, hosts []rawHost) (bool, error) {
	status, err := r.volumeStatus(ctx)
	for _, h := range hosts {
		if status[h.volume] != "available" {
			return false, err
		}
	}
	return true, err
}

func (r *raw) volumesGone(ctx context.Context, hosts []rawHost) (bool, error) {
	status, err := r.volumeStatus(ctx)
	for _, h := range hosts {
		if status[h.volume] != "" {
			return false, err
		}
	}
	return true, err
}

func (r *raw) volumeStatus(ctx context.Context) (map[string]string, error) {
	page, err := volumes.List(r.Block, nil).AllPages(ctx)
	if err != nil {
		return nil, err
	}
	found, err := volumes.ExtractVolumes(page)
	status := map[string]string{}
	for _, v := range found {
		status[v.ID] = v.Status
	}
	return status, err
}

func (r *raw) serversReady(ctx context.Context, hosts []rawHost) (bool, error) {
	status, err := r.serverStatus(ctx)
	for _, h := range hosts {
		switch status[h.server] {
		case "ACTIVE":
		case "ERROR":
			return false, fmt.Errorf("server %s is in ERROR", h.server)
		default:
			return false, err
		}
	}
	return true, err
}

func (r *raw) serversGone(ctx context.Context, hosts []rawHost) (bool, error) {
	status, err := r.serverStatus(ctx)
	for _, h := range hosts {
		if status[h.server] != "" {
			return false, err
		}
	}
	return true, err
}

func (r *raw) serverStatus(ctx context.Context) (map[string]string, error) {
	page, err := servers.List(r.Compute, nil).AllPages(ctx)
	if err != nil {
		return nil, err
	}
	found, err := servers.ExtractServers(page)
	status := map[string]string{}
	for _, s := range found {
		status[s.ID] = s.Status
	}
	return status, err
}

// each runs f for all hosts, eight at a time.
func each[T any](hosts []T, f func(int, *T) error) error {
	errs, slots := make([]error, len(hosts)), make(chan struct{}, 8)
	var wg sync.WaitGroup
	for i := range hosts {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			errs[i] = f(i, &hosts[i])
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}
