// Package openstack is the driver for OpenStack clouds.
//
// A host is a Nova server that boots from an image, a Cinder volume for each data disk, and a Neutron floating IP
// when its options name a pool. Each carries its owner from the request that makes it: the server in a tag, the
// volume in its metadata, the floating IP in its description. No type of the SDK leaves this package.
package openstack

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/gather"
)

// Driver makes hosts in one project of one cloud. It may be used from many goroutines.
type Driver struct {
	account Options // cloud and region; the rest of a host's options come with its Spec
	config  string  // path of a clouds.yaml; empty: where it is looked for by habit
	pace    pace

	door *semaphore.Weighted // held while logging in and while reading open
	open *session

	// What concurrent callers ask for becomes one request. Those that wait share a slower rhythm than those that
	// only ask.
	servers, waitingServers *gather.Of[server]
	volumes, waitingVolumes *gather.Of[volume]
	ports, waitingPorts     *gather.Of[port]
	owned                   map[drivers.Kind]*gather.Of[[]owned] // by owner
	mtus                    *gather.Of[int]                      // by network id
}

// The capabilities of this driver.
var (
	_ drivers.Driver    = (*Driver)(nil)
	_ drivers.Power     = (*Driver)(nil)
	_ drivers.Finder    = (*Driver)(nil)
	_ drivers.Console   = (*Driver)(nil)
	_ drivers.Diagnoser = (*Driver)(nil)
	_ drivers.Marker    = (*Driver)(nil)
	_ drivers.Surveyor  = (*Driver)(nil)
	_ drivers.Lister    = (*Driver)(nil)
	_ drivers.Flavors   = (*Driver)(nil)
)

// Constructor is this driver's line in the table of drivers.
func Constructor() drivers.Constructor {
	return drivers.Constructor{
		Name:    "openstack",
		Help:    "Servers, volumes and floating IPs of an OpenStack cloud.",
		Options: func() any { return new(Options) },
		Open: func(_ context.Context, options any) (drivers.Driver, error) {
			o, ok := options.(*Options)
			if !ok {
				return nil, fmt.Errorf("openstack: options of type %T", options)
			}
			return newDriver(*o, defaultPace()), nil
		},
	}
}

// blink is how long a request is held back for those who ask at the same moment.
func blink(gather.Last) time.Duration { return 10 * time.Millisecond }

func newDriver(account Options, p pace) *Driver {
	d := &Driver{account: account, pace: p, door: semaphore.NewWeighted(1)}
	// About as long as one waits between two looks, so that those who began at different times fall into step. The
	// more wait, the rarer they look, and a service that is slow to answer is asked less.
	rhythm := func(last gather.Last) time.Duration {
		gap := max(p.scaled(time.Second), p.scaled(time.Duration(last.Keys)*60*time.Millisecond), 3*last.Took/2)
		return max(blink(last), gap-last.Ago)
	}
	d.servers, d.waitingServers = gather.New(d.loadServers, blink), gather.New(d.loadServers, rhythm)
	d.volumes, d.waitingVolumes = gather.New(d.loadVolumes, blink), gather.New(d.loadVolumes, rhythm)
	d.ports, d.waitingPorts = gather.New(d.loadPorts, blink), gather.New(d.loadPorts, rhythm)
	d.mtus = gather.New(d.loadMTUs, blink)
	d.owned = map[drivers.Kind]*gather.Of[[]owned]{}
	for kind, list := range d.lists() {
		d.owned[kind] = gather.New(byOwner(list), blink)
	}
	return d
}
