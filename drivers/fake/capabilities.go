package fake

import (
	"context"
	"slices"
	"strings"

	"github.com/davit-io/davit/drivers"
)

var (
	_ drivers.Driver    = (*client)(nil)
	_ drivers.Power     = (*client)(nil)
	_ drivers.Finder    = (*client)(nil)
	_ drivers.Diagnoser = (*client)(nil)
	_ drivers.Marker    = (*client)(nil)
	_ drivers.Surveyor  = (*client)(nil)
	_ drivers.Closer    = (*client)(nil)
	_ drivers.Console   = (*Driver)(nil)
	_ drivers.Lister    = (*client)(nil)
	_ drivers.Flavors   = (*client)(nil)
	_ drivers.Reporter  = (*Reporter)(nil)
)

// Start implements drivers.Power.
func (d *client) Start(ctx context.Context, id string) error {
	return d.power(ctx, id, true)
}

// Stop implements drivers.Power.
func (d *client) Stop(ctx context.Context, id string, _ bool) error {
	return d.power(ctx, id, false)
}

// Restart implements drivers.Power.
func (d *client) Restart(ctx context.Context, id string, force bool) error {
	if err := d.Stop(ctx, id, force); err != nil {
		return err
	}
	return d.Start(ctx, id)
}

func (d *client) power(ctx context.Context, id string, on bool) error {
	return d.onServer(ctx, OpPower, id, func(_ *Cloud, th *thing) {
		th.host.State = drivers.StateStopped
		if on {
			th.host.State, th.mute = drivers.StateRunning, 2
		}
		if th.guest.Power != nil {
			th.guest.Power(on)
		}
	})
}

// MarkComplete implements drivers.Marker.
func (d *client) MarkComplete(ctx context.Context, id string) error {
	return d.onServer(ctx, OpMark, id, func(_ *Cloud, th *thing) { th.host.Complete = true })
}

// Survey implements drivers.Surveyor.
func (d *client) Survey(ctx context.Context) (map[string]drivers.Host, error) {
	hosts := map[string]drivers.Host{}
	err := d.call(ctx, OpSurvey, func(c *Cloud) error {
		for _, th := range c.made {
			if th.Kind == drivers.KindServer && th.owner != "" {
				hosts[th.ID] = c.view(th)
			}
		}
		return nil
	})
	return hosts, err
}

// Find implements drivers.Finder.
func (d *client) Find(ctx context.Context, owner drivers.Owner) ([]drivers.Found, error) {
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

// Report implements drivers.Reporter.
func (d *Reporter) Report(ctx context.Context, id string) (drivers.GuestReport, error) {
	var report drivers.GuestReport
	err := d.onServer(ctx, OpReport, id, func(_ *Cloud, th *thing) {
		if th.guest.Report != nil {
			report = th.guest.Report()
		}
	})
	return report, err
}

// Close implements drivers.Closer.
func (d *client) Close(ctx context.Context) error {
	return d.call(ctx, OpClose, func(*Cloud) error { return nil })
}

// Diagnose implements drivers.Diagnoser.
func (d *client) Diagnose(ctx context.Context, id string, _ int) ([]string, error) {
	var causes []string
	err := d.onServer(ctx, OpDiagnose, id, func(c *Cloud, th *thing) {
		causes = slices.Clone(c.Causes)
		if th.host.Fault != "" {
			causes = append(causes, th.host.Fault)
		}
	})
	return causes, err
}

func (d *client) onServer(ctx context.Context, op, id string, effect func(*Cloud, *thing)) error {
	return d.call(ctx, op, func(c *Cloud) error {
		th, ok := c.get(drivers.KindServer, id)
		if !ok {
			return gone("server", id)
		}
		effect(c, th)
		return nil
	})
}
