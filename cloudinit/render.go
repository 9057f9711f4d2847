package cloudinit

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"maps"
	"slices"

	"github.com/goccy/go-yaml"
)

// OpenStackMax is the size in bytes of the largest user-data Nova takes: 65535 characters of base64.
const OpenStackMax = 65535 / 4 * 3

// Render writes the document. It is compressed only when it doesn't fit into max bytes otherwise (0: no limit); when
// it doesn't fit even so, the error says how large it and its largest parts are.
func Render(c Config, maxBytes int) ([]byte, error) {
	data, err := c.plain()
	if err != nil || maxBytes <= 0 || len(data) <= maxBytes {
		return data, err
	}
	packed, err := compress(data)
	if err != nil || len(packed) <= maxBytes {
		return packed, err
	}
	return nil, fmt.Errorf("the user-data is %d bytes, %d compressed, and at most %d fit; its largest parts: %s",
		len(data), len(packed), maxBytes, largest(c, 3))
}

func (c Config) plain() ([]byte, error) {
	items, err := c.items()
	if err != nil {
		return nil, err
	}
	if len(items) == 0 {
		return []byte(Header + "\n{}\n"), nil
	}
	body, err := marshal(items)
	if err != nil {
		return nil, err
	}
	return append([]byte(Header+"\n"), body...), nil
}

// items are the keys in the order they are rendered: the known ones as Config lists them, then the others by name.
func (c Config) items() (yaml.MapSlice, error) {
	var items yaml.MapSlice
	for _, s := range c.slots() {
		if _, twice := c.Extra[s.key]; twice {
			return nil, fmt.Errorf("extra: %s has a field of its own", s.key)
		}
		if !s.empty() {
			items = append(items, yaml.MapItem{Key: s.key, Value: s.value})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(c.Extra)) {
		items = append(items, yaml.MapItem{Key: key, Value: c.Extra[key]})
	}
	return items, nil
}

// document gives c as plain maps, lists and scalars.
func (c Config) document() (map[string]any, error) {
	data, err := c.plain()
	if err != nil {
		return nil, err
	}
	out := map[string]any{}
	return out, yaml.Unmarshal(data, &out)
}

func compress(data []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}
