package spec

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/davit-io/davit/internal/field"
)

// get writes the value as set reads it.
func (s slot) get() string {
	switch at := s.at.(type) {
	case *bool:
		return strconv.FormatBool(*at)
	case *int:
		return strconv.Itoa(*at)
	case *string:
		return *at
	case *field.Secret:
		return at.String()
	case *[]string:
		return joined(*at)
	case *map[string]string:
		var parts []string
		for _, k := range slices.Sorted(maps.Keys(*at)) {
			parts = append(parts, k+"="+(*at)[k])
		}
		return joined(parts)
	default:
		return flow(encodeBlocks(s.at.(blocks), false))
	}
}

// joined writes values with commas between; what could be taken for YAML or for nothing is written as YAML.
func joined(values []string) string {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.Write(values); err != nil {
		return flow(values)
	}
	w.Flush()
	line := strings.TrimSuffix(b.String(), "\n")
	if isYAML(line) || strings.ContainsAny(line, "\r\n") {
		return flow(values)
	}
	return line
}

// flow writes a list in one line that is both JSON and YAML.
func flow(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}
