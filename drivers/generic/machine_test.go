package generic_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/generic"
	"github.com/davit-io/davit/internal/machinetest"
	"github.com/davit-io/davit/internal/remote"
	"github.com/davit-io/davit/internal/remote/remotetest"
)

// machine is a machine with an SSH server.
type machine struct {
	*machinetest.Machine
	server *remotetest.Server
	opts   *generic.Options
}

var machines atomic.Int32

// newMachine gives a machine at an address of its own. The options log in to it, with its key pinned.
func newMachine(t testing.TB) *machine {
	t.Helper()
	m := &machine{Machine: machinetest.New(t)}
	key, err := remote.GenerateKey("test")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte(key.Private.Reveal()), 0o600); err != nil {
		t.Fatal(err)
	}
	m.server = remotetest.New(t, remotetest.Options{
		Listen: fmt.Sprintf("127.88.%d.%d:0", machines.Add(1)/250, machines.Load()%250+1),
		Allow: func(user string, k ssh.PublicKey) bool {
			return user == "root" && remote.SameKey(k, key.Signer.PublicKey())
		},
		Handler: func(ctx context.Context, cmd string, stdin io.Reader) remotetest.Reply {
			stdout, stderr, exit := m.Run(ctx, cmd, stdin)
			return remotetest.Reply{Stdout: stdout, Stderr: stderr, Exit: exit}
		},
	})
	m.opts = &generic.Options{
		Address: m.server.Addr.Addr().String(), SSHPort: int(m.server.Addr.Port()),
		SSHHostKey: ssh.FingerprintSHA256(m.server.HostKeys()[0]),
	}
	m.opts.SetLogin("", file)
	return m
}

func (m *machine) spec(name string) drivers.Spec {
	return drivers.Spec{Name: name, Owner: drivers.Owner("owner of " + name), Options: m.opts}
}
