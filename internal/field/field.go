// Package field says where a value is wrong. Every layer reports a wrong value as an Error with the path of
// its option; the front ends turn the path into a flag, a line of YAML or a Terraform attribute.
package field

import (
	"errors"
	"fmt"
	"strings"
)

// Error is one finding about one value.
type Error struct {
	Path string // option path as in the host document, for example "disks[1].size_gib"; empty: the document as a whole
	Err  error  // what is wrong
	Next string // what to do about it; may be empty
}

// Errorf reports what is wrong at path; %w keeps a cause.
func Errorf(path, format string, args ...any) *Error {
	return &Error{Path: path, Err: fmt.Errorf(format, args...)}
}

// WithHint returns the finding with the next step for the user.
func (e *Error) WithHint(format string, args ...any) *Error {
	e.Next = fmt.Sprintf(format, args...)
	return e
}

// Error gives "path: what is wrong".
func (e *Error) Error() string {
	if e.Path == "" {
		return e.Err.Error()
	}
	return e.Path + ": " + e.Err.Error()
}

// Unwrap gives the cause, so that errors.Is sees its kind.
func (e *Error) Unwrap() error { return e.Err }

// Hint gives the next step for the user, or "".
func (e *Error) Hint() string { return e.Next }

// Under prefixes the path of every finding in err with parent; an error that is no finding becomes one at parent.
func Under(parent string, err error) error {
	if err == nil {
		return nil
	}
	var out []error
	for _, e := range All(err) {
		out = append(out, &Error{Path: Join(parent, e.Path), Err: e.Err, Next: e.Next})
	}
	return errors.Join(out...)
}

// All lists the findings joined in err, in order; an error that is no finding is listed with an empty path.
func All(err error) []*Error {
	var out []*Error
	for _, part := range Split(err) {
		if e, ok := errors.AsType[*Error](part); ok {
			out = append(out, e)
			continue
		}
		out = append(out, &Error{Err: part, Next: hint(part)})
	}
	return out
}

// Split takes joined errors apart. An error that says more than the lines of its parts, or has a hint, stays whole.
func Split(err error) []error {
	if err == nil {
		return nil
	}
	many, ok := err.(interface{ Unwrap() []error })
	if _, hints := err.(interface{ Hint() string }); hints || !ok || errors.Join(many.Unwrap()...).Error() != err.Error() {
		return []error{err}
	}
	var out []error
	for _, e := range many.Unwrap() {
		out = append(out, Split(e)...)
	}
	return out
}

func hint(err error) string {
	if h, ok := errors.AsType[interface {
		error
		Hint() string
	}](err); ok {
		return h.Hint()
	}
	return ""
}

// Join appends a path below parent: "disks[1]" and "size_gib" give "disks[1].size_gib".
func Join(parent, path string) string {
	switch {
	case parent == "":
		return path
	case path == "", strings.HasPrefix(path, "["):
		return parent + path
	default:
		return parent + "." + path
	}
}
