package cloudinit

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// Merge lays child over parent and changes neither.
//
//   - A scalar of the child wins.
//   - Blocks are merged key by key, at any depth.
//   - Lists are appended, the parent's entries first; commands stay in order and are never dropped.
//   - packages and ssh_authorized_keys hold an entry once.
//   - users with one name are merged as blocks.
//   - A file of the child with the path of a parent's file takes its place, unless one of them has append set.
func Merge(parent, child Config) (Config, error) {
	var out Config
	low, err := parent.document()
	if err != nil {
		return out, fmt.Errorf("the parent: %w", err)
	}
	high, err := child.document()
	if err != nil {
		return out, fmt.Errorf("the child: %w", err)
	}
	data, err := marshal(merge("", low, high))
	if err != nil {
		return out, err
	}
	root, err := mapping(data)
	if err != nil || root == nil {
		return out, err
	}
	return out, out.decode(root)
}

// identity names the key by which entries of a list are the same thing.
var identity = map[string]string{"users": "name", "write_files": "path"}

// sets are the lists without an order that matters.
var sets = map[string]bool{"packages": true, "ssh_authorized_keys": true}

func merge(key string, parent, child any) any {
	switch high := child.(type) {
	case map[string]any:
		if low, ok := parent.(map[string]any); ok {
			return mergeMaps(low, high)
		}
	case []any:
		if low, ok := parent.([]any); ok {
			return mergeLists(key, low, high)
		}
	}
	return child
}

func mergeMaps(parent, child map[string]any) map[string]any {
	out := maps.Clone(parent)
	for key, value := range child {
		if below, ok := parent[key]; ok {
			value = merge(key, below, value)
		}
		out[key] = value
	}
	return out
}

func mergeLists(key string, parent, child []any) []any {
	out := slices.Clone(parent)
	for _, entry := range child {
		i := slices.IndexFunc(out, func(low any) bool { return same(key, low, entry) })
		switch {
		case i < 0:
			out = append(out, entry)
		case key == "users":
			out[i] = merge("", asUser(out[i]), asUser(entry))
		default:
			out[i] = entry
		}
	}
	return out
}

func same(key string, a, b any) bool {
	if sets[key] {
		return reflect.DeepEqual(a, b)
	}
	id, ok := identity[key]
	if !ok {
		return false
	}
	low, high := asUser(a), asUser(b)
	return low[id] != nil && low[id] == high[id] && low["append"] != true && high["append"] != true
}

// asUser writes the short form of a user, a name, as a block.
func asUser(entry any) map[string]any {
	if block, ok := entry.(map[string]any); ok {
		return block
	}
	return map[string]any{"name": entry}
}
