package spec_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davit-io/davit/internal/spec"
)

// TestSurfaces walks every option through all surfaces this package makes.
func TestSurfaces(t *testing.T) {
	t.Parallel()
	schema, err := spec.JSONSchema(table())
	if err != nil {
		t.Fatal(err)
	}
	reference := string(spec.Reference(table()))
	for _, o := range spec.Options(table()) {
		t.Run(o.Path, func(t *testing.T) {
			t.Parallel()
			want, value := exampleHost(t, o)
			inText(t, o, want)
			inYAML(t, o, want)
			inRecord(t, o, want)
			inSources(t, o, want, value)
			inSchema(t, o, schema)
			inReference(t, o, reference)
		})
	}
}

// exampleHost makes a host with one option set to a value other than its default.
func exampleHost(t *testing.T, o spec.Option) (*spec.Host, string) {
	t.Helper()
	driver := o.Driver
	if driver == "" {
		driver = "stack"
	}
	h, value := newHost(t, driver), o.Example
	switch {
	case o.Path == "driver":
		return h, driver
	case value == "" && len(o.Values) > 0:
		value = o.Values[len(o.Values)-1]
	case value == "":
		value = "true"
	}
	if err := h.Set(o.Path, value); err != nil {
		t.Fatal(err)
	}
	if cmp.Equal(h, newHost(t, driver)) {
		t.Fatalf("%s=%s changes nothing", o.Path, value)
	}
	return h, value
}

func inText(t *testing.T, o spec.Option, want *spec.Host) {
	t.Helper()
	got, err := want.Get(o.Path)
	if err != nil {
		t.Fatal(err)
	}
	if o.Type == spec.Secret {
		if got != "(secret)" {
			t.Errorf("Get shows the secret: %q", got)
		}
		return
	}
	h := newHost(t, want.Driver)
	if err := h.Set(o.Path, got); err != nil {
		t.Error(err)
	}
	equal(t, "Set of what Get gave", want, h)
}

func inYAML(t *testing.T, o spec.Option, want *spec.Host) {
	t.Helper()
	b, err := spec.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`(?m)^\s*` + o.Key() + `:`).Match(b) {
		t.Errorf("no key %q in\n%s", o.Key(), b)
	}
	h, err := spec.Decode(table(), "h.yaml", b)
	if err != nil {
		t.Fatalf("%v in\n%s", err, b)
	}
	if o.Type == spec.Secret {
		if strings.Contains(string(b), o.Example) {
			t.Errorf("YAML shows the secret:\n%s", b)
		}
		return
	}
	equal(t, "YAML", want, h)
}

func inRecord(t *testing.T, o spec.Option, want *spec.Host) {
	t.Helper()
	b, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	if o.Type == spec.Secret {
		if strings.Contains(string(b), o.Key()) {
			t.Errorf("the record has the secret: %s", b)
		}
		return
	}
	h := &spec.Host{}
	if err := json.Unmarshal(b, h); err != nil {
		t.Fatal(err)
	}
	if err := h.Bind(table()); err != nil {
		t.Fatal(err)
	}
	equal(t, "record", want, h)
}

func inSources(t *testing.T, o spec.Option, want *spec.Host, value string) {
	t.Helper()
	if o.Path == "name" {
		if o.Flag != "" || o.Env != "" {
			t.Error("the argument has a flag or variable too")
		}
		return
	}
	env := map[string]string{"DAVIT_DRIVER": want.Driver, o.Env: value}
	lookup := func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	h, err := spec.Sources{Lookup: lookup}.Host(table())
	if err != nil {
		t.Fatal(err)
	}
	equal(t, o.Env, want, h)
	h, err = spec.Sources{Flags: []spec.Flag{
		{Name: "driver", Values: []string{want.Driver}},
		{Name: o.Flag, Values: []string{value}},
	}}.Host(table())
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "--"+o.Flag, want, h)
}

func inSchema(t *testing.T, o spec.Option, schema []byte) {
	t.Helper()
	var at map[string]any
	if err := json.Unmarshal(schema, &at); err != nil {
		t.Fatal(err)
	}
	for key := range strings.SplitSeq(o.Path, ".") {
		at, _ = at["properties"].(map[string]any)
		at, _ = at[key].(map[string]any)
	}
	if d, _ := at["description"].(string); !strings.HasPrefix(d, o.Help) {
		t.Errorf("the schema has %v", at)
	}
}

func inReference(t *testing.T, o spec.Option, reference string) {
	t.Helper()
	for _, want := range []string{"| `" + o.Path + "` |", "`--" + o.Flag + "`", "`" + o.Env + "`", o.Help} {
		if !strings.Contains(reference, want) && want != "`--`" && want != "``" {
			t.Errorf("the reference has no %s", want)
		}
	}
	for _, f := range o.Fields {
		if !strings.Contains(reference, "| `"+o.Path+"[]."+f.Path+"` |") {
			t.Errorf("the reference has no %s of %s", f.Path, o.Path)
		}
	}
}

func equal(t *testing.T, where string, want, got *spec.Host) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s: %s", where, d)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	got := map[string][2]string{}
	for _, o := range spec.Options(table()) {
		got[o.Path] = [2]string{o.Flag, o.Env}
	}
	for path, want := range map[string][2]string{
		"image":                   {"image", "DAVIT_IMAGE"},
		"memory_gib":              {"memory-gib", "DAVIT_MEMORY_GIB"},
		"disks":                   {"disk", "DAVIT_DISKS"},
		"engine.name":             {"engine-name", "DAVIT_ENGINE_NAME"},
		"engine.registry_mirrors": {"engine-registry-mirrors", "DAVIT_ENGINE_REGISTRY_MIRRORS"},
		"stack.cloud":             {"cloud", "DAVIT_CLOUD"},
		"bare.cloud":              {"cloud", "DAVIT_CLOUD"},
		"stack.security_groups":   {"security-groups", "DAVIT_SECURITY_GROUPS"},
		"stack.ports":             {"port", "DAVIT_PORTS"},
		"stack.retry.pause":       {"retry-pause", "DAVIT_RETRY_PAUSE"},
	} {
		if got[path] != want {
			t.Errorf("%s: got %v, want %v", path, got[path], want)
		}
	}
}
