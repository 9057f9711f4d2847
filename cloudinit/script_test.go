package cloudinit_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davit-io/davit/cloudinit"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/machinetest"
)

// fitting uses every word that a script has, but for those that only root of a whole machine can do.
func fitting() cloudinit.Config {
	return cloudinit.Config{
		Timezone: "Etc/UTC", Apt: map[string]any{"preserve_sources_list": true, "conf": "APT::Get::Assume-Yes \"true\";"},
		Users:         []cloudinit.User{{Name: "default"}, {Name: "root", Sudo: "ALL=(ALL) NOPASSWD:ALL", SSHAuthorizedKeys: []string{"ssh-ed25519 AAAAC3Nz me", "ssh-rsa AAAAB3Nz it's me"}}},
		Mounts:        [][]any{{"/home", "/srv/kept", "none", "bind", 0, 0}},
		PackageUpdate: new(true), Packages: []any{"with-friend", []any{"jq", "1.6-2.1"}},
		BootCmd: []cloudinit.Command{cloudinit.Exec("sh", "-c", "echo \"$INSTANCE_ID\" >/run/early")},
		WriteFiles: []cloudinit.File{
			{Path: "/opt/app/bin/hi", Permissions: "0755", Content: "#!/bin/sh\necho 'hi'\nEND\n"},
			{Path: "/etc/motd", Append: true, Content: "no end of line"},
			{Path: "/etc/motd", Append: true, Defer: true, Content: ", and more\n"},
			{Path: "/etc/bin", Encoding: "b64", Content: "AAH/"},
			{Path: "/etc/os-release", Content: "ID=other\n", Permissions: "0o600"},
		},
		RunCmd: []cloudinit.Command{
			cloudinit.Shell("name=told; findmnt --mountpoint /srv/kept || exit 9"), cloudinit.Shell(`sh "$DAVIT_JOURNAL" file "/etc/$name" && /opt/app/bin/hi 2>&1 | head -n 1 >"/etc/$name"`),
			cloudinit.Exec("sh", "-c", "echo it\\'s \"$1\" >>/etc/told", "sh", "a b"),
		},
		Extra: map[string]any{"groups": []any{"root"}, "final_message": "done"},
	}
}

