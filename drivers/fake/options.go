package fake

import (
	"context"
	"fmt"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
)

// Options is the driver's own block of a host document. It has an option of every shape that a driver can have.
type Options struct {
	Account     string            `opt:"account,account" help:"account at the fake cloud; one driver serves all hosts of an account" default:"main" change:"replace"`
	Size        string            `opt:"size" help:"name of the size; empty takes the smallest that fits cpus and memory_gib" example:"small" change:"replace"`
	Zone        string            `opt:"zone,zone" help:"zone of the host; empty: any" example:"north" change:"replace"`
	AddressPool string            `opt:"address_pool" help:"pool that gives the host a floating address; empty gives none" example:"outside" change:"replace"`
	Groups      []string          `opt:"groups" help:"security groups by name" example:"ssh" change:"replace"`
	Notes       map[string]string `opt:"notes" help:"notes kept with the host" example:"team=blue" change:"replace"`
	Drive       bool              `opt:"drive" help:"hand the user data over on a drive" change:"replace"`
	BootWait    int               `opt:"boot_wait" help:"time that a server takes to run" unit:"ms" change:"replace"`
	Token       field.Secret      `opt:"token,account" help:"token of the account" secret:"true" change:"in place"`
}

// Validate reports what is wrong in itself, without asking the cloud.
func (o *Options) Validate() error {
	if o.BootWait < 0 {
		return field.Errorf("boot_wait", "%d ms is less than nothing", o.BootWait)
	}
	return nil
}

// Constructor is the driver's line in a table of drivers. Every driver it opens is a new client of the same cloud.
func (c *Cloud) Constructor() drivers.Constructor {
	return drivers.Constructor{
		Name:    "fake",
		Help:    "A cloud in memory, for tests.",
		Options: func() any { return &Options{Account: "main"} },
		Open: func(_ context.Context, options any) (drivers.Driver, error) {
			if _, ok := options.(*Options); !ok {
				return nil, fmt.Errorf("the fake driver can't read options of type %T", options)
			}
			if c.Reports {
				return c.Reporter(), nil
			}
			return c.Driver(), nil
		},
	}
}

func optionsOf(s drivers.Spec) *Options {
	if o, ok := s.Options.(*Options); ok && o != nil {
		return o
	}
	return &Options{}
}
