package vsphere

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"time"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
	"golang.org/x/sync/semaphore"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/wait"
)

// transport bounds requests: how many at once, how long each may take, and how often one that only reads is sent.
type transport struct {
	base   soap.RoundTripper
	gate   *semaphore.Weighted
	answer time.Duration
}

// tries is how often a request that only reads is sent when no answer comes.
const tries = 3

// RoundTrip implements soap.RoundTripper.
func (t *transport) RoundTrip(ctx context.Context, req, res soap.HasFault) error {
	if _, waits := req.(*methods.WaitForUpdatesExBody); waits {
		return t.once(ctx, req, res, maxWait*time.Second+t.answer)
	}
	if err := t.gate.Acquire(ctx, 1); err != nil {
		return err
	}
	defer t.gate.Release(1)
	for try := 1; ; try++ {
		err := t.once(ctx, req, res, t.answer)
		if err == nil || try == tries || !reads(req) || !unanswered(err) || ctx.Err() != nil {
			return err
		}
		if err := wait.Sleep(ctx, time.Duration(try)*100*time.Millisecond); err != nil {
			return err
		}
	}
}

func (t *transport) once(ctx context.Context, req, res soap.HasFault, limit time.Duration) error {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := t.base.RoundTrip(limited, req, res)
	if err != nil && limited.Err() != nil && ctx.Err() == nil {
		return fmt.Errorf("no answer within %s: %w", limit, errors.Join(drivers.ErrTimeout, err))
	}
	return err
}

func reads(req soap.HasFault) bool {
	switch req.(type) {
	case *methods.RetrievePropertiesExBody, *methods.ContinueRetrievePropertiesExBody, *methods.HasPrivilegeOnEntitiesBody, *methods.RecommendDatastoresBody:
		return true
	}
	return false
}

func unanswered(err error) bool {
	_, network := errors.AsType[*url.Error](err)
	return network
}

// renewal logs in again when the vCenter has ended the session, and asks again what it refused.
type renewal struct {
	base    soap.RoundTripper
	session *session
}

// RoundTrip implements soap.RoundTripper.
func (r *renewal) RoundTrip(ctx context.Context, req, res soap.HasFault) error {
	switch req.(type) {
	case *methods.LoginBody, *methods.LogoutBody:
		return r.base.RoundTrip(ctx, req, res)
	}
	_, before, err := r.session.current(ctx)
	if err != nil {
		return err
	}
	err = r.base.RoundTrip(ctx, req, res)
	if !isFault(err, new(types.NotAuthenticated)) && !blind(res) {
		return err
	}
	if err := r.session.renew(ctx, before); err != nil {
		return err
	}
	reflect.ValueOf(res).Elem().SetZero() // the fault of the first answer would stay in it
	return r.base.RoundTrip(ctx, req, res)
}

// blind says that an answer lacks its properties because the session is gone: reading them is no fault as a whole.
func blind(res soap.HasFault) bool {
	read, ok := res.(*methods.RetrievePropertiesExBody)
	if !ok || read.Res == nil || read.Res.Returnval == nil {
		return false
	}
	for _, object := range read.Res.Returnval.Objects {
		for _, missing := range object.MissingSet {
			if is[*types.NotAuthenticated](missing.Fault.Fault) {
				return true
			}
		}
	}
	return false
}
