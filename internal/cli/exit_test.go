package cli

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/lifecycle"
)

func TestExitCode(t *testing.T) {
	t.Parallel()
	of := func(kind error) error { return &drivers.Error{Kind: kind, Err: errors.New("x")} }
	for _, tc := range []struct {
		err  error
		want int
	}{
		{nil, 0},
		{errors.New("x"), 1},
		{usagef("", "x"), 2},
		{field.Errorf("image", "x"), 2},
		{errors.Join(errors.New("x"), field.Errorf("image", "x")), 2},
		{of(drivers.ErrNotFound), 3},
		{field.Errorf("image", "%w", drivers.ErrNotFound), 3},
		{of(drivers.ErrExists), 4},
		{of(drivers.ErrAuth), 5},
		{of(drivers.ErrQuota), 6},
		{of(drivers.ErrCapacity), 6},
		{errors.Join(of(drivers.ErrNotFound), of(drivers.ErrQuota)), 6},
		{&lifecycle.PhaseError{Err: of(drivers.ErrTimeout)}, 7},
		{fmt.Errorf("x: %w", context.DeadlineExceeded), 7},
		{of(drivers.ErrUnsupported), 8},
		{&interruptedError{}, 130},
		{errors.Join(context.Canceled, of(drivers.ErrTimeout)), 130},
		{&statusError{42}, 42},
	} {
		if got := exitCode(tc.err); got != tc.want {
			t.Errorf("%v: %d, want %d", tc.err, got, tc.want)
		}
	}
}
