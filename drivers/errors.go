package drivers

import (
	"errors"

	"github.com/davit-io/davit/internal/wait"
)

// The kinds of errors, to be asked for with errors.Is. SDK types never leave a driver.
var (
	ErrNotFound    = errors.New("not found")
	ErrExists      = errors.New("exists already")
	ErrAuth        = errors.New("not authorized")
	ErrQuota       = errors.New("quota exceeded")
	ErrCapacity    = errors.New("no capacity")
	ErrUnsupported = errors.New("not supported")
	ErrTimeout     = wait.ErrTimeout
)

// Error is an error of a kind with what the platform said and what to do next.
type Error struct {
	Kind error  // one of the kinds above; nil: of no kind
	Err  error  // what went wrong, with the operation and the object
	Next string // what to do next; may be empty
}

// Error gives what went wrong.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap gives the kind and the cause.
func (e *Error) Unwrap() []error {
	if e.Kind == nil {
		return []error{e.Err}
	}
	return []error{e.Kind, e.Err}
}

// Hint gives the next step, or "".
func (e *Error) Hint() string { return e.Next }

// Hint finds the first next step in err's tree, or "".
func Hint(err error) string {
	if h, ok := errors.AsType[interface {
		error
		Hint() string
	}](err); ok {
		return h.Hint()
	}
	return ""
}