func scriptOf(t *testing.T, c cloudinit.Config) string {
	t.Helper()
	data, err := cloudinit.Script(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// newMachine has a file to append to.
func newMachine(t *testing.T) *machinetest.Machine {
	t.Helper()
	m := machinetest.New(t)
	m.Write(t, "etc/motd", "Welcome.\n")
	m.Write(t, "var/lib/docker/data", "the user's")
	return m
}

func apply(t *testing.T, m *machinetest.Machine, script string) (output string, exit int) {
	t.Helper()
	stdout, stderr, exit := m.Run(t.Context(), "sh -s", strings.NewReader(script))
	return stdout + stderr, exit
}

func undo(t *testing.T, m *machinetest.Machine) {
	t.Helper()
	if stdout, stderr, exit := m.Run(t.Context(), "sh /var/lib/davit/journal/journal.sh undo", nil); exit != 0 {
		t.Fatalf("undo: exit %d: %s%s", exit, stdout, stderr)
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func TestScriptGolden(t *testing.T) {
	t.Parallel()
	got, file := scriptOf(t, fitting()), filepath.Join("testdata", "script.golden")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Error(diff)
	}
}

func TestScriptIsShell(t *testing.T) {
	t.Parallel()
	tools := map[string][]string{"sh": {"-n"}}
	if _, err := exec.LookPath("shellcheck"); err == nil {
		tools["shellcheck"] = []string{"--shell=sh", "-"}
	}
	for tool, args := range tools {
		cmd := exec.CommandContext(t.Context(), tool, args...)
		cmd.Stdin = strings.NewReader(scriptOf(t, fitting()))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", tool, err, out)
		}
	}
}

// A script does what its document says, also a second time, and all of it is taken back.
func TestScriptAppliesAndIsTakenBack(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	before, script := m.Files(t), scriptOf(t, fitting())
	var once string
	for range 2 {
		if out, exit := apply(t, m, script); exit != 0 {
			t.Fatalf("exit %d:\n%s", exit, out)
		}
		for name, want := range map[string]string{
			"run/early": "davit\n", "opt/app/bin/hi": "#!/bin/sh\necho 'hi'\nEND\n", "etc/motd": "Welcome.\nno end of line, and more\n",
			"etc/bin": "\x00\x01\xff", "etc/os-release": "ID=other\n", "etc/told": "hi\nit's a b\n", "etc/timezone": "Etc/UTC\n",
			"etc/fstab":            "# the machine's own\n/home /srv/kept none bind 0 0\n",
			"etc/with-friend.conf": "with-friend\n", "etc/friend.conf": "friend\n", "etc/jq=1.6-2.1.conf": "jq=1.6-2.1\n",
			"root/.ssh/authorized_keys":              "ssh-ed25519 AAAAC3Nz me\nssh-rsa AAAAB3Nz it's me\n",
			"etc/sudoers.d/90-davit-users":           "root ALL=(ALL) NOPASSWD:ALL\n",
			"etc/apt/apt.conf.d/94cloud-init-config": "APT::Get::Assume-Yes \"true\";\n",
		} {
			if got := m.Read(name); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
		if info, err := os.Stat(m.Path("etc/os-release")); err != nil || info.Mode() != 0o600 {
			t.Errorf("%v %v", info, err)
		}
		if once != "" && once != m.Files(t) {
			t.Errorf("a second run changes something: %s", cmp.Diff(once, m.Files(t)))
		}
		once = m.Files(t)
	}
	undo(t, m)
	if err := os.Remove(m.Path("run/early")); err != nil { // the command's own, which told nobody
		t.Error(err)
	}
	if diff := cmp.Diff(before, m.Files(t)); diff != "" {
		t.Error("not as before:", diff)
	}
}

// Wherever a script is killed, it can be taken back or run again.
func TestScriptIsKilled(t *testing.T) {
	t.Parallel()
	c := fitting()
	c.BootCmd = nil
	script := scriptOf(t, c)
	whole := newMachine(t)
	if out, exit := apply(t, whole, script); exit != 0 {
		t.Fatalf("exit %d:\n%s", exit, out)
	}
	calls := whole.Calls()
	if calls < 50 {
		t.Fatalf("%d calls only", calls)
	}
	for n := 1; n <= calls; n += 37 {
		t.Run(fmt.Sprintf("at_call_%d", n), func(t *testing.T) {
			t.Parallel()
			back, on := newMachine(t), newMachine(t)
			before := back.Files(t)
			for _, m := range []*machinetest.Machine{back, on} {
				m.KillAt(t, n)
				if _, exit := apply(t, m, script); exit != -1 {
					t.Fatalf("exit %d: it was not killed", exit)
				}
				m.KillAt(t, 0)
			}
			if back.Read("var/lib/davit/journal/journal.sh") != "" {
				undo(t, back)
			}
			if diff := cmp.Diff(before, back.Files(t)); diff != "" {
				t.Error("not as before:", diff)
			}
			if out, exit := apply(t, on, script); exit != 0 {
				t.Fatalf("run again: exit %d:\n%s", exit, out)
			}
			if diff := cmp.Diff(files(t, whole), files(t, on)); diff != "" {
				t.Error("not as after an undisturbed run:", diff)
			}
		})
	}
}

// Wherever taking back is killed, it goes on when run again.
func TestUndoIsKilled(t *testing.T) {
	t.Parallel()
	c := fitting()
	c.BootCmd = nil
	script := scriptOf(t, c)
	for n := 1; n <= 40; n += 13 {
		t.Run(fmt.Sprintf("at_call_%d", n), func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			before := m.Files(t)
			if out, exit := apply(t, m, script); exit != 0 {
				t.Fatalf("exit %d:\n%s", exit, out)
			}
			m.KillAt(t, m.Calls()+n)
			if _, _, exit := m.Run(t.Context(), "sh /var/lib/davit/journal/journal.sh undo", nil); exit != -1 {
				t.Fatalf("exit %d: it was not killed", exit)
			}
			m.KillAt(t, 0)
			undo(t, m)
			if diff := cmp.Diff(before, m.Files(t)); diff != "" {
				t.Error("not as before:", diff)
			}
		})
	}
}

// files leaves out the journal, whose notes may have another order.
func files(t *testing.T, m *machinetest.Machine) string {
	t.Helper()
	var out []string
	for line := range strings.Lines(m.Files(t)) {
		if !strings.Contains(line, "var/lib/davit") {
			out = append(out, line)
		}
	}
	return strings.Join(out, "")
}

// What somebody else changed since is kept.
func TestUndoKeepsWhatOthersChanged(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	if out, exit := apply(t, m, scriptOf(t, fitting())); exit != 0 {
		t.Fatalf("exit %d:\n%s", exit, out)
	}
	m.Write(t, "etc/motd", "mine\n")
	m.Write(t, "opt/app/data", "mine\n")
	undo(t, m)
	if got := m.Read("etc/motd") + m.Read("etc/motd.davit-changed") + m.Read("opt/app/data") + m.Read("var/lib/docker/data"); got != "Welcome.\nmine\nmine\nthe user's" {
		t.Errorf("got %q", got)
	}
}

// The verdict has cloud-init's form, and names the part that failed.
func TestScriptVerdict(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, want string
		c          cloudinit.Config
	}{
		{"fine", "[]", cloudinit.Config{RunCmd: []cloudinit.Command{cloudinit.Shell("false"), cloudinit.Shell("true")}}},
		{"runcmd", "[('scripts_user', RuntimeError('exit code 3'))]", cloudinit.Config{RunCmd: []cloudinit.Command{cloudinit.Shell("exit 3"), cloudinit.Shell("true")}}},
		{
			"two", "[('users_groups', RuntimeError('exit code 6')) ('timezone', RuntimeError('exit code 1'))]",
			cloudinit.Config{Timezone: "No/Where", Extra: map[string]any{"groups": map[string]any{"root": "nobody-here"}}},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			out, exit := apply(t, m, scriptOf(t, tc.c))
			if failed := tc.want != "[]"; failed != (exit != 0) {
				t.Errorf("exit %d:\n%s", exit, out)
			}
			if sealed := exists(m.Path("var/lib/davit/journal/sealed")); sealed != (exit == 0) {
				t.Errorf("sealed: %v, exit %d", sealed, exit)
			}
			var result struct{ V1 struct{ Errors []string } }
			if err := json.Unmarshal([]byte(m.Read("run/davit/result.json")), &result); err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprint(result.V1.Errors); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
			var status struct{ V1 struct{ Stage *string } }
			if err := json.Unmarshal([]byte(m.Read("run/davit/status.json")), &status); err != nil || status.V1.Stage == nil || *status.V1.Stage != "" {
				t.Errorf("status %q: %v", m.Read("run/davit/status.json"), err)
			}
		})
	}
}

