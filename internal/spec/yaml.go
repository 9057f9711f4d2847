package spec

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/davit-io/davit/internal/field"
)

// parseYAML reads one YAML document; an empty one is an empty mapping. Keys given twice are kept, for the assigner to
// report among all the rest.
func parseYAML(name string, b []byte) (node, error) {
	file, err := parser.ParseBytes(b, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		return node{}, syntaxError(name, err)
	}
	r := reader{anchors: map[string]ast.Node{}}
	var docs []node
	for _, doc := range file.Docs {
		if doc.Body != nil && doc.Body.Type() != ast.CommentType {
			docs = append(docs, r.read(doc.Body, 0))
		}
	}
	switch len(docs) {
	case 0:
		return node{kind: mapping, line: 1, column: 1}, nil
	case 1:
		return docs[0], nil
	}
	return node{}, &At{name, docs[1].line, docs[1].column, field.Errorf("", "a second document: a file describes one host")}
}

func syntaxError(name string, err error) error {
	at, ok := errors.AsType[*yaml.SyntaxError](err)
	if !ok || at.Token == nil {
		return fmt.Errorf("%s: %w", name, field.Errorf("", "%w", err))
	}
	pos := at.Token.Position
	return &At{name, pos.Line, pos.Column, field.Errorf("", "%s", at.Message)}
}

// reader turns a syntax tree into nodes. An alias stands for what its anchor holds.
type reader struct{ anchors map[string]ast.Node }

// maxDepth is far deeper than any host document, and ends an alias that holds itself.
const maxDepth = 20

func (r reader) read(n ast.Node, depth int) node {
	if n == nil || depth > maxDepth {
		return node{kind: null}
	}
	switch n := n.(type) {
	case *ast.AnchorNode:
		r.anchors[n.Name.String()] = n.Value
		return r.read(n.Value, depth+1)
	case *ast.AliasNode:
		return at(n, r.read(r.anchors[n.Value.String()], depth+1))
	case *ast.MappingNode:
		return at(n, r.mapping(n.Values, depth))
	case *ast.MappingValueNode:
		return at(n.Key, r.mapping([]*ast.MappingValueNode{n}, depth))
	case *ast.SequenceNode:
		return at(n, r.list(n.Values, depth))
	}
	return at(n, scalar(n))
}

func (r reader) mapping(pairs []*ast.MappingValueNode, depth int) node {
	n := node{kind: mapping}
	for _, p := range pairs {
		key, value := at(p.Key, node{kind: text, text: keyText(p.Key)}), r.read(p.Value, depth+1)
		if value.kind == null {
			value.line, value.column = key.line, key.column // where nothing is has no place of its own
		}
		n.keys, n.values = append(n.keys, key), append(n.values, value)
	}
	return n
}

func (r reader) list(items []ast.Node, depth int) node {
	n := node{kind: list}
	for _, item := range items {
		n.values = append(n.values, r.read(item, depth+1))
	}
	return n
}

func keyText(key ast.MapKeyNode) string {
	if s, ok := key.(*ast.StringNode); ok {
		return s.Value
	}
	return strings.TrimSpace(key.String())
}

func scalar(n ast.Node) node {
	switch n := n.(type) {
	case *ast.StringNode:
		return node{kind: text, text: n.Value}
	case *ast.LiteralNode:
		return node{kind: text, text: n.Value.Value}
	case *ast.BoolNode:
		return node{kind: boolean, text: strconv.FormatBool(n.Value)}
	case *ast.IntegerNode:
		return node{kind: whole, text: fmt.Sprint(n.Value)}
	case *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return node{kind: decimal, text: n.GetToken().Value}
	case *ast.NullNode:
		return node{kind: null}
	}
	return node{kind: "a tag"}
}

// at sets the place of a node: its first token's.
func at(n ast.Node, to node) node {
	var tk *token.Token
	if n != nil {
		tk = n.GetToken()
	}
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		tk = m.Values[0].Key.GetToken()
	}
	if tk != nil && tk.Position != nil {
		to.line, to.column = tk.Position.Line, tk.Position.Column
	}
	return to
}
