package spec

import (
	"errors"
	"fmt"
	"slices"

	"github.com/davit-io/davit/internal/field"
)

// check says what is wrong with the value as its tags tell, or gives nil. An unset value is fine unless the document
// gave it in so many words.
func (s slot) check(given bool) *field.Error {
	switch at := s.at.(type) {
	case *int:
		return s.checkInt(*at)
	case *string:
		if s.Required && given && *at == "" {
			return field.Errorf(s.Path, "is required")
		}
		if len(s.Values) > 0 && (*at != "" || given) && !slices.Contains(s.Values, *at) {
			return field.Errorf(s.Path, "%s", notOneOf(*at, s.Values))
		}
	case *[]string:
		if i := slices.Index(*at, ""); i >= 0 {
			return field.Errorf(index(s.Path, i), "is empty: remove it")
		}
	case *map[string]string:
		if _, nameless := (*at)[""]; nameless {
			return field.Errorf(s.Path, "has a value without a name")
		}
	}
	return nil
}

func (s slot) checkInt(n int) *field.Error {
	unset := n == 0 && !s.Required
	if unset || n >= s.Min && (s.Max == 0 || n <= s.Max) {
		return nil
	}
	limits, why := fmt.Sprintf("at least %d", s.Min), ""
	if s.Max > 0 {
		limits = fmt.Sprintf("%d to %d", s.Min, s.Max)
	}
	if s.Unit != "" {
		limits += " " + s.Unit
	}
	if s.Why != "" {
		why = " (" + s.Why + ")"
	}
	return field.Errorf(s.Path, "must be %s, not %d%s", limits, n, why)
}

// checkAll checks every value, and that what is required is there.
func checkAll(slots []slot) error {
	var errs []error
	for _, s := range slots {
		if f := s.check(false); f != nil {
			errs = append(errs, f)
			continue
		}
		if s.Required && s.zero() {
			errs = append(errs, field.Errorf(s.Path, "is required"))
		}
		if b, ok := s.at.(blocks); ok {
			errs = append(errs, checkBlocks(s.Path, b))
		}
	}
	return errors.Join(errs...)
}

func checkBlocks(path string, b blocks) error {
	var errs []error
	for i := range b.len() {
		errs = append(errs, checkAll(below(index(path, i), b.get(i))))
	}
	return errors.Join(errs...)
}
