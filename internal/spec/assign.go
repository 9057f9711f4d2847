package spec

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/davit-io/davit/internal/field"
)

// assigner puts nodes into slots and collects what is wrong, all of it.
type assigner struct {
	file string
	errs []error
}

func (a *assigner) err() error { return errors.Join(a.errs...) }

func (a *assigner) fail(n node, path, format string, args ...any) {
	a.add(n, field.Errorf(path, format, args...))
}

func (a *assigner) add(n node, f *field.Error) {
	if n.line == 0 {
		a.errs = append(a.errs, f)
		return
	}
	a.errs = append(a.errs, &At{a.file, n.line, n.column, f})
}

func (a *assigner) want(n node, path, what string) {
	if n.kind == null {
		a.fail(n, path, "has no value: give it %s, or remove the key", what)
		return
	}
	a.fail(n, path, "must be %s, not %s", what, n.seen())
}

// document assigns a mapping to the slots below prefix ("", or a group's path with a dot at its end).
func (a *assigner) document(n node, prefix string, slots []slot) {
	if n.kind != mapping {
		a.want(n, strings.TrimSuffix(prefix, "."), "a mapping")
		return
	}
	for i, key := range a.unique(n, strings.TrimSuffix(prefix, ".")) {
		if key.kind == null {
			continue
		}
		path := prefix + key.text
		s, isOption := find(slots, path)
		switch {
		case isOption:
			a.option(n.values[i], s)
		case slices.ContainsFunc(slots, func(s slot) bool { return strings.HasPrefix(s.Path, path+".") }):
			a.document(n.values[i], path+".", slots)
		default:
			a.fail(key, strings.TrimSuffix(prefix, "."), "unknown key %q%s", key.text, didYouMean(key.text, keysBelow(prefix, slots)))
		}
	}
}

// unique gives the keys of a mapping in order; one given before is reported and made null.
func (a *assigner) unique(n node, path string) []node {
	keys, first := slices.Clone(n.keys), map[string]int{}
	for i, key := range keys {
		if line, twice := first[key.text]; twice {
			a.fail(key, path, "key %q is given twice%s", key.text, inLine(line))
			keys[i].kind = null
			continue
		}
		first[key.text] = key.line
	}
	return keys
}

func inLine(line int) string {
	if line == 0 {
		return ""
	}
	return ", first in line " + strconv.Itoa(line)
}

// option assigns a node to an option and checks the value.
func (a *assigner) option(n node, s slot) {
	if !a.value(n, s) {
		return
	}
	if f := s.check(n.kind != plain); f != nil {
		a.add(n, f)
	}
}

// value reports whether the node had the option's type.
func (a *assigner) value(n node, s slot) bool {
	switch at := s.at.(type) {
	case *bool:
		return a.bool(n, s.Path, at)
	case *int:
		return a.int(n, s.Path, at)
	case *string:
		return a.text(n, s.Path, at)
	case *field.Secret:
		return a.text(n, s.Path, (*string)(at))
	case *[]string:
		return a.list(n, s.Path, at)
	case *map[string]string:
		return a.texts(n, s.Path, at)
	default:
		return a.blocks(n, s.Path, s.at.(blocks))
	}
}

func (a *assigner) bool(n node, path string, at *bool) bool {
	b, err := strconv.ParseBool(n.text)
	if (n.kind != boolean && n.kind != plain) || err != nil {
		a.want(n, path, "true or false")
		return false
	}
	*at = b
	return true
}

func (a *assigner) int(n node, path string, at *int) bool {
	i, err := strconv.ParseInt(n.text, 0, 0)
	if n.kind == plain {
		i, err = strconv.ParseInt(n.text, 10, 0)
	}
	if (n.kind != whole && n.kind != plain) || err != nil {
		a.want(n, path, "a whole number")
		return false
	}
	*at = int(i)
	return true
}

func (a *assigner) text(n node, path string, at *string) bool {
	switch n.kind {
	case text, plain:
		*at = n.text
		return true
	case boolean, whole, decimal:
		a.fail(n, path, "must be text, not %s: put it in quotes", n.text)
	case null, list, mapping:
		a.want(n, path, "text")
	}
	return false
}

func (a *assigner) list(n node, path string, at *[]string) bool {
	if n.kind != list {
		a.want(n, path, "a list")
		return false
	}
	ok, got := true, make([]string, len(n.values))
	for i, v := range n.values {
		ok = a.text(v, index(path, i), &got[i]) && ok
	}
	*at = got
	return ok
}

func (a *assigner) texts(n node, path string, at *map[string]string) bool {
	if n.kind != mapping {
		a.want(n, path, "a mapping")
		return false
	}
	ok, got := true, make(map[string]string, len(n.keys))
	for i, key := range a.unique(n, path) {
		var v string
		ok = a.text(n.values[i], field.Join(path, key.text), &v) && ok
		got[key.text] = v
	}
	*at = got
	return ok
}

func (a *assigner) blocks(n node, path string, at blocks) bool {
	if n.kind != list {
		a.want(n, path, "a list of blocks")
		return false
	}
	before := len(a.errs)
	at.clear()
	for i, v := range n.values {
		a.block(v, below(index(path, i), at.add()))
	}
	return len(a.errs) == before
}

// block assigns one block of a list, and misses what it must have.
func (a *assigner) block(n node, slots []slot) {
	prefix := slots[0].Path[:strings.LastIndex(slots[0].Path, ".")+1]
	a.document(n, prefix, slots)
	for _, s := range slots {
		given := slices.ContainsFunc(n.keys, func(key node) bool { return prefix+key.text == s.Path })
		if s.Required && !given && n.kind == mapping {
			a.fail(n, s.Path, "is required")
		}
	}
}

func index(path string, i int) string { return path + "[" + strconv.Itoa(i) + "]" }

// keysBelow lists the keys that a mapping may have.
func keysBelow(prefix string, slots []slot) []string {
	var keys []string
	for _, s := range slots {
		if rest, ok := strings.CutPrefix(s.Path, prefix); ok {
			key, _, _ := strings.Cut(rest, ".")
			keys = append(keys, key)
		}
	}
	return slices.Compact(keys)
}
