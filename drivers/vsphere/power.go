package vsphere

import (
	"context"
	"errors"
	"fmt"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/drivers"
)

// Start starts a host.
func (d *Driver) Start(ctx context.Context, id string) error {
	m, s, err := d.toSwitch(ctx, id)
	if err != nil || m.power() == types.VirtualMachinePowerStatePoweredOn {
		return err
	}
	err = s.powerTask(ctx, d.pace.grace, m.ref, s.vm(m.ref).PowerOn, isOn)
	return explain(err, "start %s", m.name)
}

// Stop asks the guest to shut down and waits for it; with force it pulls the plug.
func (d *Driver) Stop(ctx context.Context, id string, force bool) error {
	m, s, err := d.toSwitch(ctx, id)
	if err != nil || m.power() == types.VirtualMachinePowerStatePoweredOff {
		return err
	}
	if force {
		return d.powerOff(ctx, s, m)
	}
	if err := s.vm(m.ref).ShutdownGuest(ctx); err != nil {
		return explain(err, "ask %s to shut down", m.name)
	}
	limited, cancel := context.WithTimeout(ctx, d.pace.shutdown)
	defer cancel()
	err = s.waiter.wait(limited, m.ref, func(t thing, there bool) (bool, error) {
		return !there || isOff(t), nil
	})
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return &drivers.Error{Kind: drivers.ErrTimeout, Err: fmt.Errorf("%s has not shut down within %s", m.name, d.pace.shutdown), Next: "stop it with --force"}
	}
	return explain(err, "wait until %s is off", m.name)
}

// Restart asks the guest to reboot; with force it presses the reset button.
func (d *Driver) Restart(ctx context.Context, id string, force bool) error {
	m, s, err := d.toSwitch(ctx, id)
	if err != nil {
		return err
	}
	switch {
	case m.power() != types.VirtualMachinePowerStatePoweredOn:
		return d.Start(ctx, id)
	case force:
		_, err = s.task(ctx, d.pace.grace, s.vm(m.ref).Reset)
	default:
		err = s.vm(m.ref).RebootGuest(ctx)
	}
	return explain(err, "restart %s", m.name)
}

func (d *Driver) toSwitch(ctx context.Context, id string) (machine, *session, error) {
	s, err := d.session(ctx)
	if err != nil {
		return machine{}, nil, err
	}
	m, err := d.machine(ctx, id)
	return m, s, err
}
