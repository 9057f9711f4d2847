package engine_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davit-io/davit/cloudinit"
	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/engine"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/spec"
)

func file(t *testing.T, c cloudinit.Config, path string) string {
	t.Helper()
	i := slices.IndexFunc(c.WriteFiles, func(f cloudinit.File) bool { return f.Path == path })
	if i < 0 {
		t.Fatalf("%s is not written", path)
	}
	return c.WriteFiles[i].Content
}

func TestDaemon(t *testing.T) {
	t.Parallel()
	opts := func(mtu string) map[string]any { return map[string]any{"com.docker.network.driver.mtu": mtu} }
	logs := map[string]any{"max-size": "50m", "max-file": "3"}
	for _, tc := range []struct {
		variant, path string
		want          map[string]any
	}{
		{"usual", "daemon.json", map[string]any{"mtu": 1450.0, "log-driver": "json-file", "log-opts": logs}},
		{"usual", "daemon-24.json", map[string]any{
			"mtu": 1450.0, "log-driver": "json-file", "log-opts": logs,
			"default-network-opts": map[string]any{"bridge": opts("1450"), "overlay": opts("1450")},
		}},
		{"existing", "daemon.json", map[string]any{"mtu": 1450.0, "log-driver": "journald", "dns": []any{"192.0.2.1"}}},
		{"root-disk", "daemon-24.json", map[string]any{"log-driver": "json-file", "log-opts": logs}},
		{"everything", "daemon.json", map[string]any{
			"mtu": 8950.0, "log-driver": "json-file", "log-opts": logs, "registry-mirrors": []any{"https://mirror.example.com"},
			"insecure-registries": []any{"registry.example.com:5000"}, "labels": []any{"tier=web", "zone=a b's"},
		}},
	} {
		t.Run(tc.variant+" "+tc.path, func(t *testing.T) {
			t.Parallel()
			var got map[string]any
			if err := json.Unmarshal([]byte(file(t, document(t, variants(t)[tc.variant]), "/var/lib/davit/"+tc.path)), &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The disk comes before the engine, and the gate is closed before anything else.
func TestOrder(t *testing.T) {
	t.Parallel()
	c := document(t, variants(t)["usual"])
	var scripts []string
	for _, cmd := range c.RunCmd {
		words := strings.Fields(cmd.Line)
		scripts = append(scripts, strings.TrimPrefix(words[1], "/var/lib/davit/"))
		if !strings.HasSuffix(cmd.Line, " || exit 1") {
			t.Errorf("a failure of %q would go unseen", cmd.Line)
		}
	}
	if want := []string{"disk.sh", "need.sh", "need.sh", "docker.sh"}; !slices.Equal(scripts, want) {
		t.Errorf("got %v, want %v", scripts, want)
	}
	want := "sh /var/lib/davit/disk.sh " + link + " ext4 davit-engine /var/lib/davit/data /var/lib/docker /var/lib/containerd || exit 1"
	if got := c.RunCmd[0].Line; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if last := c.BootCmd[len(c.BootCmd)-1].Args; last[4] != "/var/lib/docker /var/lib/containerd" {
		t.Errorf("the engine doesn't ask for its mounts: %q", last[4])
	}
}

// A machine that was there before boots with nothing of davit's, and its engine waits for its disk by itself.
func TestExisting(t *testing.T) {
	t.Parallel()
	c := document(t, variants(t)["existing"])
	if len(c.BootCmd) > 0 || c.SSH != nil {
		t.Errorf("got %v %v", c.BootCmd, c.SSH)
	}
	if !strings.Contains(c.RunCmd[0].Line, "adopt.sh") {
		t.Errorf("the first step is %q", c.RunCmd[0].Line)
	}
	if got := file(t, c, "/etc/systemd/system/docker.service.d/davit.conf"); got != "[Unit]\nRequiresMountsFor=/var/lib/docker /var/lib/containerd\n" {
		t.Errorf("got %q", got)
	}
	if got := c.RunCmd[3].Line; !strings.Contains(got, link+"1 xfs - /srv/data") {
		t.Errorf("the disk with data is %q", got)
	}
	if _, err := cloudinit.Script(c); err != nil {
		t.Error(err)
	}
}

func TestMalformedConfigOfAMachine(t *testing.T) {
	t.Parallel()
	in := variants(t)["existing"]
	in.Config = []byte("{")
	if _, err := engine.CloudConfig(in); err == nil || !strings.HasPrefix(err.Error(), "engine: the machine's /etc/docker/daemon.json is malformed") {
		t.Errorf("got %v", err)
	}
}

func TestInjectedKeysAreNotShown(t *testing.T) {
	t.Parallel()
	c := document(t, variants(t)["root-disk"])
	if len(c.BootCmd) != 1 || c.BootCmd[0].Args[0] != "sh" {
		t.Errorf("got %v", c.BootCmd)
	}
}

func TestCloudConfigFindings(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		disks []spec.Disk
		ids   int
		want  string
	}{
		{"no identity", []spec.Disk{{}}, 0, "disks: 1 are asked for, and 0 have"},
		{"davit's folder", []spec.Disk{{}, {Mount: "/var/lib/davit/data"}}, 2, "disks[1].mount: /var/lib/davit/data is davit's own"},
	} {
		_, err := engine.CloudConfig(engine.Input{Host: &spec.Host{Disks: tc.disks}, Disks: make([]drivers.DiskIdentity, tc.ids)})
		if err == nil || !strings.HasPrefix(err.Error(), tc.want) {
			t.Errorf("%s: got %v", tc.name, err)
		}
	}
}

func TestMTU(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name        string
		asked, link int
		sum         string
		warnings    int
		err         string
	}{
		{"computed", 0, 1442, "1442 (network private) = 1442", 0, ""},
		{"asked", 1400, 1450, "1400 (option mtu) = 1400", 0, ""},
		{"asked, link unknown", 1400, 0, "1400 (option mtu) = 1400", 0, ""},
		{"asked too much", 1500, 1450, "", 0, "mtu: 1500 is more than the 1450 of network private"},
		{"unknown", 0, 0, " = 0", 1, ""},
		{"small", 0, 1200, "1200 (network private) = 1200", 1, ""},
		{"absurd", 0, 100, "", 0, "mtu: a link MTU of 100 bytes"},
	} {
		s, err := engine.MTU(&spec.Host{MTU: tc.asked}, tc.link, "network private")
		if tc.err != "" {
			if err == nil || !strings.HasPrefix(field.All(err)[0].Error(), tc.err) {
				t.Errorf("%s: got %v", tc.name, err)
			}
			continue
		}
		if err != nil || s.String() != tc.sum || len(s.Warnings) != tc.warnings {
			t.Errorf("%s: got %s %v %v", tc.name, s, s.Warnings, err)
		}
	}
}

// On a machine that was there before, a change goes on with the journal, and keeps the machine's own settings.
func TestReconfigureExisting(t *testing.T) {
	t.Parallel()
	in := variants(t)["existing"]
	got, err := engine.Reconfigure(in, in)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"export DAVIT_JOURNAL=/var/lib/davit/journal/journal.sh\n", `"log-driver": "journald"`, "\nsh /var/lib/davit/journal/journal.sh seal\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in:\n%s", want, got)
		}
	}
	checkShell(t, "reconfigure", got)
}
