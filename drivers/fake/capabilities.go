package fake

import (
	"context"
	"slices"
	"strings"

	"github.com/davit-io/davit/drivers"
)

var (
	_ drivers.Power     = (*Driver)(nil)
	_ drivers.Finder    = (*Driver)(nil)
	_ drivers.Console   = (*Driver)(nil)
	_ drivers.Diagnoser = (*Driver)(nil)
	_ drivers.Lister    = (*Driver)(nil)
	_ drivers.Flavors   = (*Driver)(nil)
)

// Start implements drivers.Power.
func (d *Driver) Start(ctx context.Context, id string) error {
	return d.power(ctx, id, true)
}

// Stop implements drivers.Power.
func (d *Driver) Stop(ctx context.Context, id string, _ bool) error {
	return d.power(ctx, id, false)
}

// Restart implements drivers.Power.
func (d *Driver) Restart(ctx context.Context, id string, force bool) error {
	if err := d.Stop(ctx, id, force); err != nil {
		return err
	}
	return d.Start(ctx, id)
}

func (d *Driver) power(ctx context.Context, id string, on bool) error {
	return d.onServer(ctx, OpPower, id, func(_ *Cloud, th *thing) {
		th.host.State = drivers.StateStopped
		if on {
			th.host.State = drivers.StateRunning
		}
		if th.guest.Power != nil {
			th.guest.Power(on)
		}
	})
}

// Find implements drivers.Finder.
func (d *Driver) Find(ctx context.Context, owner drivers.Owner) ([]drivers.Found, error) {
	var found []drivers.Found
	err := d.call(ctx, OpFind, func(c *Cloud) error {
		for _, th := range c.made {
			if th.owner != "" && (owner == "" || owner == th.owner) {
				found = append(found, drivers.Found{Resource: th.Resource, Owner: th.owner})
			}
		}
		slices.SortStableFunc(found, rank)
		return nil
	})
	return found, err
}

// Console implements drivers.Console.
func (d *Driver) Console(ctx context.Context, id string, lines int) (string, error) {
	text := ""
	err := d.onServer(ctx, OpConsole, id, func(_ *Cloud, th *thing) {
		if th.guest.Console != nil {
			text = th.guest.Console()
		}
	})
	all := strings.SplitAfter(text, "\n")
	if lines > 0 && len(all) > lines {
		all = all[len(all)-lines:]
	}
	return strings.Join(all, ""), err
}

// Diagnose implements drivers.Diagnoser.
func (d *Driver) Diagnose(ctx context.Context, id string, _ int) ([]string, error) {
	var causes []string
	err := d.onServer(ctx, OpDiagnose, id, func(c *Cloud, th *thing) {
		causes = slices.Clone(c.Causes)
		if th.host.Fault != "" {
			causes = append(causes, th.host.Fault)
		}
	})
	return causes, err
}

func (d *Driver) onServer(ctx context.Context, op, id string, effect func(*Cloud, *thing)) error {
	return d.call(ctx, op, func(c *Cloud) error {
		th, ok := c.get(drivers.KindServer, id)
		if !ok {
			return gone("server", id)
		}
		effect(c, th)
		return nil
	})
}
