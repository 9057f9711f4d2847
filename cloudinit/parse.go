package cloudinit

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Header is the first line of every document.
const Header = "#cloud-config"

// Finding is what is wrong in a document, and where.
type Finding struct {
	Line, Column int // from 1
	Text         string
}

// Error gives "line:column: what is wrong".
func (f *Finding) Error() string { return fmt.Sprintf("%d:%d: %s", f.Line, f.Column, f.Text) }

// Parse reads a cloud-config document. It is strict: the header, unknown keys inside of known blocks, double keys and
// wrong types are Findings, all of them joined. Unknown keys at the top are kept in Extra.
func Parse(data []byte) (c Config, err error) {
	defer func() { // the library panics on some malformed documents, such as a tag without a value
		if r := recover(); r != nil {
			err = &Finding{1, 1, fmt.Sprintf("the document is malformed: %v", r)}
		}
	}()
	first, _, _ := strings.Cut(string(data), "\n")
	if strings.TrimRight(first, " \t\r") != Header {
		return c, &Finding{1, 1, fmt.Sprintf("the first line must be %s, not %q", Header, cut(first))}
	}
	root, err := mapping(data)
	if err != nil || root == nil {
		return c, err
	}
	return c, c.decode(root)
}

// mapping gives the document's top; nil: the document is empty.
func mapping(data []byte) (*ast.MappingNode, error) {
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, finding(err)
	}
	var bodies []ast.Node
	for _, doc := range file.Docs {
		if doc.Body != nil && doc.Body.Type() != ast.CommentType && doc.Body.Type() != ast.NullType {
			bodies = append(bodies, doc.Body)
		}
	}
	switch {
	case len(bodies) == 0:
		return nil, nil
	case len(bodies) > 1:
		return nil, at(bodies[1], "a second document: cloud-init reads one")
	}
	root, ok := bodies[0].(*ast.MappingNode)
	if !ok {
		return nil, at(bodies[0], "keys with values are expected, not a "+strings.ToLower(bodies[0].Type().String()))
	}
	return root, nil
}

// decode takes every key by itself, so that one mistake doesn't hide the next. The decoder is shared: it remembers anchors.
func (c *Config) decode(root *ast.MappingNode) error {
	known := map[string]any{}
	for _, s := range c.slots() {
		known[s.key] = s.value
	}
	d := yaml.NewDecoder(bytes.NewReader(nil), yaml.Strict())
	var findings []error
	for _, pair := range root.Values {
		key := pair.Key.GetToken().Value
		if _, merged := pair.Key.(*ast.MergeKeyNode); merged {
			findings = append(findings, at(pair.Key, "a merge key can't stand at the top"))
			continue
		}
		target, ok := known[key]
		if ok {
			findings = append(findings, finding(decodeInto(d, pair.Value, target)))
			continue
		}
		var extra any
		findings = append(findings, finding(d.DecodeFromNode(pair.Value, &extra)))
		if c.Extra == nil {
			c.Extra = map[string]any{}
		}
		c.Extra[key] = extra
	}
	return errors.Join(findings...)
}

// decodeInto makes what an optional field points to: the library leaves a pointer alone that is nil.
func decodeInto(d *yaml.Decoder, node ast.Node, target any) error {
	field := reflect.ValueOf(target).Elem()
	if field.Kind() != reflect.Pointer || node.Type() == ast.NullType {
		return d.DecodeFromNode(node, target)
	}
	field.Set(reflect.New(field.Type().Elem()))
	return d.DecodeFromNode(node, field.Interface())
}

// finding turns the library's errors into Findings.
func finding(err error) error {
	if err == nil {
		return nil
	}
	var located yaml.Error
	if !errors.As(err, &located) || located.GetToken() == nil {
		return &Finding{1, 1, err.Error()}
	}
	pos := located.GetToken().Position
	return &Finding{pos.Line, pos.Column, located.GetMessage()}
}

func at(node ast.Node, text string) *Finding {
	if m, ok := node.(*ast.MappingNode); ok && len(m.Values) > 0 {
		node = m.Values[0].Key // a mapping's own token is its first colon
	}
	pos := node.GetToken().Position
	return &Finding{pos.Line, pos.Column, text}
}

func cut(s string) string {
	const most = 40
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "..."
}
