package provider

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/davit-io/davit/internal/field"
)

// A value of Terraform's becomes a host document by way of JSON: the names are the same, and spec reads it as strictly
// as any other document. What is null is left out; what is unknown is left out too, and its path noted.

// plain gives the Go value of v, nil for null and unknown, and the paths below at that are unknown.
func plain(v tftypes.Value, at string) (value any, unknown []string) {
	switch {
	case !v.IsKnown():
		return nil, []string{at}
	case v.IsNull():
		return nil, nil
	case v.Type().Is(tftypes.String):
		var text string
		_ = v.As(&text) // its type is checked
		return text, nil
	case v.Type().Is(tftypes.Bool):
		var b bool
		_ = v.As(&b)
		return b, nil
	case v.Type().Is(tftypes.Number):
		n := new(big.Float)
		_ = v.As(&n)
		return json.Number(n.Text('f', -1)), nil
	case v.Type().Is(tftypes.Object{}), v.Type().Is(tftypes.Map{}):
		return plainMap(v, at)
	}
	return plainList(v, at)
}

func plainMap(v tftypes.Value, at string) (value any, unknown []string) {
	var all map[string]tftypes.Value
	_ = v.As(&all)
	out := map[string]any{}
	for key, item := range all {
		value, missing := plain(item, field.Join(at, key))
		if unknown = append(unknown, missing...); value != nil {
			out[key] = value
		}
	}
	return out, unknown
}

func plainList(v tftypes.Value, at string) (value any, unknown []string) {
	var all []tftypes.Value
	_ = v.As(&all)
	out := make([]any, len(all))
	for i, item := range all {
		value, missing := plain(item, index(at, i))
		unknown = append(unknown, missing...)
		out[i] = value
	}
	return out, unknown
}

// text writes a plain value as spec reads it from a flag.
func text(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case []any, map[string]any:
		b, _ := json.Marshal(v) // of texts, numbers and truth values
		return string(b)
	}
	return fmt.Sprint(value)
}

func index(path string, i int) string { return fmt.Sprintf("%s[%d]", path, i) }

// within says whether path is at or below parent.
func within(path, parent string) bool {
	rest, ok := strings.CutPrefix(path, parent)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}
