package spec_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/davit-io/davit/internal/spec"
)

func valid(t *testing.T) *spec.Host {
	t.Helper()
	h := newHost(t, "stack")
	h.Name, h.Image = "web-1", "debian-12"
	return h
}

func TestValidate(t *testing.T) {
	t.Parallel()
	notLabel := `is no host name: lower-case letters, digits and hyphens, a letter or digit first and last, 63 at most`
	for _, tc := range []struct {
		name   string
		change func(*spec.Host)
		want   []string
	}{
		{"nothing", func(*spec.Host) {}, nil},
		{"longest name", func(h *spec.Host) { h.Name = strings.Repeat("a", 63) }, nil},
		{"name too long", func(h *spec.Host) { h.Name = strings.Repeat("a", 64) }, []string{`name: "` + strings.Repeat("a", 64) + `" ` + notLabel}},
		{"upper case", func(h *spec.Host) { h.Name = "Web" }, []string{`name: "Web" ` + notLabel}},
		{"hyphen last", func(h *spec.Host) { h.Name = "web-" }, []string{`name: "web-" ` + notLabel}},
		{"dot", func(h *spec.Host) { h.Name = "a.b" }, []string{`name: "a.b" ` + notLabel}},
		{"empty", func(h *spec.Host) { *h = spec.Host{} }, []string{"name: is required", "driver: is required", "image: is required"}},
		{"driver", func(h *spec.Host) { h.Driver = "stak" }, []string{`driver: "stak" is not one of stack, bare: did you mean "stack"?`}},
		{"block of another", func(h *spec.Host) { h.Options = &bareOptions{Address: "a"} }, []string{
			"stack: the block is *spec_test.bareOptions, and driver stack has *spec_test.stackOptions",
		}},
		{"no block", func(h *spec.Host) { h.Options = nil }, []string{"stack: the block is <nil>, and driver stack has *spec_test.stackOptions"}},
		{"user", func(h *spec.Host) { h.User = "0; rm" }, []string{`user: "0; rm" is no login name: lower-case letters, digits, - and _, 32 at most`}},
		{"numbers", func(h *spec.Host) { h.CPUs, h.MTU = -1, 10000 }, []string{
			"cpus: must be at least 1, not -1",
			"mtu: must be 576 to 9216 bytes, not 10000 (IPv4 needs 576 and IPv6 1280; jumbo frames end at 9216)",
		}},
		{"disks", func(h *spec.Host) {
			h.Disks = []spec.Disk{{}, {SizeGiB: 1, Filesystem: "ext5"}, {SizeGiB: 1, Mount: "/a"}, {SizeGiB: 2, Mount: "/a"}}
		}, []string{
			"disks[0].size_gib: must be at least 1 GiB, not 0",
			`disks[1].filesystem: "ext5" is not one of ext4, xfs: did you mean "ext4"?`,
			"disks[1].mount: is required: disks[0] holds the engine's data already",
			"disks[3].mount: /a is mounted by disks[2] already",
		}},
		{"no engine for the disk", func(h *spec.Host) { h.Engine.Name, h.Disks = "none", []spec.Disk{{SizeGiB: 1}} }, []string{
			"disks[0].mount: is required: there is no engine whose data the disk could hold",
		}},
		{"engine", func(h *spec.Host) {
			h.Engine = spec.Engine{
				Name: "dokcer", RegistryMirrors: []string{"mirror", "https://a/b", "http://ok:5000/"},
				InsecureRegistries: []string{"a:0", "10.0.0.0/8", "[::1]:5000", "x y"}, Labels: map[string]string{"a b": "1"},
			}
		}, []string{
			`engine.name: "dokcer" is not one of docker, none: did you mean "docker"?`,
			`engine.registry_mirrors[0]: "mirror" is no mirror: an http or https URL without path, such as https://mirror.example.com`,
			`engine.registry_mirrors[1]: "https://a/b" is no mirror: an http or https URL without path, such as https://mirror.example.com`,
			`engine.insecure_registries[0]: "a:0" is no registry: a host, host:port or network, such as registry.example.com:5000 or 10.0.0.0/8`,
			`engine.insecure_registries[3]: "x y" is no registry: a host, host:port or network, such as registry.example.com:5000 or 10.0.0.0/8`,
			`engine.labels: the name "a b" has a blank or an equals sign`,
		}},
		{"user data", func(h *spec.Host) { h.UserData = "#!/bin/sh" }, []string{
			`user_data: must start with the line "#cloud-config": only cloud-config can be merged with the host's own`,
		}},
		{"driver's own", func(h *spec.Host) { h.Options.(*stackOptions).Flavor = "bad" }, []string{"stack.flavor: no flavor is called bad"}},
		{"driver's tags", func(h *spec.Host) { h.Options.(*stackOptions).Ports = []stackPort{{Speed: -1}} }, []string{
			"stack.ports[0].network: is required", "stack.ports[0].speed: must be at least 1 Gbit/s, not -1",
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			h := valid(t)
			tc.change(h)
			same(t, h.Validate(table()), tc.want...)
		})
	}
}

func TestValidateKeepsCause(t *testing.T) {
	t.Parallel()
	h := valid(t)
	h.Options.(*stackOptions).Flavor = "bad"
	if !errors.Is(h.Validate(table()), errFlavor) {
		t.Error("the cause is lost")
	}
}

func TestUnused(t *testing.T) {
	t.Parallel()
	h := newHost(t, "bare")
	h.Name, h.Options.(*bareOptions).Address = "web-1", "192.0.2.1"
	same(t, h.Validate(table()))
	h.Image = "debian-12"
	same(t, h.Validate(table()), "image: driver bare has no use for it: remove it")
}

func TestMounts(t *testing.T) {
	t.Parallel()
	for mount, want := range map[string]string{
		"/srv/data": "", "/data": "", "/home/ops": "", "/var/lib/postgres": "", "/usrdata": "",
		"data":                   "in its shortest form",
		"/a/":                    "in its shortest form",
		"/a/../etc":              "in its shortest form",
		"/a b":                   "has other characters",
		"/":                      "belongs to the system",
		"/etc":                   "belongs to the system",
		"/usr/local":             "belongs to the system",
		"/home":                  "belongs to the system",
		"/var/lib":               "belongs to the system",
		"/var/lib/docker":        "is the engine's",
		"/var/lib/containerd/io": "is the engine's",
	} {
		h := valid(t)
		h.Disks = []spec.Disk{{SizeGiB: 1, Mount: mount}}
		err := h.Validate(table())
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", mount, err, want)
		}
	}
}
