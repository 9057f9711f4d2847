package spec

import (
	"encoding/csv"
	"strings"

	"github.com/davit-io/davit/internal/field"
)

// Set gives the option at path ("cpus", "engine.labels", "openstack.cloud") a value from a text, as flags and
// environment have it: "true", "2", "a,b" (quoted as CSV where needed), "k=v,l=w". A list or map may also be written in YAML
// ("[a, b]", "{k: v}"). Of a list of blocks, "size_gib=2,type=fast" appends one and a YAML list replaces all.
// The empty text gives the default back.
func (h *Host) Set(path, value string) error {
	slots := h.slots()
	s, ok := find(slots, path)
	switch {
	case !ok:
		return unknownPath(path, slots)
	case path == "driver" && value != h.Driver:
		return field.Errorf(path, "can't be changed: its block would be lost; make a new host")
	}
	return s.set(value)
}

// Get gives the value of the option at path as a text that Set takes; of a list of blocks a YAML list. A secret is
// hidden.
func (h *Host) Get(path string) (string, error) {
	slots := h.slots()
	s, ok := find(slots, path)
	if !ok {
		return "", unknownPath(path, slots)
	}
	return s.get(), nil
}

func (s slot) set(value string) error {
	if value == "" {
		s.reset()
		return nil
	}
	if b, ok := s.at.(blocks); ok && !isYAML(value) {
		return s.append(b, value)
	}
	n, err := s.parse(value)
	if err != nil {
		return err
	}
	a := &assigner{}
	a.option(n, s)
	return a.err()
}

// replace sets the option from the values of a flag given several times: those of lists, maps and blocks add up.
func (s slot) replace(values []string) error {
	switch s.Type {
	case List, Map:
		if len(values) != 1 || !isYAML(values[0]) {
			return s.set(strings.Join(values, ","))
		}
	case Blocks:
		s.clear()
	case Bool, Int, Text, Secret:
		values = values[max(0, len(values)-1):]
	}
	a := &assigner{}
	for _, v := range values {
		if err := s.set(v); err != nil {
			a.errs = append(a.errs, err)
		}
	}
	return a.err()
}

// append adds one block written as "key=value,key=value".
func (s slot) append(b blocks, value string) error {
	path := index(s.Path, b.len())
	n, err := pairs(path, value)
	if err != nil {
		return err
	}
	a := &assigner{}
	a.block(n, below(path, b.add()))
	return a.err()
}

// parse reads a text as the option's type has it.
func (s slot) parse(value string) (node, error) {
	switch s.Type {
	case List, Map, Blocks:
		if isYAML(value) {
			n, err := parseYAML(s.Path, []byte(value))
			return n.placeless(), err
		}
	case Bool, Int, Text, Secret:
		return node{kind: plain, text: value}, nil
	}
	if s.Type == Map {
		return pairs(s.Path, value)
	}
	parts, err := split(s.Path, value)
	n := node{kind: list}
	for _, p := range parts {
		n.values = append(n.values, node{kind: plain, text: p})
	}
	return n, err
}

func isYAML(value string) bool { return strings.HasPrefix(value, "[") || strings.HasPrefix(value, "{") }

// placeless forgets the places: those within a flag's value help nobody.
func (n node) placeless() node {
	n.line, n.column = 0, 0
	for i := range n.keys {
		n.keys[i] = n.keys[i].placeless()
	}
	for i := range n.values {
		n.values[i] = n.values[i].placeless()
	}
	return n
}

func pairs(path, value string) (node, error) {
	n := node{kind: mapping}
	parts, err := split(path, value)
	for _, p := range parts {
		k, v, ok := strings.Cut(p, "=")
		if !ok {
			return n, field.Errorf(path, "must be key=value pairs with commas between, not %q", p)
		}
		n.keys = append(n.keys, node{kind: text, text: strings.TrimSpace(k)})
		n.values = append(n.values, node{kind: plain, text: v})
	}
	return n, err
}

// split takes a line of comma-separated values apart; a value with a comma is in double quotes.
func split(path, value string) ([]string, error) {
	parts, err := csv.NewReader(strings.NewReader(value)).Read()
	if err != nil {
		return nil, field.Errorf(path, "can't read %q as values with commas between: %w", value, err)
	}
	return parts, nil
}
