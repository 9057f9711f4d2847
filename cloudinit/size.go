package cloudinit

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

type part struct {
	name string
	size int
}

// largest names the n parts of a document that take the most room, with their sizes in bytes.
func largest(c Config, n int) string {
	parts := parts(c)
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(b.size, a.size) })
	var texts []string
	for _, p := range parts[:min(n, len(parts))] {
		texts = append(texts, fmt.Sprintf("%s (%d)", p.name, p.size))
	}
	return strings.Join(texts, ", ")
}

func parts(c Config) []part {
	var out []part
	for _, f := range c.WriteFiles {
		out = append(out, part{"write_files " + f.Path, len(f.Content)})
	}
	items, err := c.items()
	if err != nil {
		return out
	}
	for _, item := range items {
		if item.Key == "write_files" {
			continue
		}
		if data, err := marshal(item.Value); err == nil {
			out = append(out, part{fmt.Sprint(item.Key), len(data)})
		}
	}
	return out
}
