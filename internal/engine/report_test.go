package engine_test

import (
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davit-io/davit/drivers"
)

// boot is a folder that stands for a guest's root, with tools that note what they are asked.
type boot struct {
	t    *testing.T
	root string
	tool string // VMware's tool that it has
}

func newBoot(t *testing.T, tool string) *boot {
	t.Helper()
	b := &boot{t: t, root: t.TempDir(), tool: tool}
	b.write("bin/systemd-run", "#!/bin/sh\necho \"$*\" >>"+b.root+"/units\n")
	b.write("bin/cloud-init", "#!/usr/bin/env -S python3 -s\n")
	b.write("etc/ssh/ssh_host_rsa_key.pub", "ssh-rsa BBBB root@guest\n")
	b.write("etc/ssh/ssh_host_ed25519_key.pub", "ssh-ed25519 AAAA root@guest\n")
	if tool != "" {
		b.write("bin/"+tool, "#!/bin/sh\nfor last; do :; done; echo \"$last\" >>"+b.root+"/told\n")
	}
	return b
}

func (b *boot) write(name, text string) {
	b.t.Helper()
	path := filepath.Join(b.root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		b.t.Fatal(err)
	}
}

func (b *boot) read(name string) string {
	text, _ := os.ReadFile(filepath.Join(b.root, name)) // one that isn't there has no text
	return string(text)
}

// run runs a command of the boot document, or a step of its script, with the guest's folders below the root.
func (b *boot) run(args ...string) {
	b.t.Helper()
	if err := b.try(args...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *boot) try(args ...string) error {
	args = slices.Clone(args)
	for i := range args {
		for _, folder := range []string{"/run/", "/etc/ssh/"} {
			args[i] = strings.ReplaceAll(args[i], " "+folder, " "+b.root+folder)
			args[i] = strings.ReplaceAll(args[i], ">"+folder, ">"+b.root+folder)
			args[i] = strings.ReplaceAll(args[i], "="+folder, "="+b.root+folder)
		}
	}
	cmd := exec.CommandContext(b.t.Context(), args[0], args[1:]...)
	cmd.Env = []string{"PATH=" + b.root + "/bin:/usr/bin:/bin"}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	return nil
}

func (b *boot) script() string { return filepath.Join(b.root, "run/davit/report.sh") }

// told is what the platform was last told, by key, with lines decoded.
func (b *boot) told() map[string]string {
	b.t.Helper()
	all := map[string]string{}
	for line := range strings.Lines(b.read("told")) {
		words := strings.SplitN(strings.TrimSuffix(line, "\n"), " ", 3)
		if len(words) != 3 || words[0] != "info-set" {
			b.t.Fatalf("the tool was asked for %q", line)
		}
		if words[1] == drivers.ReportHostKeys || words[1] == drivers.ReportErrors {
			text, err := base64.StdEncoding.DecodeString(words[2])
			if err != nil {
				b.t.Fatal(err)
			}
			words[2] = string(text)
		}
		all[words[1]] = words[2]
	}
	return all
}

func (b *boot) wants(want map[string]string) {
	b.t.Helper()
	if diff := cmp.Diff(want, b.told()); diff != "" {
		b.t.Error(diff)
	}
}

// TestGuestReports runs the steps of a boot as systemd would.
func TestGuestReports(t *testing.T) {
	t.Parallel()
	command := document(t, variants(t)["reports"]).BootCmd[0].Args
	for name, tc := range map[string]struct {
		tool, result    string
		verdict, errors string
	}{
		"all is well":      {"vmware-rpctool", `{"v1": {"datasource": "DataSourceVMware", "errors": []}}`, "done", ""},
		"the other tool":   {"vmtoolsd", `{"v1": {"errors": []}}`, "done", ""},
		"a module failed":  {"vmware-rpctool", `{"v1": {"errors": ["('scripts-user',\n RuntimeError(1))", "other \"x\""]}}`, "error", "('scripts-user', RuntimeError(1))\nother \"x\""},
		"cloud-init broke": {"vmware-rpctool", "", "error", "cloud-init ended without a result: its log is /var/log/cloud-init.log"},
		"half a result":    {"vmware-rpctool", `{"v1"`, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBoot(t, tc.tool)
			b.run(command...)
			b.wants(map[string]string{drivers.ReportPhase: "init", drivers.ReportVerdict: "", drivers.ReportErrors: ""})
			b.run("sh", b.script(), "config")
			b.run("sh", b.script(), "final")
			keys := "ssh-ed25519 AAAA root@guest\nssh-rsa BBBB root@guest\n"
			b.wants(map[string]string{drivers.ReportPhase: "final", drivers.ReportVerdict: "", drivers.ReportErrors: "", drivers.ReportHostKeys: keys})
			b.write("run/cloud-init/result.json", tc.result)
			if err := b.try("sh", b.script(), "done"); (err == nil) != (tc.verdict != "") {
				t.Error(err)
			}
			b.wants(map[string]string{drivers.ReportPhase: "done", drivers.ReportVerdict: tc.verdict, drivers.ReportErrors: tc.errors, drivers.ReportHostKeys: keys})
		})
	}
}