// Only root can make users: the user namespace of anybody else has one.
func TestScriptMakesUsers(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("making users needs root")
	}
	m := newMachine(t)
	c := cloudinit.Config{
		Users: []cloudinit.User{{
			Name: "op", Gecos: "Operator, on duty", Groups: []string{"adm", "docker"}, Shell: "/bin/bash", UID: 1234,
			SSHAuthorizedKeys: []string{"ssh-ed25519 AAAAC3Nz op"}, LockPasswd: new(false), HashedPasswd: "$6$x$y",
		}},
		Extra:  map[string]any{"groups": map[string]any{"team": []any{"root"}}},
		RunCmd: []cloudinit.Command{cloudinit.Shell("id op; id root; getent passwd op; stat -c '%U %a %n' /home/op/.ssh/authorized_keys")},
	}
	out, exit := apply(t, m, scriptOf(t, c))
	if exit != 0 {
		t.Fatalf("exit %d:\n%s", exit, out)
	}
	for _, want := range []string{"uid=1234(op)", "(adm)", "(docker)", "(team)", "Operator, on duty:/home/op:/bin/bash", "op 600 /home/op/.ssh/authorized_keys"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in:\n%s", want, out)
		}
	}
	undo(t, m)
	if got := m.Read("etc/passwd") + m.Read("etc/group"); strings.Contains(got, "op") || strings.Contains(got, "team") || strings.Contains(got, "docker") {
		t.Errorf("left:\n%s", got)
	}
}

func TestScriptRefuses(t *testing.T) {
	t.Parallel()
	_, err := cloudinit.Script(full())
	got := map[string]bool{}
	for _, e := range field.All(err) {
		got[e.Path] = true
	}
	for _, path := range []string{
		"hostname", "fqdn", "manage_etc_hosts", "locale", "disable_root", "ssh_authorized_keys", "ssh_pwauth", "ssh_keys", "ssh_deletekeys",
		"ssh_genkeytypes", "ssh", "growpart", "resize_rootfs", "disk_setup", "fs_setup", "swap",
	} {
		if !got[path] {
			t.Errorf("%s is not refused", path)
		}
		delete(got, path)
	}
	delete(got, "preserve_hostname")
	if len(got) > 0 {
		t.Errorf("refused, too: %v in\n%v", got, err)
	}
	for path, c := range map[string]cloudinit.Config{
		"package_upgrade":            {PackageUpgrade: new(true)},
		"package_reboot_if_required": {PackageReboot: new(true)},
		"power_state":                {Extra: map[string]any{"power_state": map[string]any{"mode": "reboot"}}},
		"grub_dpkg":                  {Extra: map[string]any{"grub_dpkg": map[string]any{"enabled": true}}},
		"apt.sources":                {Apt: map[string]any{"sources": map[string]any{}}},
		"write_files[0].source":      {WriteFiles: []cloudinit.File{{Path: "/a", Source: map[string]any{"uri": "http://x"}}}},
		"write_files[0].path":        {WriteFiles: []cloudinit.File{{Path: "/a\nb"}}},
		"write_files[0].content":     {WriteFiles: []cloudinit.File{{Path: "/a", Encoding: "gz", Content: "x"}}},
		"users[0].plain_text_passwd": {Users: []cloudinit.User{{Name: "a", PlainTextPasswd: "x"}}},
		"mounts[0]":                  {Mounts: [][]any{{"ephemeral0", "/mnt"}}},
		"runcmd[0]":                  {RunCmd: []cloudinit.Command{{}}},
	} {
		if _, err := cloudinit.Script(c); err == nil || field.All(err)[0].Path != path {
			t.Errorf("%s: got %v", path, err)
		}
	}
}
