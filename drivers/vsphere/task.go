package vsphere

import (
	"context"
	"errors"
	"time"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
)

// task asks for something and waits for its end. The request isn't cut off at once when ctx ends: it has a moment to
// bring its answer home, and the task a moment to end, so that what it makes is known; then it is cancelled.
func (s *session) task(ctx context.Context, grace time.Duration, ask asking) (any, error) {
	return s.taskUntil(ctx, grace, ask, s.waiter.result)
}

// asking is a request that makes a task.
type asking func(context.Context) (*object.Task, error)

// taskUntil is task with another end than the task's own.
func (s *session) taskUntil(ctx context.Context, grace time.Duration, ask asking, end func(context.Context, ref) (any, error)) (any, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	defer context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })()
	asked, err := ask(longer)
	if err != nil {
		return nil, during(ctx, err)
	}
	t := asked.Reference()
	result, err := end(ctx, t)
	if ctx.Err() == nil {
		return result, err
	}
	_, _ = methods.CancelTask(longer, s, &types.CancelTask{This: t}) // it may have ended
	if result, err := s.waiter.result(longer, t); err == nil {
		return result, nil
	}
	return nil, context.Cause(ctx)
}

// during says why a request failed that was still under way when ctx ended.
func during(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return errors.Join(context.Cause(ctx), err)
}

func (s *session) vm(r ref) *object.VirtualMachine { return object.NewVirtualMachine(s.Client, r) }

// powerTask is task for a change of power, which is over when the machine shows it.
func (s *session) powerTask(ctx context.Context, grace time.Duration, machine ref, ask asking, done func(thing) bool) error {
	_, err := s.taskUntil(ctx, grace, ask, func(ctx context.Context, t ref) (any, error) {
		return nil, s.waiter.effect(ctx, machine, t, done)
	})
	return err
}

func isOff(t thing) bool {
	return prop[types.VirtualMachinePowerState](t, "runtime.powerState") == types.VirtualMachinePowerStatePoweredOff
}

func isOn(t thing) bool {
	return prop[types.VirtualMachinePowerState](t, "runtime.powerState") == types.VirtualMachinePowerStatePoweredOn
}
