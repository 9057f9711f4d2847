package pick

import (
	"fmt"
	"strings"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
)

// Kind is a kind of things that users name.
type Kind[T any] struct {
	Word string                        // for a finding, for example "security group"
	ID   func(T) string                // tells things of one name apart; whoever gives it needs no name
	Name func(T) string                // things without a name can't be named
	Also func(thing T, as string) bool // what a thing may be called besides; nil: nothing

	prefer func(T) bool
}

// Preferring is the kind with a tie between things of one name broken.
func (k Kind[T]) Preferring(prefer func(T) bool) Kind[T] {
	k.prefer = prefer
	return k
}

// One finds the thing that is called want. path is that of the option with the name.
func (k Kind[T]) One(path, want string, from []T) (T, *field.Error) {
	named := k.named(want, from)
	var none T
	switch len(named) {
	case 1:
		return named[0], nil
	case 0:
		return none, Unknown(k.Word, path, want, k.names(from))
	}
	return none, field.Errorf(path, "%d of them are called %q: %s", len(named), want, strings.Join(texts(named, k.ID), ", ")).
		WithHint("give one of these instead of the name")
}

// named are those that are called want, in one way or another.
func (k Kind[T]) named(want string, from []T) []T {
	var named, better []T
	for _, thing := range from {
		if k.ID(thing) == want {
			return []T{thing}
		}
		if k.Name(thing) != want && (k.Also == nil || !k.Also(thing, want)) {
			continue
		}
		named = append(named, thing)
		if k.prefer != nil && k.prefer(thing) {
			better = append(better, thing)
		}
	}
	if len(better) == 1 {
		return better
	}
	return named
}

// OneOrOnly finds the thing that is called want, or, without a name, the only one there is.
func (k Kind[T]) OneOrOnly(path, want string, from []T) (T, *field.Error) {
	var none T
	switch {
	case want != "":
		return k.One(path, want, from)
	case len(from) == 1:
		return from[0], nil
	case len(from) == 0:
		return none, field.Errorf(path, "%w", missing("the account sees no %s", k.Word))
	}
	return none, field.Errorf(path, "there are %d", len(from)).WithHint("name one of %s", Listed(k.names(from)))
}

func (k Kind[T]) names(from []T) []string { return texts(from, k.Name) }

func texts[T any](things []T, text func(T) string) []string {
	var out []string
	for _, thing := range things {
		if s := text(thing); s != "" {
			out = append(out, s)
		}
	}
	return out
}

func missing(format string, args ...any) error {
	return &drivers.Error{Kind: drivers.ErrNotFound, Err: fmt.Errorf(format, args...)}
}
