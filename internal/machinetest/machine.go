//go:build unix

// Package machinetest is a Debian machine in a folder, for tests of what runs on one: its programs are this machine's,
// its files, mounts and network devices its own. In the place of systemd, of the package manager and of Docker are small
// scripts with their behaviour.
package machinetest

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

//go:embed standin
var standIns embed.FS

// Machine is a machine that ends with its test.
type Machine struct{ Root string } // the folder that it takes for /

// New makes a machine.
func New(t testing.TB) *Machine {
	t.Helper()
	if _, err := exec.LookPath("unshare"); err != nil {
		t.Fatal("unshare is not there: apt-get install util-linux")
	}
	m := &Machine{Root: t.TempDir()}
	for _, dir := range []string{"dev", "etc", "home", "opt", "proc", "root", "run/mount", "run/systemd/system", "standin", "sys", "tmp", "usr", "var/lib/dpkg", "var/log"} {
		must(t, os.MkdirAll(m.Path(dir), 0o755))
	}
	for _, link := range []string{"bin", "sbin", "lib", "lib64"} {
		must(t, os.Symlink("usr/"+link, m.Path(link)))
	}
	m.Write(t, "etc/os-release", "ID=debian\nVERSION_ID=12\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n")
	m.Write(t, "etc/passwd", "root:x:0:0:root:/root:/bin/sh\n")
	m.Write(t, "etc/group", "root:x:0:\n")
	m.Write(t, "etc/fstab", "# the machine's own\n")
	m.Write(t, "etc/localtime", "zone of before\n")
	entries, err := fs.ReadDir(standIns, "standin")
	must(t, err)
	for _, entry := range entries {
		data, err := fs.ReadFile(standIns, "standin/"+entry.Name())
		must(t, err)
		must(t, os.WriteFile(m.Path("standin/"+strings.TrimSuffix(entry.Name(), ".sh")), data, 0o755))
	}
	for _, name := range []string{"chmod", "chown", "cp", "ln", "mkdir", "mv", "rm", "rmdir", "sync"} {
		must(t, os.Symlink("counted", m.Path("standin/"+name)))
	}
	t.Cleanup(func() { _, _, _ = m.Run(context.WithoutCancel(t.Context()), "systemctl stop-all", nil) })
	return m
}

// Path is where a file of the machine's is.
func (m *Machine) Path(name string) string { return filepath.Join(m.Root, name) }

// Write writes a file of the machine's.
func (m *Machine) Write(t testing.TB, name, content string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(m.Path(name)), 0o755))
	must(t, os.WriteFile(m.Path(name), []byte(content), 0o644))
}

// Read reads one; a file that isn't there is empty.
func (m *Machine) Read(name string) string {
	data, _ := os.ReadFile(m.Path(name))
	return string(data)
}

// Replace has a program of the machine's do something else: the lines of a shell script.
func (m *Machine) Replace(t testing.TB, program, script string) {
	t.Helper()
	file := m.Path("standin/" + program)
	must(t, os.RemoveAll(file)) // it may be a link to what stands before many
	must(t, os.WriteFile(file, []byte("#!/bin/sh\n"+script+"\n"), 0o755))
}

// enter makes the machine's world around a command: in is its folder, then what sh runs.
const enter = `root=$1
mount --bind "$root" "$root"
for dir in usr proc dev sys; do mount --rbind "/$dir" "$root/$dir"; done
cd / && exec chroot "$root" /usr/bin/env -i PATH=/standin:/usr/sbin:/usr/bin HOME=/root sh -c "$2"`

// Run runs a command as root; -1 is the exit code of one that was killed. What it leaves running in the background goes on.
func (m *Machine) Run(ctx context.Context, command string, stdin io.Reader) (stdout, stderr string, exit int) {
	args := []string{"--mount", "--net"}
	if os.Geteuid() != 0 {
		args = append(args, "--user", "--map-root-user")
	}
	var out, text bytes.Buffer
	cmd := exec.CommandContext(ctx, "unshare", append(args, "sh", "-euc", enter, "enter", m.Root, command)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = stdin, &out, &text
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	err := cmd.Run()
	if e, ok := errors.AsType[*exec.ExitError](err); ok {
		return out.String(), text.String(), e.ExitCode()
	}
	if err != nil {
		return "", err.Error(), -1
	}
	return out.String(), text.String(), 0
}

// Calls counts the changes to the machine's files that programs were asked for.
func (m *Machine) Calls() int { return strings.Count(m.Read("calls"), "\n") }

// KillAt ends everything that runs just before the n-th of these changes; 0: nothing.
func (m *Machine) KillAt(t testing.TB, n int) {
	t.Helper()
	if n > 0 {
		must(t, os.WriteFile(m.Path("kill-at"), []byte(strconv.Itoa(n)), 0o644))
		return
	}
	must(t, os.Remove(m.Path("kill-at")))
}

// Files lists all that the machine's folders hold, but for what its stand-ins are and keep: mode, name and content.
func (m *Machine) Files(t testing.TB) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(m.Root, func(path string, entry fs.DirEntry, err error) error {
		name, _ := filepath.Rel(m.Root, path)
		switch name {
		case "standin", "usr", "proc", "dev", "sys", "run/units", "var/lib/dpkg":
			return fs.SkipDir
		case "calls":
			return nil
		}
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%s %s %q\n", info.Mode(), name, content(path, info))
		return nil
	})
	must(t, err)
	return b.String()
}

func content(path string, info fs.FileInfo) string {
	switch {
	case info.Mode().IsRegular():
		data, _ := os.ReadFile(path)
		return string(data)
	case info.Mode()&fs.ModeSymlink != 0:
		target, _ := os.Readlink(path)
		return "-> " + target
	}
	return ""
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
