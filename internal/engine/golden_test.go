package engine_test

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davit-io/davit/cloudinit"
	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/engine"
	"github.com/davit-io/davit/internal/mtu"
	"github.com/davit-io/davit/internal/spec"
)

var update = flag.Bool("update", false, "write the golden files")

func onLink(t *testing.T, bytes int) mtu.Sum {
	t.Helper()
	s, err := engine.MTU(&spec.Host{}, bytes, "network private")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const link = "/dev/disk/by-id/virtio-1b9c7c1e-9d1c-4d0a-8"

// variants are hosts that differ in what their engine needs.
func variants(t *testing.T) map[string]engine.Input {
	t.Helper()
	docker := spec.Engine{Name: "docker"}
	return map[string]engine.Input{
		"usual": {
			Host:  &spec.Host{Engine: docker, Disks: []spec.Disk{{SizeGiB: 2}}},
			Disks: []drivers.DiskIdentity{{Path: link}}, MTU: onLink(t, 1450), Image: drivers.ImageFacts{User: "debian"},
		},
		"root-disk": {Host: &spec.Host{Engine: docker, HostKey: "injected"}, User: "ubuntu"},
		"reports":   {Host: &spec.Host{Engine: spec.Engine{Name: "none"}}, User: "debian", Reports: true},
		"no-engine": {
			Host:  &spec.Host{Engine: spec.Engine{Name: "none"}, Disks: []spec.Disk{{SizeGiB: 2, Mount: "/srv/data", Filesystem: "ext4"}}},
			Disks: []drivers.DiskIdentity{{Path: link}}, MTU: onLink(t, 1450), User: "debian",
		},
		"existing": {
			Host:  &spec.Host{Engine: docker, Disks: []spec.Disk{{SizeGiB: 2}, {SizeGiB: 2, Mount: "/srv/data", Filesystem: "xfs"}}},
			Disks: []drivers.DiskIdentity{{Path: link}, {Path: link + "1", Filesystem: "xfs"}}, MTU: onLink(t, 1450), User: "debian",
			Existing: true, Config: []byte(`{"log-driver": "journald", "dns": ["192.0.2.1"], "mtu": 1500}`),
		},
		"everything": {
			Host: &spec.Host{
				Engine: spec.Engine{
					Name: "docker", RegistryMirrors: []string{"https://mirror.example.com"}, InsecureRegistries: []string{"registry.example.com:5000"},
					Labels: map[string]string{"zone": "a b's", "tier": "web"},
				},
				Disks: []spec.Disk{{SizeGiB: 2, Mount: "/srv/data", Filesystem: "xfs"}, {SizeGiB: 20, Filesystem: "xfs"}},
			},
			Disks: []drivers.DiskIdentity{{Path: link}, {Path: "/dev/disk/by-id/<volume 2>"}}, MTU: onLink(t, 8950), User: "op",
		},
	}
}

func document(t *testing.T, in engine.Input) cloudinit.Config {
	t.Helper()
	c, err := engine.CloudConfig(in)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Validate(); err != nil {
		t.Error(err)
	}
	return c
}

func TestGolden(t *testing.T) {
	t.Parallel()
	for name, in := range variants(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := cloudinit.Render(document(t, in), cloudinit.OpenStackMax)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", name+".yaml")
			if *update {
				if err := os.WriteFile(file, got, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Error(diff)
			}
			checkSchema(t, file)
		})
	}
}

// cloud-init's own checker is the judge.
func checkSchema(t *testing.T, file string) {
	t.Helper()
	tool, err := exec.LookPath("cloud-init")
	if err != nil {
		t.Fatal("cloud-init is not installed: apt-get install --no-install-recommends cloud-init " +
			"(create /etc/cloud/cloud-init.disabled first: it must check documents, not set up this machine)")
	}
	out, err := exec.CommandContext(t.Context(), tool, "schema", "--config-file", file).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "Valid cloud-config") {
		t.Errorf("%s: %v\n%s", file, err, out)
	}
}

// What the guest's shell will run must be shell, the commands included.
func TestScriptsAreShell(t *testing.T) {
	t.Parallel()
	for name, in := range variants(t) {
		c := document(t, in)
		for _, f := range c.WriteFiles {
			if strings.HasSuffix(f.Path, ".sh") {
				checkShell(t, name+" "+f.Path, f.Content)
			}
		}
		for _, cmd := range c.BootCmd {
			if cmd.Args[0] == "sh" {
				checkShell(t, name+" bootcmd", cmd.Args[2])
			}
			if cmd.Args[0] == "sh" && len(cmd.Args) > 4 && strings.Contains(cmd.Args[4], "\n") {
				checkShell(t, name+" bootcmd's argument", cmd.Args[4])
			}
		}
		for _, cmd := range c.RunCmd {
			checkShell(t, name+" runcmd", cmd.Line+"\n")
		}
		for _, check := range engine.Checks(in) {
			checkShell(t, name+" "+check.Name, check.Command+"\n")
		}
	}
}

func checkShell(t *testing.T, name, text string) {
	t.Helper()
	tools := map[string][]string{"sh": {"-n"}}
	if _, err := exec.LookPath("shellcheck"); err == nil {
		tools["shellcheck"] = []string{"--shell=sh", "--severity=warning", "-"}
	}
	for tool, args := range tools {
		cmd := exec.CommandContext(context.Background(), tool, args...)
		cmd.Stdin = strings.NewReader(text)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %s: %v\n%s", name, tool, err, out)
		}
	}
}
