// Package vsphere is the driver for VMware vCenter.
//
// A host is a virtual machine cloned from a template. Its data disks are made in the same CloneSpec, and its owner
// is in that spec too, as one entry of extraConfig. One session serves all hosts of a vCenter, and one property
// collector waits for all of their tasks. No type of the SDK leaves this package.
package vsphere

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/gather"
)

// KindFolder is a folder that a create made for its host. Hosts may share it; it goes with the last of them.
const KindFolder drivers.Kind = "folder"

// Driver makes hosts at one vCenter. It may be used from many goroutines.
type Driver struct {
	account Options // the login; the rest of a host's options come with its Spec
	pace    pace

	door *semaphore.Weighted // held while logging in, out, and while reading open
	open *session

	machines *gather.Of[machine]   // by id
	marked   *gather.Of[[]machine] // all that carry an owner, under the key everyone
	once     *oneByOne             // what hosts share: folders, snapshots of a template, rules of a cluster
}

// The capabilities of this driver.
var (
	_ drivers.Driver    = (*Driver)(nil)
	_ drivers.Power     = (*Driver)(nil)
	_ drivers.Finder    = (*Driver)(nil)
	_ drivers.Diagnoser = (*Driver)(nil)
	_ drivers.Marker    = (*Driver)(nil)
	_ drivers.Surveyor  = (*Driver)(nil)
	_ drivers.Reporter  = (*Driver)(nil)
	_ drivers.Closer    = (*Driver)(nil)
	_ drivers.Lister    = (*Driver)(nil)
)

// Constructor is this driver's line in the table of drivers.
func Constructor() drivers.Constructor {
	return drivers.Constructor{
		Name:    "vsphere",
		Help:    "Virtual machines of a VMware vCenter.",
		Options: func() any { return new(Options) },
		Open: func(_ context.Context, options any) (drivers.Driver, error) {
			o, ok := options.(*Options)
			if !ok {
				return nil, fmt.Errorf("vsphere: options of type %T", options)
			}
			return newDriver(*o, defaultPace()), nil
		},
	}
}

func newDriver(o Options, p pace) *Driver {
	d := &Driver{account: o, pace: p, door: semaphore.NewWeighted(1), once: newOneByOne()}
	hold := func(last gather.Last) time.Duration { return p.together(last.Keys) }
	d.machines, d.marked = gather.New(d.loadMachines, hold), gather.New(d.loadMarked, hold)
	return d
}
