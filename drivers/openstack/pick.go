package openstack

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
	specs []drivers.Spec
	list  []*field.Error
	hosts map[string][]string // by text of the finding
}

// add notes a finding about a host; hosts of the same finding share a line.
func (f *findings) add(host string, e *field.Error) {
	key := e.Error()
	if f.hosts == nil {
		f.hosts = map[string][]string{}
	}
	if f.hosts[key] == nil {
		f.list = append(f.list, e)
	}
	if !slices.Contains(f.hosts[key], host) {
		f.hosts[key] = append(f.hosts[key], host)
	}
}

// all notes a finding about the specs together.
func (f *findings) all(e *field.Error) {
	for _, spec := range f.specs {
		f.add(spec.Name, e)
	}
}

func (f *findings) err() error {
	var errs []error
	for _, e := range f.list {
		hosts := f.hosts[e.Error()]
		if len(hosts) < len(f.specs) {
			e = &field.Error{Path: e.Path, Err: fmt.Errorf("%w (%s)", e.Err, strings.Join(hosts, ", ")), Next: e.Next}
		}
		errs = append(errs, e)
	}
	return errors.Join(errs...)
}

// pick finds a thing by id or name. preferred breaks a tie between things of one name; nil: nothing does.
func pick[T any](kind, path, want string, from []T, id, name func(T) string, preferred func(T) bool) (T, *field.Error) {
	var named []T
	for _, thing := range from {
		if id(thing) == want {
			return thing, nil
		}
		if name(thing) == want {
			named = append(named, thing)
		}
	}
	if better := only(named, preferred); len(named) > 1 && len(better) == 1 {
		named = better
	}
	var none T
	switch len(named) {
	case 1:
		return named[0], nil
	case 0:
		return none, unknown(kind, path, want, names(from, name))
	}
	return none, field.Errorf(path, "%d %ss are named %q: %s", len(named), kind, want, strings.Join(names(named, id), ", ")).
		WithHint("give the id instead of the name")
}

func only[T any](things []T, want func(T) bool) []T {
	if want == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(things), func(thing T) bool { return !want(thing) })
}

func unknown(kind, path, want string, have []string) *field.Error {
	e := field.Errorf(path, "%w", &drivers.Error{Kind: drivers.ErrNotFound, Err: fmt.Errorf("no %s %q", kind, want)})
	switch close := nearest(want, have); {
	case len(close) > 0:
		return e.WithHint("did you mean %s?", strings.Join(close, " or "))
	case len(have) == 0:
		return e.WithHint("the project sees no %s at all", kind)
	}
	return e.WithHint("there are %s", listed(have))
}

// nearest lists up to three names that someone may have meant, the nearest first.
func nearest(want string, have []string) []string {
	distance := func(name string) int {
		return levenshtein.Distance(strings.ToLower(want), strings.ToLower(name), nil)
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
