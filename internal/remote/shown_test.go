package remote_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/internal/remote"
	"github.com/davit-io/davit/internal/remote/remotetest"
)

func TestShownKey(t *testing.T) {
	t.Parallel()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	second, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	s := remotetest.New(t, remotetest.Options{
		HostKeys: []ssh.Signer{second, remotetest.NewKey(t)},
		Allow:    func(string, ssh.PublicKey) bool { t.Error("somebody logs in"); return false },
	})
	best := s.HostKeys()[1]
	for _, tc := range []struct {
		name   string
		want   func(ssh.PublicKey) bool
		key    ssh.PublicKey
		wanted bool
	}{
		{"any", func(ssh.PublicKey) bool { return true }, best, true},
		{"the second", func(k ssh.PublicKey) bool { return remote.SameKey(k, second.PublicKey()) }, second.PublicKey(), true},
		{"none", func(ssh.PublicKey) bool { return false }, best, false},
	} {
		key, wanted, err := remote.ShownKey(t.Context(), s.Addr, tc.want)
		if err != nil || wanted != tc.wanted || !remote.SameKey(key, tc.key) {
			t.Errorf("%s: got %v %v %v", tc.name, key, wanted, err)
		}
	}
	s.Stop()
	if _, _, err := remote.ShownKey(t.Context(), s.Addr, func(ssh.PublicKey) bool { return true }); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("got %v", err)
	}
}

func TestShownKeyOfWhatIsNoSSHServer(t *testing.T) {
	t.Parallel()
	s := remotetest.New(t, remotetest.Options{Silent: true})
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, _, err := remote.ShownKey(ctx, s.Addr, func(ssh.PublicKey) bool { return true })
	if _, wrong := errors.AsType[*remote.HostKeyError](err); err == nil || wrong {
		t.Errorf("got %v", err)
	}
}
