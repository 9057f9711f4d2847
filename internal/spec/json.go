package spec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

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
		return node{kind: boolean, text: fmt.Sprint(v)}
	case json.Number:
		if _, err := v.Int64(); err != nil {
			return node{kind: decimal, text: v.String()}
		}
		return node{kind: whole, text: v.String()}
	case string:
		return node{kind: text, text: v}
	case []any:
		n := node{kind: list}
		for _, item := range v {
			n.values = append(n.values, fromJSON(item))
		}
		return n
	case map[string]any:
		n := node{kind: mapping}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			n.keys = append(n.keys, node{kind: text, text: key})
			n.values = append(n.values, fromJSON(v[key]))
		}
		return n
	}
	return node{kind: null}
}

// take splits a mapping into what is not at key and what is; nil: nothing.
func (n node) take(key string) (rest node, taken *node) {
	i := slices.IndexFunc(n.keys, func(k node) bool { return k.text == key })
	if i < 0 {
		return n, nil
	}
	taken = &n.values[i]
	n.keys = slices.Delete(slices.Clone(n.keys), i, i+1)
	n.values = slices.Delete(slices.Clone(n.values), i, i+1)
	return n, taken
}
