package cloudinit_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davit-io/davit/cloudinit"
)

// A kill within the removal of a note doesn't make it say that there was no file before.
func TestUndoIsKilledWithinANote(t *testing.T) {
	t.Parallel()
	c := fitting()
	c.BootCmd = nil
	m := newMachine(t)
	before := m.Files(t)
	if out, exit := apply(t, m, scriptOf(t, c)); exit != 0 {
		t.Fatalf("exit %d:\n%s", exit, out)
	}
	m.Replace(t, "rm", `for arg; do
  { [ ! -e "$arg/was" ] && [ ! -L "$arg/was" ]; } || { /usr/bin/rm -rf "$arg/was"; kill -9 0; }
done
exec /usr/bin/rm "$@"`)
	kills, exit := 0, -1
	for ; exit == -1 && kills < 20; kills++ {
		_, _, exit = m.Run(t.Context(), "sh /var/lib/davit/journal/journal.sh undo", nil)
	}
	if exit != 0 || kills < 3 {
		t.Fatalf("exit %d after %d runs", exit, kills)
	}
	if diff := cmp.Diff(before, m.Files(t)); diff != "" {
		t.Error("not as before:", diff)
	}
}

// A change whose note can't be written is not made.
func TestNoNoteNoChange(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.Replace(t, "mkdir", `case "$*" in *journal/draft*) echo "mkdir: No space left on device" >&2; exit 1 ;; esac
exec /usr/bin/mkdir "$@"`)
	out, exit := apply(t, m, scriptOf(t, fitting()))
	if exit == 0 || m.Read("etc/fstab") != "# the machine's own\n" || m.Read("etc/motd") != "Welcome.\n" || m.Read("etc/jq=1.6-2.1.conf") != "" {
		t.Errorf("exit %d, fstab %q:\n%s", exit, m.Read("etc/fstab"), out)
	}
}

// Lines go into a file whose last line has no end, and into one that a link names; both are as before in the end.
func TestLinesOfUnusualFiles(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.Write(t, "etc/fstab", "/dev/sda1 / ext4 defaults 0 1")
	m.Write(t, "root/keys", "ssh-ed25519 AAAAC3Nz mine")
	if err := errors.Join(os.Mkdir(m.Path("root/.ssh"), 0o700), os.Symlink("../keys", m.Path("root/.ssh/authorized_keys"))); err != nil {
		t.Fatal(err)
	}
	before := m.Files(t)
	c := cloudinit.Config{
		Mounts: [][]any{{"/home", "/srv/kept", "none", "bind", 0, 0}},
		Users:  []cloudinit.User{{Name: "root", SSHAuthorizedKeys: []string{"ssh-rsa AAAAB3Nz one", "ssh-rsa AAAAB3Nz two"}}},
	}
	if out, exit := apply(t, m, scriptOf(t, c)); exit != 0 {
		t.Fatalf("exit %d:\n%s", exit, out)
	}
	if got, want := m.Read("etc/fstab"), "/dev/sda1 / ext4 defaults 0 1\n/home /srv/kept none bind 0 0\n"; got != want {
		t.Errorf("fstab is %q, want %q", got, want)
	}
	if got, want := m.Read("root/keys"), "ssh-ed25519 AAAAC3Nz mine\nssh-rsa AAAAB3Nz one\nssh-rsa AAAAB3Nz two\n"; got != want {
		t.Errorf("the keys are %q, want %q", got, want)
	}
	undo(t, m)
	if diff := cmp.Diff(before, m.Files(t)); diff != "" {
		t.Error("not as before:", diff)
	}
}

// What is appended to a file that a link names comes after what that file holds, also a second time.
func TestAppendToALink(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.Write(t, "run/resolv.conf", "nameserver 192.0.2.1\n")
	if err := os.Symlink("../run/resolv.conf", m.Path("etc/resolv.conf")); err != nil {
		t.Fatal(err)
	}
	before := m.Files(t)
	script := scriptOf(t, cloudinit.Config{WriteFiles: []cloudinit.File{{Path: "/etc/resolv.conf", Append: true, Content: "search a.example\n"}}})
	for range 2 {
		if out, exit := apply(t, m, script); exit != 0 || m.Read("etc/resolv.conf") != "nameserver 192.0.2.1\nsearch a.example\n" {
			t.Fatalf("exit %d, it holds %q:\n%s", exit, m.Read("etc/resolv.conf"), out)
		}
	}
	undo(t, m)
	if diff := cmp.Diff(before, m.Files(t)); diff != "" {
		t.Error("not as before:", diff)
	}
}

// What a file will hold can't be read by others before its mode is set.
func TestFilesAreNeverOpenToOthers(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.Replace(t, "chmod", `for file; do :; done; /usr/bin/stat -c '%a %n' "$file" >>/run/modes; exec /usr/bin/chmod "$@"`)
	c := cloudinit.Config{WriteFiles: []cloudinit.File{{Path: "/etc/secret", Permissions: "0600", Content: "x\n"}}}
	if out, exit := apply(t, m, scriptOf(t, c)); exit != 0 {
		t.Fatalf("exit %d:\n%s", exit, out)
	}
	if got := m.Read("run/modes"); !strings.Contains(got, "600 /etc/secret.davit-new\n") {
		t.Errorf("before chmod: %q", got)
	}
}
