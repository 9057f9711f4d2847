package cloudinit

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// marshal writes v so that cloud-init's YAML 1.1 reads the same texts: "0644", "on" and "1:30" stay texts there.
func marshal(v any) ([]byte, error) {
	node, err := yaml.ValueToNode(v, yaml.IndentSequence(false))
	if err != nil {
		return nil, err
	}
	q := &quoter{}
	ast.Walk(q, node)
	if q.err != nil {
		return nil, q.err
	}
	return append(blank.ReplaceAll([]byte(node.String()), nil), '\n'), nil
}

type quoter struct{ err error }

// Visit decides how each text is written.
func (q *quoter) Visit(node ast.Node) ast.Visitor {
	text, ok := node.(*ast.StringNode)
	if !ok {
		return q
	}
	if raw, err := strconv.Unquote(text.Value); err == nil && text.Value[0] == '"' { // the encoder has quoted it its own way
		text.Value = raw
	}
	if !utf8.ValidString(text.Value) {
		q.err = fmt.Errorf("%q is not UTF-8: a file may hold it with encoding b64", cut(text.Value))
	}
	text.Token.Type = style(text.Value)
	return q
}

func style(s string) token.Type {
	if plain.MatchString(s) && !word.MatchString(s) || block(s) {
		return token.StringType
	}
	return token.DoubleQuoteType
}

var (
	// plain texts need no quotes in any YAML: they begin with a letter or a slash and hold nothing that has a meaning.
	plain = regexp.MustCompile(`^[A-Za-z/][A-Za-z0-9_./@+=,()-]*( [A-Za-z0-9_./@+=,()-]+)*$`)
	// word is what YAML 1.1 takes for a truth value or for nothing.
	word = regexp.MustCompile(`(?i)^(y|n|yes|no|on|off|true|false|null)$`)
	// edge is space at a line's end, which the library loses in places.
	edge = regexp.MustCompile(`[ \t](\n|$)`)
	// blank lines are indented by the library; no text has such lines of its own outside of quotes.
	blank = regexp.MustCompile(`(?m)^ +$`)
)

// block says whether a text of several lines can be written as it is, below a "|".
func block(s string) bool {
	if !strings.Contains(s, "\n") || strings.ContainsAny(s[:1], "\n\t ") || edge.MatchString(s) {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool { return r != '\n' && r != '\t' && (!unicode.IsPrint(r) || r == '\uFEFF') }) < 0
}
