package vsphere

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/agext/levenshtein"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
)

// findings collects what is wrong with a set of specs: each thing once, with the hosts it concerns unless it
// concerns all.
type findings struct {
	hosts []string
	list  []*field.Error
	of    map[string][]string // hosts by the text of a finding
}

func newFindings(specs []drivers.Spec) *findings {
	f := &findings{of: map[string][]string{}}
	for _, spec := range specs {
		f.hosts = append(f.hosts, spec.Name)
	}
	return f
}

// add notes a finding about some hosts; nil is none.
func (f *findings) add(e *field.Error, hosts ...string) {
	if e == nil {
		return
	}
	key := e.Error()
	if f.of[key] == nil {
		f.list = append(f.list, e)
	}
	for _, host := range hosts {
		if !slices.Contains(f.of[key], host) {
			f.of[key] = append(f.of[key], host)
		}
	}
}

func (f *findings) err() error {
	var errs []error
	for _, e := range f.list {
		if of := f.of[e.Error()]; len(of) < len(f.hosts) {
			e = &field.Error{Path: e.Path, Err: fmt.Errorf("%w (%s)", e.Err, strings.Join(of, ", ")), Next: e.Next}
		}
		errs = append(errs, e)
	}
	return errors.Join(errs...)
}

// unknown is the finding that nothing is called want, with the nearest names.
func unknown(kind, path, want string, have []string) *field.Error {
	e := field.Errorf(path, "%w", notFound("no %s %q", kind, want))
	switch near := nearest(want, have); {
	case len(near) > 0:
		return e.WithHint("did you mean %s?", strings.Join(near, " or "))
	case len(have) == 0:
		return e.WithHint("the account sees no %s at all", kind)
	}
	return e.WithHint("there are %s", listed(have))
}

// nearest lists up to three names that someone may have meant, the nearest first.
func nearest(want string, have []string) []string {
	want = strings.ToLower(want[strings.LastIndex(want, "/")+1:])
	distance := func(name string) int {
		return levenshtein.Distance(want, strings.ToLower(name[strings.LastIndex(name, "/")+1:]), nil)
	}
	var near []string
	for _, name := range have {
		if distance(name) <= max(2, len(want)/3) && !slices.Contains(near, name) {
			near = append(near, name)
		}
	}
	slices.SortStableFunc(near, func(a, b string) int { return distance(a) - distance(b) })
	return near[:min(len(near), 3)]
}

// listed names up to ten.
func listed(have []string) string {
	sorted := slices.Compact(slices.Sorted(slices.Values(have)))
	if len(sorted) > 10 {
		return fmt.Sprintf("%s and %d more", strings.Join(sorted[:10], ", "), len(sorted)-10)
	}
	return strings.Join(sorted, ", ")
}

func only[T any](things []T, want func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(things), func(thing T) bool { return !want(thing) })
}

func each[T, U any](things []T, convert func(T) U) []U {
	out := make([]U, len(things))
	for i, thing := range things {
		out[i] = convert(thing)
	}
	return out
}
