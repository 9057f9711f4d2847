package spec_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/spec"
)

func TestSetGet(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		path, value string
		want        string // of Get, or of the finding
	}{
		{"cpus", "2", "2"},
		{"cpus", "010", "10"},
		{"cpus", "two", `cpus: must be a whole number, not "two"`},
		{"cpus", "0x2", `cpus: must be a whole number, not "0x2"`},
		{"image", "12", "12"},
		{"host_key", "", "auto"},
		{"host_key", "platfor", `host_key: "platfor" is not one of auto, platform, injected: did you mean "platform"?`},
		{"stack.config_drive", "false", "false"},
		{"stack.config_drive", "maybe", `stack.config_drive: must be true or false, not "maybe"`},
		{"engine.registry_mirrors", `a,"b,c"`, `a,"b,c"`},
		{"engine.registry_mirrors", `[a, "b,c"]`, `a,"b,c"`},
		{"engine.registry_mirrors", `[a, {}]`, `engine.registry_mirrors[1]: must be text, not a mapping`},
		{"engine.registry_mirrors", `a,"b`, `engine.registry_mirrors: can't read "a,\"b" as values with commas between: parse error on line 1, column 5: extraneous or missing " in quoted-field`},
		{"engine.labels", "b=2,a=1=0", "a=1=0,b=2"},
		{"engine.labels", `{b: "2"}`, "b=2"},
		{"engine.labels", "a", `engine.labels: must be key=value pairs with commas between, not "a"`},
		{"engine.labels", "a=1,a=2", `engine.labels: key "a" is given twice`},
		{"disks", "size_gib=2,type=fast", `[{"size_gib":2,"type":"fast","filesystem":"ext4"}]`},
		{"disks", "[{size_gib: 2}, {size_gib: 3, mount: /a}]", `[{"size_gib":2,"filesystem":"ext4"},{"size_gib":3,"filesystem":"ext4","mount":"/a"}]`},
		{"disks", "siz_gib=2", "disks[0]: unknown key \"siz_gib\": did you mean \"size_gib\"?\ndisks[0].size_gib: is required"},
		{"disks", "2", `disks[0]: must be key=value pairs with commas between, not "2"`},
		{"stack.cluod", "a", `no option "stack.cluod": did you mean "stack.cloud"?`},
		{"driver", "bare", "driver: can't be changed: its block would be lost; make a new host"},
		{"mtu", "100", "mtu: must be 576 to 9216 bytes, not 100 (IPv4 needs 576 and IPv6 1280; jumbo frames end at 9216)"},
		{"mtu", "0", "0"},
	} {
		t.Run(tc.path+"="+tc.value, func(t *testing.T) {
			t.Parallel()
			h := newHost(t, "stack")
			got := ""
			err := h.Set(tc.path, tc.value)
			if err == nil {
				got, err = h.Get(tc.path)
			}
			if err != nil {
				got = err.Error()
			}
			if got != tc.want {
				t.Errorf("got %s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestSetAppendsBlocks(t *testing.T) {
	t.Parallel()
	h := newHost(t, "stack")
	for _, v := range []string{"size_gib=1", "size_gib=2,mount=/a"} {
		if err := h.Set("disks", v); err != nil {
			t.Fatal(err)
		}
	}
	want := []spec.Disk{{SizeGiB: 1, Filesystem: "ext4"}, {SizeGiB: 2, Filesystem: "ext4", Mount: "/a"}}
	if d := cmp.Diff(want, h.Disks); d != "" {
		t.Error(d)
	}
}

func TestGetUnknown(t *testing.T) {
	t.Parallel()
	_, err := newHost(t, "stack").Get("engine.nam")
	same(t, err, `no option "engine.nam": did you mean "engine.name"?`)
}

func TestSourcesOrder(t *testing.T) {
	t.Parallel()
	env := map[string]string{
		"DAVIT_IMAGE": "env", "DAVIT_NETWORK": "env", "DAVIT_USER": "env", "DAVIT_CLOUD": "env", "DAVIT_DISKS": "[{size_gib: 1}]",
		"DAVIT_FLAVOR": "", "DAVIT_DRIVER": "bare",
	}
	h, err := spec.Sources{
		Lookup:   func(name string) (string, bool) { v, ok := env[name]; return v, ok },
		FileName: "h.yaml",
		File:     []byte("image: file\nnetwork: file\nstack: {flavor: file}\nengine: {registry_mirrors: [file]}"),
		Flags: []spec.Flag{
			{Name: "image", Values: []string{"other", "flag"}},
			{Name: "disk", Values: []string{"size_gib=2", "size_gib=3,mount=/a"}},
			{Name: "engine-registry-mirrors", Values: []string{"a,b", "c"}},
			{Name: "metadata", Values: []string{"a=1", "b=2"}},
		},
	}.Host(table())
	if err != nil {
		t.Fatal(err)
	}
	want := newHost(t, "stack")
	want.Image, want.Network, want.User = "flag", "file", "env"
	want.Disks = []spec.Disk{{SizeGiB: 2, Filesystem: "ext4"}, {SizeGiB: 3, Filesystem: "ext4", Mount: "/a"}}
	want.Engine.RegistryMirrors = []string{"a", "b", "c"}
	o := want.Options.(*stackOptions)
	o.Cloud, o.Flavor, o.Meta = "env", "file", map[string]string{"a": "1", "b": "2"}
	equal(t, "host", want, h)
}

func TestSourcesTellTheDriver(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		flags []string
		want  string
	}{
		{nil, ""},
		{[]string{"image"}, ""},
		{[]string{"image", "flavor"}, "stack"},
		{[]string{"flavor", "nonsense"}, ""},
	} {
		var flags []spec.Flag
		for _, name := range tc.flags {
			flags = append(flags, spec.Flag{Name: name, Values: []string{"a"}})
		}
		h, err := spec.Sources{Flags: flags}.Host(table())
		if tc.want == "" && err == nil && h.Driver != "" || tc.want != "" && (err != nil || h.Driver != tc.want) {
			t.Errorf("%v: got %+v, %v, want driver %q", tc.flags, h, err, tc.want)
		}
	}
}

func TestSourcesFindings(t *testing.T) {
	t.Parallel()
	_, err := spec.Sources{
		Lookup:   func(name string) (string, bool) { return "x", name == "DAVIT_CPUS" },
		FileName: "h.yaml",
		File:     []byte("driver: bare\nmtu: a"),
		Flags:    []spec.Flag{{Name: "memory-gib", Values: []string{"much"}}, {Name: "flavor", Values: []string{"a"}}, {Name: "x"}},
	}.Host(table())
	same(t, err,
		`cpus: must be a whole number, not "x" (from DAVIT_CPUS)`,
		`h.yaml:2:6: mtu: must be a whole number, not "a"`,
		`memory_gib: must be a whole number, not "much" (from --memory-gib)`,
		`--flavor is an option of driver stack, and the host's driver is "bare"`,
		`no option has the flag --x`,
	)
	if got := field.All(err)[0].Path; got != "cpus" {
		t.Errorf("path %q", got)
	}
}

func TestApplyLeavesTheRest(t *testing.T) {
	t.Parallel()
	h := newHost(t, "stack")
	h.Image, h.Engine.RegistryMirrors = "a", []string{"b"}
	want := h.Clone()
	want.Image, want.Disks = "c", []spec.Disk{{SizeGiB: 2, Filesystem: "ext4"}}
	err := h.Apply(table(), spec.Flag{Name: "image", Values: []string{"c"}}, spec.Flag{Name: "disk", Values: []string{"size_gib=2"}})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "host", want, h)
	same(t, h.Apply(table(), spec.Flag{Name: "cpus", Values: []string{"x"}}, spec.Flag{Name: "nonsense"}),
		`cpus: must be a whole number, not "x" (from --cpus)`, `no option has the flag --nonsense`)
}
