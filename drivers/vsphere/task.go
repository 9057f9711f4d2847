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
func (s *session) task(ctx context.Context, grace time.Duration, ask func(context.Context) (*object.Task, error)) (any, error) {
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
	result, err := s.waiter.result(ctx, t)
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