// TestNewHostKeyIsReported tells a key that was made later, and leaves the phase as it is.
func TestNewHostKeyIsReported(t *testing.T) {
	t.Parallel()
	b := newBoot(t, "vmware-rpctool")
	b.run(document(t, variants(t)["reports"]).BootCmd[0].Args...)
	b.run("sh", b.script(), "final")
	b.write("etc/ssh/ssh_host_ed25519_key.pub", "ssh-ed25519 CCCC root@guest\n")
	b.run("sh", b.script(), "keys")
	keys := "ssh-ed25519 CCCC root@guest\nssh-rsa BBBB root@guest\n"
	b.wants(map[string]string{drivers.ReportPhase: "final", drivers.ReportVerdict: "", drivers.ReportErrors: "", drivers.ReportHostKeys: keys})
}

// TestReportsWaitForTheirStages has each step ordered behind cloud-init's stage and the step before.
func TestReportsWaitForTheirStages(t *testing.T) {
	t.Parallel()
	b := newBoot(t, "vmware-rpctool")
	b.run(document(t, variants(t)["reports"]).BootCmd[0].Args...)
	units := strings.Split(strings.TrimSpace(b.read("units")), "\n")
	wants := []string{
		"--unit=davit-report-config --property=Type=oneshot --property=After=cloud-init.service cloud-init-network.service",
		"--unit=davit-report-final --property=Type=oneshot --property=After=davit-report-config.service cloud-config.service",
		"--unit=davit-report-done --property=Type=oneshot --property=After=davit-report-final.service cloud-final.service",
	}
	if len(units) != len(wants) {
		t.Fatalf("started %q", units)
	}
	for i, want := range wants {
		if !strings.Contains(units[i], want) {
			t.Errorf("started %q, want %q", units[i], want)
		}
	}
}

// TestNoToolNoReport leaves a guest without VMware's tools alone.
func TestNoToolNoReport(t *testing.T) {
	t.Parallel()
	b := newBoot(t, "")
	b.run(document(t, variants(t)["reports"]).BootCmd[0].Args...)
	if units := b.read("units"); units != "" {
		t.Errorf("started %q", units)
	}
}

// TestOnlyReportersGrow keeps the user-data of platforms that read no reports as small as it is.
func TestOnlyReportersGrow(t *testing.T) {
	t.Parallel()
	for name, in := range variants(t) {
		for _, command := range document(t, in).BootCmd {
			if told := strings.Contains(strings.Join(command.Args, " "), "guestinfo."); told && !in.Reports {
				t.Errorf("%s reports", name)
			}
		}
	}
}
