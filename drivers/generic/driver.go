// Package generic is the driver for machines that are there already: it takes one over through SSH, and gives it back.
//
// Nothing is made and nothing destroyed. The machine is inspected first, and what it has is left alone unless the user
// accepts otherwise. Its first change is the journal's owner: who has the machine, and where every later change is noted
// before it is made (cloudinit.Script). Releasing takes back what the journal lists, and the owner last of all.
package generic

import (
	"context"
	"embed"
	"fmt"
	"strings"
	"sync"

	"github.com/davit-io/davit/drivers"
)

//go:embed scripts/*.sh
var scripts embed.FS

// script gives a script's text; a name that doesn't exist is a mistake of this package's.
func script(name string) string {
	text, err := scripts.ReadFile("scripts/" + name)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// Driver takes over the machines that its options, and the specs it saw, name. It may be used from many goroutines.
type Driver struct {
	mu       sync.Mutex
	machines []*Options
}

// The capabilities of this driver. Power is none of them: a machine that is off can't be started through SSH.
var (
	_ drivers.Driver     = (*Driver)(nil)
	_ drivers.Finder     = (*Driver)(nil)
	_ drivers.Diagnoser  = (*Driver)(nil)
	_ drivers.NeedsLogin = (*Options)(nil)
	_ drivers.PinsKey    = (*Options)(nil)
)

// Constructor is this driver's line in the table of drivers.
func Constructor() drivers.Constructor {
	return drivers.Constructor{
		Name:    "generic",
		Help:    "A machine that is there already, over SSH.",
		Options: func() any { return new(Options) },
		Open: func(_ context.Context, options any) (drivers.Driver, error) {
			o, ok := options.(*Options)
			if !ok {
				return nil, fmt.Errorf("generic: options of type %T", options)
			}
			return New(o), nil
		},
	}
}

// New makes a driver for machines.
func New(machines ...*Options) *Driver { return &Driver{machines: machines} }

// know remembers a machine for calls that bring its id alone.
func (d *Driver) know(o *Options) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, known := range d.machines {
		if known.where() == o.where() {
			d.machines[i] = o
			return
		}
	}
	d.machines = append(d.machines, o)
}

func (d *Driver) known() []*Options {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]*Options(nil), d.machines...)
}

// id names a machine as long as an owner has it: afterwards there is no such host any more.
func id(o *Options, owner drivers.Owner) string { return o.where() + "/" + string(owner) }

// find takes an id apart.
func (d *Driver) find(id string) (*Options, drivers.Owner, error) {
	where, owner, _ := strings.Cut(id, "/")
	for _, o := range d.known() {
		if o.where() == where && owner != "" {
			return o, drivers.Owner(owner), nil
		}
	}
	return nil, "", &drivers.Error{Kind: drivers.ErrNotFound, Err: fmt.Errorf("there is no machine %s", id)}
}

func optionsOf(s drivers.Spec) *Options {
	if o, ok := s.Options.(*Options); ok && o != nil {
		return o
	}
	return new(Options)
}

func resource(o *Options, owner drivers.Owner) drivers.Resource {
	return drivers.Resource{Kind: drivers.KindMachine, ID: id(o, owner), Name: o.where()}
}
