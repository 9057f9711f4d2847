package provider

import (
	"encoding/json"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// object is a plan, a state or a configuration of a resource, by attribute. A null one has no attributes at all.
type object struct {
	kind tftypes.Object
	at   map[string]tftypes.Value
}

func objectOf(v tftypes.Value) object {
	kind, _ := v.Type().(tftypes.Object)
	o := object{kind: kind}
	if !v.IsNull() && v.IsKnown() {
		_ = v.As(&o.at) // its type is checked
	}
	return o
}

func (o object) none() bool { return o.at == nil }

func (o object) value() tftypes.Value {
	if o.none() {
		return tftypes.NewValue(o.kind, nil)
	}
	return tftypes.NewValue(o.kind, o.at)
}

// empty is the object with every attribute null.
func (o object) empty() object {
	all := object{kind: o.kind, at: map[string]tftypes.Value{}}
	for name := range o.kind.AttributeTypes {
		all.set(name, nil)
	}
	return all
}

func (o object) clone() object { return object{o.kind, maps.Clone(o.at)} }

// given says that an attribute is neither null nor unknown.
func (o object) given(name string) bool {
	v, ok := o.at[name]
	return ok && v.IsKnown() && !v.IsNull()
}

func (o object) unknown(name string) bool {
	v, ok := o.at[name]
	return ok && !v.IsKnown()
}

// plain is the Go value of an attribute: nil where it is not given.
func (o object) plain(name string) any {
	if !o.given(name) {
		return nil
	}
	v, _ := plain(o.at[name], name)
	return v
}

func (o object) text(name string) string {
	s, _ := o.plain(name).(string)
	return s
}

func (o object) number(name string) int {
	n, _ := o.plain(name).(json.Number)
	i, _ := n.Int64()
	return int(i)
}

// same says that an attribute has the same value in other.
func (o object) same(name string, other object) bool { return o.at[name].Equal(other.at[name]) }

// set puts a Go value into an attribute. What says nothing (nil, an empty text, 0) is null.
func (o object) set(name string, v any) { o.at[name] = valueOf(o.kind.AttributeTypes[name], v) }

func (o object) setUnknown(names ...string) {
	for _, name := range names {
		o.at[name] = tftypes.NewValue(o.kind.AttributeTypes[name], tftypes.UnknownValue)
	}
}

// known makes null of what is still unknown, as a state must have it.
func (o object) known() object {
	all := o.clone()
	for name, v := range o.at {
		if !v.IsFullyKnown() {
			all.set(name, nil)
		}
	}
	return all
}

// valueOf makes a value of a type. Lists are never null: they may be empty.
func valueOf(kind tftypes.Type, v any) tftypes.Value {
	switch v := v.(type) {
	case string:
		if v != "" {
			return tftypes.NewValue(kind, v)
		}
	case int:
		if v != 0 {
			return tftypes.NewValue(kind, v)
		}
	case bool:
		return tftypes.NewValue(kind, v)
	case []string:
		return tftypes.NewValue(kind, each(v, func(s string) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }))
	case map[string]string:
		return tftypes.NewValue(kind, texts(v))
	case []map[string]string:
		row := kind.(tftypes.List).ElementType
		return tftypes.NewValue(kind, each(v, func(m map[string]string) tftypes.Value { return tftypes.NewValue(row, texts(m)) }))
	}
	return tftypes.NewValue(kind, nil)
}

func texts(m map[string]string) map[string]tftypes.Value {
	all := map[string]tftypes.Value{}
	for key, s := range m {
		all[key] = tftypes.NewValue(tftypes.String, s)
	}
	return all
}

func each[A, B any](list []A, f func(A) B) []B {
	return slices.AppendSeq(make([]B, 0, len(list)), func(yield func(B) bool) {
		for _, a := range list {
			if !yield(f(a)) {
				return
			}
		}
	})
}
