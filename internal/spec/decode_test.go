package spec_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/spec"
)

const full = `# a host
name: web-1
driver: stack
image: debian-12
cpus: 2
memory_gib: 4
network: private
user: debian
ssh_key: ~/.ssh/id
host_key: platform
disks:
  - size_gib: 20
    type: fast
  - size_gib: 5
    filesystem: xfs
    mount: /srv/data
    keep: true
engine:
  name: docker
  registry_mirrors:
    - https://mirror.example.com
  insecure_registries:
    - registry.example.com:5000
  labels:
    tier: web
mtu: 1450
user_data: |
  #cloud-config
  packages: [jq]
stack:
  cloud: test
  flavor: m1
  security_groups:
    - web
    - ssh
  config_drive: false
  token: abc
  metadata:
    a: "1"
  retries: 5
  ports:
    - network: b
  retry:
    pause: 7
`

func TestDecodeFull(t *testing.T) {
	t.Parallel()
	h, err := spec.Decode(table(), "host.yaml", []byte(full))
	if err != nil {
		t.Fatal(err)
	}
	want := &spec.Host{
		Name: "web-1", Driver: "stack", Image: "debian-12", CPUs: 2, MemoryGiB: 4, Network: "private", User: "debian",
		SSHKey: "~/.ssh/id", HostKey: "platform",
		Disks: []spec.Disk{
			{SizeGiB: 20, Type: "fast", Filesystem: "ext4"},
			{SizeGiB: 5, Filesystem: "xfs", Mount: "/srv/data", Keep: true},
		},
		Engine: spec.Engine{
			Name: "docker", RegistryMirrors: []string{"https://mirror.example.com"},
			InsecureRegistries: []string{"registry.example.com:5000"}, Labels: map[string]string{"tier": "web"},
		},
		MTU: 1450, UserData: "#cloud-config\npackages: [jq]\n",
		Options: &stackOptions{
			Cloud: "test", Flavor: "m1", Groups: []string{"web", "ssh"}, Token: "abc", Meta: map[string]string{"a": "1"},
			Retries: 5, Ports: []stackPort{{Network: "b", Speed: 1}}, Retry: stackRetry{Pause: 7},
		},
	}
	if d := cmp.Diff(want, h); d != "" {
		t.Error(d)
	}
	same(t, h.Validate(table()))
}

