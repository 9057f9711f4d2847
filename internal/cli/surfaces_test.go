package cli

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/builtin"
	"github.com/davit-io/davit/drivers/fake"
	"github.com/davit-io/davit/drivers/vsphere"
	"github.com/davit-io/davit/internal/spec"
)

// everyDriver is the table of davit with the fake driver, which has an option of every shape.
func everyDriver() drivers.Table { return append(builtin.Table(), fake.New().Constructor()) }

func appWith(table drivers.Table, env map[string]string) *app {
	return &app{table: table, io: Streams{
		In: strings.NewReader(""), Out: io.Discard, Err: io.Discard,
		Getenv: func(name string) string { return env[name] },
	}}
}

// sample is a value for an option that isn't its default, as Set takes it.
func sample(o spec.Option) string {
	switch {
	case o.Path == "driver":
		return o.Values[len(o.Values)-1]
	case len(o.Values) > 0:
		return o.Values[len(o.Values)-1]
	case o.Type == spec.Bool:
		return "true"
	case o.Type == spec.Int:
		return "1234"
	case o.Type == spec.List:
		return "one,two"
	case o.Type == spec.Map:
		return "a=b,c=d"
	case o.Type == spec.Blocks:
		return "size_gib=7,mount=/srv"
	}
	return "some-text"
}

// TestSurfaces walks every option through every place where it can be set or read of: a flag, the environment, the
// YAML document, the help, the reference, the JSON Schema.
func TestSurfaces(t *testing.T) {
	t.Parallel()
	table := everyDriver()
	reference := string(spec.Reference(table))
	help := helpOf(t, table)
	schema := schemaOf(t, table)
	for _, o := range spec.Options(table) {
		t.Run(o.Path, func(t *testing.T) {
			t.Parallel()
			want := model(t, table, o)
			if got := valueFrom(t, table, o, nil, document{text: documentWith(t, want, o)}); got != value(t, want, o) {
				t.Errorf("YAML gives %q, want %q", got, value(t, want, o))
			}
			if !strings.Contains(reference, "| `"+o.Path+"` |") {
				t.Error("the reference doesn't have it")
			}
			if !schema.has(o.Path) {
				t.Error("the JSON Schema doesn't have it")
			}
			if o.Path == "name" {
				return // the command's argument
			}
			if got := valueFrom(t, table, o, nil, document{}, "--"+o.Flag+"="+sample(o)); got != value(t, want, o) {
				t.Errorf("--%s gives %q, want %q", o.Flag, got, value(t, want, o))
			}
			if got := valueFrom(t, table, o, map[string]string{o.Env: sample(o)}, document{}); got != value(t, want, o) {
				t.Errorf("%s gives %q, want %q", o.Env, got, value(t, want, o))
			}
			if !strings.Contains(help, " --"+o.Flag+" ") || !strings.Contains(reference, "`"+o.Env+"`") {
				t.Error("the help or the reference doesn't have its flag and variable")
			}
		})
	}
}

func driverOf(table drivers.Table, o spec.Option) string {
	if o.Path == "driver" {
		return sample(o)
	}
	if o.Driver == "" {
		return table[0].Name
	}
	return o.Driver
}

