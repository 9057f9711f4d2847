package lifecycle_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/fake/guest"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/remote"
	"github.com/davit-io/davit/internal/remote/remotetest"
	"github.com/davit-io/davit/internal/spec"
)

func TestWrongHostKeyIsRefused(t *testing.T) {
	t.Parallel()
	other := remotetest.NewKey(t).PublicKey()
	w := newWorld(t, func(string) guest.Behaviour { return guest.Behaviour{ConsoleKeys: []ssh.PublicKey{other}} })
	start := time.Now()
	err := w.create(t.Context(), "web-1")
	m := w.guests.Machine("web-1")
	phaseError(t, err, lifecycle.PhaseTrusted, ssh.FingerprintSHA256(other), ssh.FingerprintSHA256(m.Server.HostKeys()[0]))
	if _, ok := errors.AsType[*remote.HostKeyError](err); !ok {
		t.Errorf("got %v", err)
	}
	if n := len(m.Server.Commands()); n != 0 || time.Since(start) > 3*time.Second {
		t.Errorf("%d commands were sent, it took %s", n, time.Since(start))
	}
}

func TestMuteConsoleSaysWhatToDo(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(string) guest.Behaviour { return guest.Behaviour{Mute: true} })
	p := w.process()
	p.Limits.HostKey = 50 * time.Millisecond
	err := p.create(t.Context(), lifecycle.CreateOptions{}, "web-1")
	phaseError(t, err, lifecycle.PhaseTrusted, "no host keys on the console", "--host-key injected", "guest login:")
	if !errors.Is(err, drivers.ErrTimeout) {
		t.Errorf("got %v", err)
	}
}

func TestInjectedHostKeyIsRotated(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*spec.Host){
		"asked for":        hostKey("injected"),
		"the image's fact": func(h *spec.Host) { h.Image = "silent-1" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(string) guest.Behaviour { return guest.Behaviour{Mute: true} })
			rec := w.record("web-1", change)
			if err := w.process().Create(t.Context(), []*lifecycle.Record{rec}, lifecycle.CreateOptions{}); err != nil {
				t.Fatal(err)
			}
			m := w.guests.Machine("web-1")
			injected := m.Document.SSHKeys["ed25519_public"]
			rec = w.ready(t, "web-1")
			if len(rec.HostKeys) != 1 || rec.Rotate || rec.HostKeys[0] == injected || injected == "" {
				t.Errorf("pinned %q, handed over %q", rec.HostKeys, injected)
			}
			if rec.HostKeys[0] != remote.AuthorizedKey(m.Server.HostKeys()[0]) {
				t.Error("the host has another key than the one pinned")
			}
			if text := string(w.records["web-1"]); strings.Contains(text, "PRIVATE") {
				t.Error("the record holds a private key")
			}
		})
	}
}

func TestRefusedLoginIsExplained(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	p := w.process()
	p.Limits.Login = 30 * time.Millisecond
	if err := p.create(t.Context(), lifecycle.CreateOptions{Until: lifecycle.UntilActive}, "web-1"); err != nil {
		t.Fatal(err)
	}
	w.signer = remotetest.NewKey(t)
	err := p.create(t.Context(), lifecycle.CreateOptions{}, "web-1")
	phaseError(t, err, lifecycle.PhaseTrusted, `user "debian"`, "--user")
	if !errors.Is(err, drivers.ErrAuth) {
		t.Errorf("got %v", err)
	}
}
