package spec

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"

	"github.com/davit-io/davit/internal/field"
)

// parseJSON reads a JSON document into nodes without places; the keys of a mapping come sorted.
func parseJSON(b []byte) (node, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return node{}, field.Errorf("", "not a host document in JSON: %w", err)
	}
	return fromJSON(v), nil
}

func fromJSON(v any) node {
	switch v := v.(type) {
	case bool:
		return node{kind: boolean, text: strconv.FormatBool(v)}
	case json.Number:
		if _, err := v.Int64(); err != nil {
			return node{kind: decimal, text: v.String()}
		}
		return node{kind: whole, text: v.String()}
	case string:
		return node{kind: text, text: v}
	case []any:
		n := node{kind: list, values: make([]node, 0, len(v))}
		for _, item := range v {
			n.values = append(n.values, fromJSON(item))
		}
		return n
	case map[string]any:
		n := node{kind: mapping, keys: make([]node, 0, len(v)), values: make([]node, 0, len(v))}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			n.keys = append(n.keys, node{kind: text, text: key})
			n.values = append(n.values, fromJSON(v[key]))
		}
		return n
	}
	return node{kind: null}
}

// take gives the value at key, nil when there is none, and makes the assigner pass it over.
func (n node) take(key string) *node {
	i := slices.IndexFunc(n.keys, func(k node) bool { return k.text == key })
	if i < 0 {
		return nil
	}
	n.keys[i].kind = null
	return &n.values[i]
}