// model is a host with nothing but the option's sample.
func model(t *testing.T, table drivers.Table, o spec.Option) *spec.Host {
	t.Helper()
	h, err := spec.New(table, driverOf(table, o))
	if err == nil && o.Path != "driver" {
		err = h.Set(o.Path, sample(o))
	}
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// value is the option as text, a secret as it is.
func value(t *testing.T, h *spec.Host, o spec.Option) string {
	t.Helper()
	if o.Type == spec.Secret {
		// Each secret has a way out of its own, which only the driver's author gives.
		return map[string]func() string{
			"fake.token":               func() string { return h.Options.(*fake.Options).Token.Reveal() },
			"vsphere.vcenter_password": func() string { return h.Options.(*vsphere.Options).VCenterPassword.Reveal() },
		}[o.Path]()
	}
	v, err := h.Get(o.Path)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// documentWith is the host's YAML. A secret is hidden in it and put in by hand.
func documentWith(t *testing.T, h *spec.Host, o spec.Option) []byte {
	t.Helper()
	text, err := spec.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	if o.Type != spec.Secret {
		return text
	}
	driver, key, _ := strings.Cut(o.Path, ".")
	return []byte("driver: " + driver + "\n" + driver + ":\n  " + key + ": " + sample(o) + "\n")
}

// valueFrom runs the flags through davit create's own and gives the option's value.
func valueFrom(t *testing.T, table drivers.Table, o spec.Option, env map[string]string, d document, flags ...string) string {
	t.Helper()
	a := appWith(table, env)
	cmd := &cobra.Command{Use: "create"}
	d.app, d.flags = a, a.addOptions(cmd)
	if o.Path != "driver" && d.text == nil {
		flags = append(flags, "--driver", driverOf(table, o))
	}
	if err := cmd.ParseFlags(flags); err != nil {
		t.Fatal(err)
	}
	h, err := d.host()
	if err != nil {
		t.Fatal(err)
	}
	return value(t, h, o)
}

func helpOf(t *testing.T, table drivers.Table) string {
	t.Helper()
	var out bytes.Buffer
	a := appWith(table, nil)
	a.io.Out = &out
	root := a.root()
	root.SetArgs([]string{"create", "--help"})
	if err := root.ExecuteContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// schemaNode is an object of a JSON Schema.
type schemaNode map[string]any

func schemaOf(t *testing.T, table drivers.Table) schemaNode {
	t.Helper()
	data, err := spec.JSONSchema(table)
	if err != nil {
		t.Fatal(err)
	}
	var s schemaNode
	if err := json.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s schemaNode) has(path string) bool {
	at := s
	for key := range strings.SplitSeq(path, ".") {
		properties, _ := at["properties"].(map[string]any)
		next, ok := properties[key].(map[string]any)
		if !ok {
			return false
		}
		at = next
	}
	return true
}

// TestSharedFlagsMeanTheSame lets no two drivers share a flag with another type or meaning.
func TestSharedFlagsMeanTheSame(t *testing.T) {
	t.Parallel()
	seen := map[string]spec.Option{}
	for _, o := range spec.Options(everyDriver()) {
		other, shared := seen[o.Flag]
		if seen[o.Flag] = o; !shared || o.Flag == "" {
			continue
		}
		if other.Type != o.Type || other.Help != o.Help {
			t.Errorf("--%s is %s of %s and %s of %s", o.Flag, other.Type, other.Path, o.Type, o.Path)
		}
	}
}

// TestWhereFindsTheSource says for a path where its value came from.
func TestWhereFindsTheSource(t *testing.T) {
	t.Parallel()
	a := appWith(everyDriver(), map[string]string{"DAVIT_NETWORK": "private"})
	cmd := &cobra.Command{Use: "create"}
	d := document{app: a, file: "host.yaml", flags: a.addOptions(cmd)}
	d.text = []byte("image: debian-12\ndisks:\n  - size_gib: 2\n  - size_gib: 3\n    type: fast\nopenstack:\n  metadata:\n    a: b\n")
	if err := cmd.ParseFlags([]string{"--cpus", "2", "--flavor=m1"}); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"cpus": "--cpus", "openstack.flavor": "--flavor", "image": "host.yaml:1", "disks[1].type": "host.yaml:5",
		"disks[1].mount": "host.yaml:4", "disks": "host.yaml:3", "network": "environment variable DAVIT_NETWORK",
		"openstack.metadata.a": "host.yaml:8", "openstack.cloud": "host.yaml:7", "memory_gib": "--memory-gib (not given)",
		"name": "", "nonsense": "",
	} {
		if got := d.where(path); got != want {
			t.Errorf("%s: got %q, want %q", path, got, want)
		}
	}
	if yaml.Unmarshal(d.text, &map[string]any{}) != nil {
		t.Error("the test's own document is no YAML")
	}
}
