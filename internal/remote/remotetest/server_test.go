package remotetest

import (
	"net"
	"testing"
	"time"

	"github.com/davit-io/davit/internal/wait"
)

// TestAddressIsWaitedFor has a server start where a listener is about to end.
func TestAddressIsWaitedFor(t *testing.T) {
	t.Parallel()
	before, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = wait.Sleep(t.Context(), 100*time.Millisecond)
		_ = before.Close()
	}()
	if s := New(t, Options{Listen: before.Addr().String()}); s.Addr.String() != before.Addr().String() {
		t.Errorf("listens at %s", s.Addr)
	}
}
