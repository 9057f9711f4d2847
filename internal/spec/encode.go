package spec

import (
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/davit-io/davit/internal/field"
)

// Marshal writes the host as YAML in the order of the options' definition, without what is unset. Secrets show as
// "(secret)".
func Marshal(h *Host) ([]byte, error) {
	return yaml.MarshalWithOptions(h.object(false), yaml.UseLiteralStyleIfMultiline(true), yaml.IndentSequence(true))
}

// object is the host as a mapping. For a record, secrets are left out.
func (h *Host) object(record bool) object {
	all := encode(h.slots(), "", record)
	if raw, ok := h.Options.(raw); ok {
		all = append(all, member{h.Driver, raw})
	}
	return all
}

// encode makes a mapping of the slots below prefix; a dot in the rest of a path opens a mapping within.
func encode(slots []slot, prefix string, record bool) object {
	var all object
	for i := 0; i < len(slots); i++ {
		group, _, nested := strings.Cut(strings.TrimPrefix(slots[i].Path, prefix), ".")
		if nested {
			n := inGroup(slots[i:], prefix+group+".")
			if o := encode(slots[i:i+n], prefix+group+".", record); len(o) > 0 {
				all = append(all, member{group, o})
			}
			i += n - 1
			continue
		}
		if v, ok := slots[i].encode(record); ok {
			all = append(all, member{group, v})
		}
	}
	return all
}

// inGroup counts the options at the start that are below prefix.
func inGroup[T interface{ path() string }](options []T, prefix string) int {
	for i, o := range options {
		if !strings.HasPrefix(o.path(), prefix) {
			return i
		}
	}
	return len(options)
}

func (o Option) path() string { return o.Path }

// encode gives the value, and whether it is written: an unset value isn't, unless reading would make it the default.
func (s slot) encode(record bool) (any, bool) {
	if s.zero() && (s.Default == "" || len(s.Values) > 0) || record && s.Type == Secret {
		return nil, false
	}
	switch at := s.at.(type) {
	case *bool:
		return *at, true
	case *int:
		return *at, true
	case *string:
		return *at, true
	case *field.Secret:
		return at.String(), true
	case *[]string:
		return append([]string{}, *at...), true
	case *map[string]string:
		return *at, true
	default:
		return encodeBlocks(s.at.(blocks), record), true
	}
}

func encodeBlocks(b blocks, record bool) []object {
	all := make([]object, b.len())
	for i := range all {
		all[i] = encode(b.get(i), "", record)
	}
	return all
}
