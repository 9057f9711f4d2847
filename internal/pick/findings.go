// Package pick finds the things that users name on a platform, and says what they may have meant.
package pick

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
)

// Findings collects what is wrong with a set of specs: each thing once, with the hosts it concerns unless it concerns
// all.
type Findings struct {
	hosts []string
	list  []*field.Error
	of    map[string][]string // hosts by the text of a finding
}

// NewFindings makes an empty collection for a set of specs.
func NewFindings(specs []drivers.Spec) *Findings {
	f := &Findings{of: map[string][]string{}}
	for _, spec := range specs {
		f.hosts = append(f.hosts, spec.Name)
	}
	return f
}

// Add notes a finding about some hosts; nil is none.
func (f *Findings) Add(e *field.Error, hosts ...string) {
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

// AddAll notes a finding about the hosts together; nil is none.
func (f *Findings) AddAll(e *field.Error) { f.Add(e, f.hosts...) }

// Err joins the findings as field.Errors, in the order in which they were noted; none: nil.
func (f *Findings) Err() error {
	var errs []error
	for _, e := range f.list {
		if of := f.of[e.Error()]; len(of) < len(f.hosts) {
			e = &field.Error{Path: e.Path, Err: fmt.Errorf("%w (%s)", e.Err, strings.Join(of, ", ")), Next: e.Next}
		}
		errs = append(errs, e)
	}
	return errors.Join(errs...)
}
