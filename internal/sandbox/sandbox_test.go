package sandbox_test

import (
	"context"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/davit-io/davit/internal/sandbox"
	"github.com/davit-io/davit/internal/sandbox/qemu/qemutest"
)

func TestMain(m *testing.M) {
	qemutest.Main()
	if len(os.Args) == 3 && os.Args[1] == "serve" {
		os.Exit(serve(os.Args[2]))
	}
	os.Exit(m.Run())
}

// serve is the daemon of the tests, as the command line runs it.
func serve(dir string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	if err := sandbox.Serve(ctx, dir); err != nil {
		_, _ = os.Stderr.WriteString(err.Error() + "\n")
		return 1
	}
	return 0
}

// options are of a sandbox without QEMU and without rights: its network is of the loopback.
func options(t *testing.T) sandbox.Options {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return sandbox.Options{
		Dir: filepath.Join(t.TempDir(), "sandbox"), Images: []string{qemutest.Image(t, "debian-12.qcow2", 3<<30)},
		Network: loopback(t), Command: []string{self, "serve"}, Tools: qemutest.Tools(t),
	}
}

func up(t *testing.T, o sandbox.Options) sandbox.State {
	t.Helper()
	s, err := sandbox.Up(t.Context(), o)
	t.Cleanup(func() {
		if _, err := sandbox.Down(context.Background(), o.Dir); err != nil {
			t.Errorf("down: %v", err)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}
