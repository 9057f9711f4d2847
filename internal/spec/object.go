package spec

import (
	"bytes"
	"encoding/json"

	"github.com/goccy/go-yaml"
)

// object is a mapping that keeps its order in YAML and JSON.
type object []member

type member struct {
	key   string
	value any
}

// MarshalYAML writes the members in order.
func (o object) MarshalYAML() (any, error) {
	m := make(yaml.MapSlice, len(o))
	for i, e := range o {
		m[i] = yaml.MapItem{Key: e.key, Value: e.value}
	}
	return m, nil
}

// MarshalJSON writes the members in order.
func (o object) MarshalJSON() ([]byte, error) {
	b := bytes.NewBufferString("{")
	for i, e := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := json.Marshal(e.key)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(e.value)
		if err != nil {
			return nil, err
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
