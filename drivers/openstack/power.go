package openstack

import (
	"context"
	"errors"
	"time"

	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"

	"github.com/davit-io/davit/drivers"
)

// Start starts a host and waits until Nova says that it runs.
func (d *Driver) Start(ctx context.Context, id string) error {
	return d.power(ctx, id, "start", "ACTIVE", func(ctx context.Context, s *session) error {
		return servers.Start(ctx, s.compute, id).ExtractErr()
	})
}

// Stop asks the guest to shut down and, as Nova does, pulls the plug when it has not done so in a minute. Nova has no
// harder stop, so force changes nothing.
func (d *Driver) Stop(ctx context.Context, id string, _ bool) error {
	return d.power(ctx, id, "stop", "SHUTOFF", func(ctx context.Context, s *session) error {
		return servers.Stop(ctx, s.compute, id).ExtractErr()
	})
}

// Restart reboots a host; with force without asking the guest.
func (d *Driver) Restart(ctx context.Context, id string, force bool) error {
	how := servers.SoftReboot
	if force {
		how = servers.HardReboot
	}
	return d.power(ctx, id, "restart", "ACTIVE", func(ctx context.Context, s *session) error {
		return servers.Reboot(ctx, s.compute, id, servers.RebootOpts{Type: how}).ExtractErr()
	})
}

// power asks for a change and waits for its end. Nova refuses to start what runs and to stop what doesn't, so a
// refusal counts only if the server isn't in that state.
func (d *Driver) power(ctx context.Context, id, verb, want string, act func(context.Context, *session) error) error {
	s, err := d.session(ctx)
	if err != nil {
		return err
	}
	refusal := explain(act(ctx, s), "%s server %s", verb, id)
	if refusal != nil && !hasStatus(refusal, 409) {
		return refusal
	}
	return await(ctx, powerLimit, d.pace.of(time.Second), "to "+verb+" server "+id, func(ctx context.Context) (bool, string, error) {
		v, there, err := d.serverNow(ctx, d.waitingServers, id)
		settled := v.TaskState == ""
		switch {
		case err != nil:
			return false, "", err
		case !there:
			return false, "", &drivers.Error{Kind: drivers.ErrNotFound, Err: errors.New("there is no server " + id)}
		case settled && v.Status == "ERROR":
			return false, "", fault(v)
		case settled && v.Status != want && refusal != nil:
			return false, "", refusal
		}
		return settled && v.Status == want, statusOf(v), nil
	})
}

// Console reads the console log that the hypervisor keeps.
func (d *Driver) Console(ctx context.Context, id string, lines int) (string, error) {
	s, err := d.session(ctx)
	if err != nil {
		return "", err
	}
	text, err := servers.ShowConsoleOutput(ctx, s.compute, id, servers.ShowConsoleOutputOpts{Length: lines}).Extract()
	return text, explain(err, "read the console of server %s", id)
}
