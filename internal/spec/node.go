package spec

import (
	"strconv"

	"github.com/davit-io/davit/internal/field"
)

// node is a value as read from YAML, JSON or a text, before it is known what it is for. All three readers make nodes,
// and one assigner puts them into the host.
type node struct {
	kind         kind
	text         string // of a scalar
	keys, values []node // of a mapping; values alone: of a list
	line, column int    // 0: not read from a file
}

type kind string

const (
	null    kind = "nothing"
	boolean kind = "a truth value"
	whole   kind = "a whole number"
	decimal kind = "a decimal number"
	text    kind = "text"
	plain   kind = "plain text" // from a flag: a number or truth value when the option is one
	list    kind = "a list"
	mapping kind = "a mapping"
)

// seen says what the node is, for an error.
func (n node) seen() string {
	switch n.kind {
	case boolean, whole, decimal:
		return n.text
	case text, plain:
		return strconv.Quote(n.text)
	case null, list, mapping:
		return string(n.kind)
	}
	return "what a host document doesn't have"
}

// At is a finding with its place in a file.
type At struct {
	File         string
	Line, Column int // from 1
	Err          *field.Error
}

// Error gives "file:line:column: what is wrong".
func (a *At) Error() string {
	return a.File + ":" + strconv.Itoa(a.Line) + ":" + strconv.Itoa(a.Column) + ": " + a.Err.Error()
}

// Unwrap gives the finding.
func (a *At) Unwrap() error { return a.Err }

// Hint gives the next step for the user, or "".
func (a *At) Hint() string { return a.Err.Hint() }
