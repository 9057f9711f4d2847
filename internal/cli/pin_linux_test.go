package cli_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/sys/unix"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/generic"
	"github.com/davit-io/davit/internal/cli"
	"github.com/davit-io/davit/internal/remote"
	"github.com/davit-io/davit/internal/remote/remotetest"
)

// terminal gives the two ends of a terminal: what is typed, and what a program reads from.
func terminal(t *testing.T) (typed, in *os.File) {
	t.Helper()
	typed, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = typed.Close() })
	if err := unix.IoctlSetPointerInt(int(typed.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(typed.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	in, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close() })
	return typed, in
}

// The host key of a machine that is there already is shown and asked for on a terminal, and nothing is sent before.
func TestHostKeyIsConfirmed(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, answer string
		terminal     bool
		asked, sent  bool
	}{
		{"yes", "y\n", true, true, true},
		{"no", "n\n", true, true, false},
		{"nobody there", "", false, false, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			server := remotetest.New(t, remotetest.Options{
				Handler: func(context.Context, string, io.Reader) remotetest.Reply {
					return remotetest.Reply{Exit: 1, Stderr: "not today"}
				},
			})
			key, err := remote.GenerateKey("test")
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "key")
			if err := os.WriteFile(file, []byte(key.Private.Reveal()), 0o600); err != nil {
				t.Fatal(err)
			}
			var out, text bytes.Buffer
			s := cli.Streams{In: strings.NewReader(tc.answer), Out: &out, Err: &text, Getenv: func(name string) string {
				return map[string]string{"DAVIT_HOME": t.TempDir()}[name]
			}}
			if tc.terminal {
				typed, in := terminal(t)
				if _, err := typed.WriteString(tc.answer); err != nil {
					t.Fatal(err)
				}
				s.In = in
			}
			code := cli.Run(t.Context(), []string{
				"create", "web-1", "--driver", "generic", "--address", server.Addr.Addr().String(),
				"--ssh-port", strconv.Itoa(int(server.Addr.Port())), "--ssh-key", file, "--dry-run",
			}, s, drivers.Table{generic.Constructor()})
			fingerprint := ssh.FingerprintSHA256(server.HostKeys()[0])
			if asked := strings.Contains(text.String(), "Is it the machine's?"); code == 0 || asked != tc.asked || !strings.Contains(text.String(), fingerprint) {
				t.Errorf("exit %d:\n%s", code, text.String())
			}
			if sent := len(server.Commands()) > 0; sent != tc.sent {
				t.Errorf("commands were sent: %q", server.Commands())
			}
		})
	}
}
