package vsphere

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/soap"
	"golang.org/x/sync/semaphore"

	"github.com/davit-io/davit/drivers"
)

// TestDeadConnection asks a vCenter that is gone without a word: a request for changes ends some time after the vCenter
// should have said that there are none, any other one before.
func TestDeadConnection(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		req  soap.HasFault
		want time.Duration
	}{
		"changes": {&methods.WaitForUpdatesExBody{}, maxWait*time.Second + time.Minute},
		"a task":  {&methods.CloneVM_TaskBody{}, time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tr, begun := &transport{base: silent{}, gate: semaphore.NewWeighted(1), answer: time.Minute}, time.Now()
				err := tr.RoundTrip(t.Context(), tc.req, tc.req)
				if took := time.Since(begun); took != tc.want || !errors.Is(err, drivers.ErrTimeout) {
					t.Errorf("%v after %s, want a timeout after %s", err, took, tc.want)
				}
			})
		})
	}
}

type silent struct{}

func (silent) RoundTrip(ctx context.Context, _, _ soap.HasFault) error {
	<-ctx.Done()
	return ctx.Err()
}