func TestDecodeFindings(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, yaml string
		want       []string
	}{
		{"unknown key", "driver: stack\nnettwork: a", []string{`h.yaml:2:1: unknown key "nettwork": did you mean "network"?`}},
		{"far from all", "quux_zzz: 1", []string{`h.yaml:1:1: unknown key "quux_zzz"`}},
		{"in a group", "engine:\n  naame: docker", []string{`h.yaml:2:3: engine: unknown key "naame": did you mean "name"?`}},
		{"in a block", "disks:\n- size_gib: 1\n  keeep: true", []string{`h.yaml:3:3: disks[0]: unknown key "keeep": did you mean "keep"?`}},
		{"in the driver's block", "stack:\n  clod: a", []string{`h.yaml:2:3: stack: unknown key "clod": did you mean "cloud"?`}},
		{"types", "image: 12\ncpus: two\ndisks: 5\nengine: docker\nstack: {config_drive: 1, metadata: [a], security_groups: a}", []string{
			`h.yaml:1:8: image: must be text, not 12: put it in quotes`,
			`h.yaml:2:7: cpus: must be a whole number, not "two"`,
			`h.yaml:3:8: disks: must be a list of blocks, not 5`,
			`h.yaml:4:9: engine: must be a mapping, not "docker"`,
			`h.yaml:5:23: stack.config_drive: must be true or false, not 1`,
			`h.yaml:5:36: stack.metadata: must be a mapping, not a list`,
			`h.yaml:5:58: stack.security_groups: must be a list, not "a"`,
		}},
		{"items", "engine:\n  labels: {a: 1}\n  registry_mirrors: [true]", []string{
			`h.yaml:2:15: engine.labels.a: must be text, not 1: put it in quotes`,
			`h.yaml:3:22: engine.registry_mirrors[0]: must be text, not true: put it in quotes`,
		}},
		{"nothing", "image:\nengine:", []string{
			`h.yaml:1:1: image: has no value: give it text, or remove the key`,
			`h.yaml:2:1: engine: has no value: give it a mapping, or remove the key`,
		}},
		{"twice", "image: a\ncpus: 1\nimage: b\nengine: {labels: {a: b, a: c}}", []string{
			`h.yaml:3:1: key "image" is given twice, first in line 1`,
			`h.yaml:4:25: engine.labels: key "a" is given twice, first in line 4`,
		}},
		{"limits", "host_key: plattform\nmtu: 100\ncpus: -1\ndisks: [{size_gib: 0, filesystem: ''}]\nstack: {retries: 9}", []string{
			`h.yaml:1:11: host_key: "plattform" is not one of auto, platform, injected: did you mean "platform"?`,
			`h.yaml:2:6: mtu: must be 576 to 9216 bytes, not 100 (IPv4 needs 576 and IPv6 1280; jumbo frames end at 9216)`,
			`h.yaml:3:7: cpus: must be at least 1, not -1`,
			`h.yaml:4:20: disks[0].size_gib: must be at least 1 GiB, not 0`,
			`h.yaml:4:35: disks[0].filesystem: "" is not one of ext4, xfs`,
			`h.yaml:5:18: stack.retries: must be 1 to 5, not 9 (more anger the cloud)`,
		}},
		{"missing", "disks: [{type: fast}]", []string{`h.yaml:1:9: disks[0].size_gib: is required`}},
		{"driver", "driver: stak", []string{`h.yaml:1:9: driver: "stak" is not one of stack, bare: did you mean "stack"?`}},
		{"another's block", "driver: bare\nstack: {}", []string{`h.yaml:2:1: stack: the host's driver is bare: remove this block, or say "driver: stack"`}},
		{"two blocks", "bare: {}\nstack: {}", []string{
			`h.yaml:1:1: bare: the host has no driver: say "driver: bare" first`,
			`h.yaml:2:1: stack: the host has no driver: say "driver: stack" first`,
		}},
		{"no mapping", "- a", []string{`h.yaml:1:1: must be a mapping, not a list`}},
		{"two documents", "image: a\n---\nimage: b", []string{`h.yaml:3:1: a second document: a file describes one host`}},
		{"syntax", "image: [a", []string{`h.yaml:1:8: sequence end token ']' not found`}},
		{"too large", "cpus: 99999999999999999999", []string{`h.yaml:1:7: cpus: must be a whole number, not "99999999999999999999"`}},
		{"alias of itself", "engine: {registry_mirrors: &a [*a]}", []string{`h.yaml:1:32: engine.registry_mirrors[0]: must be text, not a list`}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := spec.Decode(table(), "h.yaml", []byte(tc.yaml))
			same(t, err, tc.want...)
			if _, ok := errors.AsType[*field.Error](err); !ok {
				t.Error("there is no field.Error in it")
			}
		})
	}
}

func TestDecodeDefaults(t *testing.T) {
	t.Parallel()
	for _, yaml := range []string{"", "# nothing\n", "---\n", "{}"} {
		h, err := spec.Decode(table()[:1], "h.yaml", []byte(yaml))
		if err != nil {
			t.Errorf("%q: %v", yaml, err)
			continue
		}
		if d := cmp.Diff(newHost(t, "stack"), h); d != "" {
			t.Errorf("%q: %s", yaml, d)
		}
	}
}

func TestDecodeAnchors(t *testing.T) {
	t.Parallel()
	h, err := spec.Decode(table(), "h.yaml", []byte("image: &i debian-12\nnetwork: *i\n"))
	if err != nil || h.Network != "debian-12" {
		t.Errorf("got %+v, %v", h, err)
	}
}
