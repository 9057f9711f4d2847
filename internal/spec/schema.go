package spec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/davit-io/davit/drivers"
)

// JSONSchema describes the host document for editors (JSON Schema, draft 2020-12). It takes what Decode takes.
// It is made from the options rather than from the structs, so that it can't know more or less than Decode.
func JSONSchema(table drivers.Table) ([]byte, error) {
	properties := propertiesOf(OptionsOf(table, ""), "")
	for _, c := range table {
		block := schemaOf(propertiesOf(ownOptions(table, c.Name), c.Name+"."), nil)
		properties = append(properties, member{c.Name, append(object{{"description", c.Help}}, block...)})
	}
	s := object{
		{"$schema", "https://json-schema.org/draft/2020-12/schema"},
		{"title", "davit host"},
	}
	s = append(s, schemaOf(properties, nil)...)
	s = append(s, member{"dependentSchemas", oneDriver(table)})
	return indented(s)
}

// indented writes for people: "<" stays as it is, and the file ends with a newline.
func indented(s object) ([]byte, error) {
	b, err := s.MarshalJSON()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, b, "", "  "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

func ownOptions(table drivers.Table, driver string) []Option {
	var own []Option
	for _, o := range OptionsOf(table, driver) {
		if o.Driver == driver {
			own = append(own, o)
		}
	}
	return own
}

// oneDriver says that a driver's block goes with that driver and with no other block.
func oneDriver(table drivers.Table) object {
	var all object
	for _, c := range table {
		p := object{{"driver", object{{"const", c.Name}}}}
		for _, other := range table {
			if other.Name != c.Name {
				p = append(p, member{other.Name, false})
			}
		}
		all = append(all, member{c.Name, object{{"properties", p}}})
	}
	return all
}

// propertiesOf makes the properties of the options below prefix; a dot in the rest of a path opens a mapping within.
func propertiesOf(options []Option, prefix string) object {
	var all object
	for i := 0; i < len(options); i++ {
		name, _, nested := strings.Cut(strings.TrimPrefix(options[i].Path, prefix), ".")
		if !nested {
			all = append(all, member{name, options[i].schema()})
			continue
		}
		n := inGroup(options[i:], prefix+name+".")
		all = append(all, member{name, schemaOf(propertiesOf(options[i:i+n], prefix+name+"."), nil)})
		i += n - 1
	}
	return all
}

func schemaOf(properties object, required []string) object {
	s := object{{"type", "object"}, {"properties", properties}, {"additionalProperties", false}}
	if len(required) > 0 {
		s = append(s, member{"required", required})
	}
	return s
}

func (o Option) schema() object {
	s := append(object{{"description", o.sentences()}}, o.shape()...)
	if o.Default != "" {
		s = append(s, member{"default", o.typed(o.Default)})
	}
	return s
}

// sentences is the help with what else there is to say of a number.
func (o Option) sentences() string {
	said := sentence(o.Help)
	if o.Unit != "" {
		said += " In " + o.Unit + "."
	}
	if o.Why != "" {
		said += fmt.Sprintf(" %d to %d: %s.", o.Min, o.Max, o.Why)
	}
	return said
}

// sentence ends a text with a full stop.
func sentence(s string) string { return strings.TrimSuffix(s, ".") + "." }

func (o Option) shape() object {
	switch o.Type {
	case Bool:
		return object{{"type", "boolean"}}
	case Int:
		return append(object{{"type", "integer"}}, o.limits()...)
	case List:
		return object{{"type", "array"}, {"items", object{{"type", "string"}, {"minLength", 1}}}}
	case Map:
		return object{
			{"type", "object"},
			{"propertyNames", object{{"minLength", 1}}},
			{"additionalProperties", object{{"type", "string"}}},
		}
	case Blocks:
		return object{{"type", "array"}, {"items", schemaOf(propertiesOf(o.Fields, ""), requiredOf(o.Fields))}}
	case Text, Secret:
	}
	if len(o.Values) > 0 {
		return object{{"type", "string"}, {"enum", o.Values}}
	}
	if o.Required {
		return object{{"type", "string"}, {"minLength", 1}}
	}
	return object{{"type", "string"}}
}

// limits are those of checkInt: 0 stands for unset unless the number is required.
func (o Option) limits() object {
	var l object
	if o.Min != 0 {
		l = append(l, member{"minimum", o.Min})
	}
	if o.Max != 0 {
		l = append(l, member{"maximum", o.Max})
	}
	if o.Required || o.Min <= 0 {
		return l
	}
	return object{{"anyOf", []object{{{"const", 0}}, l}}}
}

func requiredOf(options []Option) []string {
	var names []string
	for _, o := range options {
		if o.Required {
			names = append(names, o.Key())
		}
	}
	return names
}

// typed gives a default as the document would have it.
func (o Option) typed(value string) any {
	switch o.Type {
	case Bool:
		return value == "true"
	case Int:
		if n, err := strconv.Atoi(value); err == nil {
			return n
		}
	case List:
		return strings.Split(value, ",")
	case Text, Secret, Map, Blocks:
	}
	return value
}
