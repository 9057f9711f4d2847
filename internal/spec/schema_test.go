package spec_test

import (
	"bytes"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/davit-io/davit/internal/spec"
)

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	b, err := spec.JSONSchema(table())
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("host.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("host.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSchemaAgrees holds the schema to what Decode takes and refuses.
func TestSchemaAgrees(t *testing.T) {
	t.Parallel()
	schema := compiled(t)
	for doc, takes := range map[string]bool{
		full: true, "{}": true, "driver: bare\nbare: {address: a}": true, "stack: {}": true, "mtu: 0": true, "cpus: 0": true,
		"disks: []": true, "engine: {}": true, "stack: {ports: [{network: a}]}": true, "engine: {labels: {}}": true,

		"nettwork: a": false, "image: 12": false, "image: null": false, "cpus: two": false, "cpus: -1": false, "cpus: 1.5": false,
		"mtu: 100": false, "mtu: 9217": false, "host_key: ''": false, "host_key: x": false, "driver: x": false, "name: ''": false,
		"disks: {}": false, "disks: [{}]": false, "disks: [{size_gib: 0}]": false, "disks: [{size_gib: 1, x: 1}]": false,
		"disks: [{size_gib: 1, filesystem: zfs}]": false, "disks: [1]": false, "engine: docker": false,
		"engine: {labels: {a: 1}}": false, "engine: {labels: {'': a}}": false, "engine: {registry_mirrors: ['']}": false,
		"engine: {registry_mirrors: a}": false, "driver: bare\nstack: {}": false, "stack: {}\nbare: {}": false,
		"stack: {retries: 6}": false, "stack: {config_drive: 1}": false, "stack: {ports: [{network: ''}]}": false,
		"stack: {token: 5}": false, "stack: {retry: {pause: a}}": false, "stack: {retry: {x: 1}}": false, "[]": false,
	} {
		if _, err := spec.Decode(table(), "h.yaml", []byte(doc)); (err == nil) != takes {
			t.Errorf("Decode of %q: %v", doc, err)
		}
		var v any
		if err := yaml.Unmarshal([]byte(doc), &v); err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(v); (err == nil) != takes {
			t.Errorf("schema on %q: %v", doc, err)
		}
	}
}
