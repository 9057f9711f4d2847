package spec_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/spec"
)

func decoded(t *testing.T) *spec.Host {
	t.Helper()
	h, err := spec.Decode(table(), "h.yaml", []byte(full))
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestMarshal(t *testing.T) {
	t.Parallel()
	h := decoded(t)
	h.Options.(*stackOptions).Token = ""
	b, err := spec.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	back, err := spec.Decode(table(), "h.yaml", b)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "YAML", h, back)
	short, err := spec.Marshal(valid(t))
	if err != nil {
		t.Fatal(err)
	}
	want := `name: web-1
driver: stack
image: debian-12
host_key: auto
engine:
  name: docker
stack:
  cloud: main
  config_drive: true
  retries: 3
`
	if d := cmp.Diff(want, string(short)); d != "" {
		t.Error(d)
	}
}

func TestZeroOverDefaultSurvives(t *testing.T) {
	t.Parallel()
	h := newHost(t, "stack")
	h.Options.(*stackOptions).Retries, h.Options.(*stackOptions).Cloud = 0, ""
	b, err := spec.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	back, err := spec.Decode(table(), "h.yaml", b)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "YAML", h, back)
}

func TestRecord(t *testing.T) {
	t.Parallel()
	h := decoded(t)
	b, err := json.Marshal(map[string]any{"spec": h})
	if err != nil {
		t.Fatal(err)
	}
	var record struct{ Spec *spec.Host }
	if err := json.Unmarshal(b, &record); err != nil {
		t.Fatal(err)
	}
	if record.Spec.Name != "web-1" || record.Spec.Driver != "stack" {
		t.Errorf("before Bind: %+v", record.Spec)
	}
	same(t, record.Spec.Validate(table()), "stack: the block is spec.raw, and driver stack has *spec_test.stackOptions")
	if again, err := json.Marshal(map[string]any{"spec": record.Spec.Clone()}); err != nil || string(again) != string(b) {
		t.Errorf("an unbound record changes: %v\n%s\n%s", err, again, b)
	}
	for range 2 { // the second Bind has nothing to do
		if err := record.Spec.Bind(table()); err != nil {
			t.Fatal(err)
		}
	}
	h.Options.(*stackOptions).Token = ""
	equal(t, "record", h, record.Spec)
}

func TestRecordFindings(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"imag":"a"}`:                       `unknown key "imag": did you mean "image"?`,
		`{"cpus":1.5}`:                       `cpus: must be a whole number, not 1.5`,
		`[]`:                                 `must be a mapping, not a list`,
		`{"driver":"gone","gone":{}}`:        `driver: "gone" is not one of stack, bare`,
		`{"driver":"stack","stack":{"a":1}}`: `stack: unknown key "a"`,
	} {
		h := &spec.Host{}
		err := json.Unmarshal([]byte(in), h)
		if err == nil {
			err = h.Bind(table())
		}
		same(t, err, want)
	}
}

func TestClone(t *testing.T) {
	t.Parallel()
	h, c := decoded(t), decoded(t).Clone()
	equal(t, "clone", h, c)
	c.Disks[0].SizeGiB, c.Engine.Labels["tier"], c.Engine.RegistryMirrors[0] = 9, "x", "x"
	o := c.Options.(*stackOptions)
	o.Flavor, o.Groups[0], o.Meta["a"], o.Ports[0].Network = "x", "x", "x", "x"
	equal(t, "original", decoded(t), h)
	d := h.Clone()
	d.Options.(*stackOptions).Ports[0].Network = "x"
	d.Disks[0].Type = "x"
	equal(t, "original", decoded(t), h)
}

func TestNewUnknownDriver(t *testing.T) {
	t.Parallel()
	_, err := spec.New(table(), "stac")
	same(t, err, `driver: "stac" is not one of stack, bare: did you mean "stack"?`)
}

func TestDriverSpec(t *testing.T) {
	t.Parallel()
	h := decoded(t)
	want := drivers.Spec{
		Name: "web-1", Owner: "o", Image: "debian-12", CPUs: 2, MemoryGiB: 4, Network: "private", Again: true, Options: h.Options, Engine: "docker",
		Disks: []drivers.Disk{
			{Name: "web-1-data", SizeGiB: 20, Type: "fast", Filesystem: "ext4"},
			{Name: "web-1-2", SizeGiB: 5, Filesystem: "xfs", Mount: "/srv/data"},
		},
	}
	if d := cmp.Diff(want, h.DriverSpec("o", true)); d != "" {
		t.Error(d)
	}
}

func TestCheckTable(t *testing.T) {
	t.Parallel()
	same(t, spec.CheckTable(table()))
	type mute struct {
		Image string `opt:"image" change:"replaces"`
		Cloud string `opt:"cloud" help:"Something else." example:"a" change:"replace"`
		Size  int    `opt:"size" help:"Size." example:"big" change:"replace"`
	}
	bad := append(table(), drivers.Constructor{Name: "engine", Options: func() any { return &mute{} }})
	same(t, spec.CheckTable(bad),
		"engine.name: is the name of a driver, too",
		"engine.registry_mirrors: is the name of a driver, too",
		"engine.insecure_registries: is the name of a driver, too",
		"engine.labels: is the name of a driver, too",
		"engine.image: has no help",
		`engine.image: change "replaces" is not one of in place, engine restart, reboot, replace: did you mean "replace"?`,
		"engine.image: has no example",
		"engine.image: the flag --image is that of image",
		"engine.cloud: shares the flag --cloud with stack.cloud, and has another type, unit, default or meaning",
		`engine.size: must be a whole number, not "big"`,
	)
}

func TestSecretStaysSecret(t *testing.T) {
	t.Parallel()
	h := decoded(t)
	if got := h.Options.(*stackOptions).Token; got != field.Secret("abc") {
		t.Errorf("the secret is lost: %v", got)
	}
}
