package store_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/remote"
	"github.com/davit-io/davit/internal/store"
)

// effective asks the system's ssh what a configuration means for an address.
func effective(t *testing.T, config, addr string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "ssh", "-F", config, "-G", addr).CombinedOutput()
	if err != nil {
		t.Fatalf("the system's ssh client (Debian: openssh-client) is needed and must understand the file: %v\n%s", err, out)
	}
	return strings.ToLower(string(out))
}

func TestSSHConfigIsUnderstoodBySSH(t *testing.T) {
	t.Parallel()
	s := open(t)
	save(t, s, reachable(t, s, "web-1", "192.0.2.1"), reachable(t, s, "v6", "2001:db8::1"), record("unborn"))
	if err := s.WriteSSHConfig(t.Context()); err != nil {
		t.Fatal(err)
	}
	for addr, name := range map[string]string{"192.0.2.1": "web-1", "2001:db8::1": "v6"} {
		got := effective(t, s.SSHConfig(), addr)
		for _, want := range []string{
			"stricthostkeychecking true", "identitiesonly yes", "user debian",
			"identityfile " + filepath.Join(s.Dir(), "hosts", name, "id_ed25519"), "userknownhostsfile " + s.KnownHosts(name),
		} {
			if !strings.Contains(got, strings.ToLower(want)) {
				t.Errorf("%s: no %q in\n%s", addr, want, got)
			}
		}
	}
	if got := effective(t, s.SSHConfig(), "192.0.2.99"); strings.Contains(got, strings.ToLower(s.Dir())) {
		t.Error("an address that is no host's is touched")
	}
}

func TestHostsAtOneAddressAreAllTrusted(t *testing.T) {
	t.Parallel()
	s := open(t)
	save(t, s, reachable(t, s, "here", "10.0.0.5"), reachable(t, s, "there", "10.0.0.5"))
	if err := s.WriteSSHConfig(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := effective(t, s.SSHConfig(), "10.0.0.5")
	for _, name := range []string{"here", "there"} {
		if !strings.Contains(got, strings.ToLower(s.KnownHosts(name))) {
			t.Errorf("the keys of %s are missing in\n%s", name, got)
		}
	}
}

func TestKnownHostsIsFoundBySSHKeygen(t *testing.T) {
	t.Parallel()
	s := open(t)
	save(t, s, reachable(t, s, "web-1", "192.0.2.1"))
	out, err := exec.CommandContext(t.Context(), "ssh-keygen", "-f", s.KnownHosts("web-1"), "-F", "192.0.2.1").CombinedOutput()
	if err != nil {
		t.Errorf("ssh-keygen: %v\n%s", err, out)
	}
}

func TestIncludeIsAddedOnceOnTop(t *testing.T) {
	t.Parallel()
	s, home := open(t), t.TempDir()
	real := filepath.Join(home, "dotfiles-config")
	file := store.UserSSHConfig(home)
	old := "Host *\n  User me\n"
	for _, err := range []error{
		os.WriteFile(real, []byte(old), 0o640), os.Mkdir(filepath.Dir(file), 0o700), os.Symlink(real, file),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for i, want := range []bool{true, false} {
		if added, err := s.Include(file); err != nil || added != want {
			t.Errorf("call %d: %v, %v", i, added, err)
		}
	}
	got, err := os.ReadFile(real)
	if err != nil {
		t.Fatal(err)
	}
	if want := "Include \"" + s.SSHConfig() + "\"\n\n" + old; string(got) != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if info, _ := os.Stat(real); info.Mode().Perm() != 0o640 {
		t.Errorf("mode is now %v", info.Mode())
	}
	if info, _ := os.Lstat(file); info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link became a file")
	}
}

func TestIncludeMakesTheFile(t *testing.T) {
	t.Parallel()
	s, file := open(t), store.UserSSHConfig(t.TempDir())
	save(t, s, reachable(t, s, "web-1", "192.0.2.1"))
	if err := s.WriteSSHConfig(t.Context()); err != nil {
		t.Fatal(err)
	}
	if added, err := s.Include(file); err != nil || !added || !s.Included(file) {
		t.Fatalf("%v, %v", added, err)
	}
	if got := effective(t, file, "192.0.2.1"); !strings.Contains(got, strings.ToLower(s.KnownHosts("web-1"))) {
		t.Errorf("the store's file is not taken in:\n%s", got)
	}
}

func TestKeyIsMadeOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	first, err := s.MakeKey("web-1")
	if err != nil {
		t.Fatal(err)
	}
	before, _ := remote.ReadSigner(first)
	second, err := s.MakeKey("web-1")
	after, _ := remote.ReadSigner(second)
	if err != nil || before == nil || string(before.PublicKey().Marshal()) != string(after.PublicKey().Marshal()) {
		t.Errorf("another key, %v", err)
	}
}

func TestSignerSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	locked := filepath.Join(dir, "locked")
	if out, err := exec.CommandContext(t.Context(), "ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-f", locked).CombinedOutput(); err != nil {
		t.Fatalf("ssh-keygen: %v\n%s", err, out)
	}
	_, err := remote.ReadSigner(locked)
	if err == nil || !strings.Contains(err.Error(), "passphrase") || drivers.Hint(err) == "" {
		t.Errorf("a locked key: %v", err)
	}
	if _, err := remote.ReadSigner(locked + ".pub"); err == nil || !strings.Contains(err.Error(), locked+".pub") {
		t.Errorf("a public key: %v", err)
	}
	if _, err := remote.ReadSigner(filepath.Join(dir, "none")); err == nil {
		t.Error("no file, no error")
	}
}
