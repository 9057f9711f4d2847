package spec

import (
	"slices"
	"strings"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
)

// Decode reads a host document strictly: an unknown key, a wrong type, a key given twice or a value out of its limits
// is refused. All findings come joined, each an *At with file (name), line and column around a field.Error.
// What the whole document must hold is for Validate to say.
func Decode(table drivers.Table, name string, yaml []byte) (*Host, error) {
	return Sources{File: yaml, FileName: name}.Host(table)
}

// assignDocument puts the document into h, which has its driver already. The block of another driver is refused.
func (a *assigner) assignDocument(table drivers.Table, n node, h *Host) {
	if n.kind == mapping {
		n = a.withoutOthers(table, n, h.Driver)
	}
	chosen, options := h.Driver, h.Options
	a.document(n, "", h.slots())
	h.Driver, h.Options = chosen, options
}

// withoutOthers refuses the blocks of drivers that aren't the host's and takes them out.
func (a *assigner) withoutOthers(table drivers.Table, n node, driver string) node {
	left := node{kind: mapping, line: n.line, column: n.column}
	for i, key := range n.keys {
		if _, isDriver := table.Find(key.text); isDriver && key.text != driver {
			a.otherBlock(key, driver)
			continue
		}
		left.keys, left.values = append(left.keys, key), append(left.values, n.values[i])
	}
	return left
}

func (a *assigner) otherBlock(key node, driver string) {
	if driver == "" {
		a.fail(key, key.text, "the host has no driver: say \"driver: %s\" first", key.text)
		return
	}
	a.fail(key, key.text, "the host's driver is %s: remove this block, or say \"driver: %s\"", driver, key.text)
}

// driverOf says which driver a document chooses: by its key, or by the only driver's block in it. Empty: none.
func driverOf(table drivers.Table, n node) string {
	var blocks []string
	for i, key := range n.keys {
		if key.text == "driver" && i < len(n.values) {
			return n.values[i].text
		}
		if _, ok := table.Find(key.text); ok {
			blocks = append(blocks, key.text)
		}
	}
	if slices.Sort(blocks); len(slices.Compact(blocks)) != 1 {
		return ""
	}
	return blocks[0]
}

// unknownPath is the finding for a path that no option of the host has.
func unknownPath(path string, slots []slot) *field.Error {
	names := make([]string, len(slots))
	for i, s := range slots {
		names[i] = s.Path
	}
	return field.Errorf("", "no option %q%s", strings.TrimSpace(path), didYouMean(path, names))
}
