package cli

import (
	"context"
	"time"
)

// Once it was interrupted, work has this long to end by itself; then the command ends without it, and last of all the
// run. What was made is in the record by then, and what a lost answer made carries the owner, so nothing is lost by
// not waiting longer.
const (
	workGrace = 1500 * time.Millisecond
	runGrace  = 1800 * time.Millisecond
)

// interruptible runs the work of a command, and not much longer than ctx lasts. next is what the user can do after an
// interruption; it is asked for only then.
func interruptible(ctx context.Context, next func() string, work func() error) error {
	return within(ctx, workGrace, next, work)
}

func within(ctx context.Context, grace time.Duration, next func() string, work func() error) error {
	done := make(chan error, 1)
	go func() { done <- work() }()
	select {
	case err := <-done:
		return interrupted(ctx, err, next)
	case <-ctx.Done():
	}
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	select {
	case err := <-done:
		return interrupted(ctx, err, next)
	case <-late.Done():
		return interrupted(ctx, ctx.Err(), next)
	}
}

// interrupted puts what failed because of the interruption in the words of one error.
func interrupted(ctx context.Context, err error, next func() string) error {
	if err == nil || ctx.Err() == nil {
		return err
	}
	if _, told := err.(*interruptedError); told { //nolint:errorlint // made below, never wrapped
		return err
	}
	return &interruptedError{next: next()}
}

type interruptedError struct{ next string }

func (e *interruptedError) Error() string { return "interrupted" }
func (e *interruptedError) Unwrap() error { return context.Canceled }
func (e *interruptedError) Hint() string  { return e.next }

// say is a next step that is always the same.
func say(next string) func() string { return func() string { return next } }
