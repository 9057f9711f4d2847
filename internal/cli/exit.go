package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
)

// The exit codes of davit, as docs/cli tells them.
const (
	exitOK          = 0
	exitOther       = 1
	exitUsage       = 2
	exitNotFound    = 3
	exitExists      = 4
	exitAuth        = 5
	exitQuota       = 6
	exitTimeout     = 7
	exitUnsupported = 8
	exitInterrupted = 130
)

// exitCode is the only place where errors become exit codes. Of several kinds the one listed first wins; a finding
// counts as wrong usage only when it has no kind of its own.
func exitCode(err error) int {
	if err == nil {
		return exitOK
	}
	if status, ok := errors.AsType[*statusError](err); ok {
		return status.code
	}
	for _, kind := range []struct {
		is   error
		code int
	}{
		{context.Canceled, exitInterrupted},
		{drivers.ErrAuth, exitAuth},
		{drivers.ErrQuota, exitQuota},
		{drivers.ErrCapacity, exitQuota},
		{drivers.ErrTimeout, exitTimeout},
		{context.DeadlineExceeded, exitTimeout},
		{drivers.ErrExists, exitExists},
		{drivers.ErrUnsupported, exitUnsupported},
		{drivers.ErrNotFound, exitNotFound},
	} {
		if errors.Is(err, kind.is) {
			return kind.code
		}
	}
	if _, ok := errors.AsType[*field.Error](err); ok {
		return exitUsage
	}
	if _, ok := errors.AsType[*usageError](err); ok {
		return exitUsage
	}
	return exitOther
}

// statusError passes on the exit status of a command that ran on a host; it has told its reasons itself.
type statusError struct{ code int }

func (e *statusError) Error() string { return fmt.Sprintf("exit status %d", e.code) }

// usageError is a command line that can't be understood.
type usageError struct {
	err  error
	next string
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }
func (e *usageError) Hint() string  { return e.next }

func usagef(next, format string, args ...any) error {
	return &usageError{err: fmt.Errorf(format, args...), next: next}
}
