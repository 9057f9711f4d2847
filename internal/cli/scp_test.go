package cli

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/store"
)

// reached is a store with hosts that can be reached.
func reached(t *testing.T, ports ...int) *app {
	t.Helper()
	s, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for i, port := range ports {
		rec := &lifecycle.Record{
			Version: lifecycle.RecordVersion, Name: fmt.Sprintf("web-%d", i+1), User: "debian", KeyFile: "/key", SSHPort: port,
			Addresses: []drivers.Address{{IP: netip.AddrFrom4([4]byte{192, 0, 2, byte(i + 1)})}},
			HostKeys:  []string{"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"},
		}
		if err := s.Save(t.Context(), rec); err != nil {
			t.Fatal(err)
		}
	}
	return &app{store: s}
}

func TestCopyPaths(t *testing.T) {
	t.Parallel()
	a := reached(t, 0, 0, 2222)
	for _, tc := range []struct {
		in, want string
		hosts    int
		kind     error
	}{
		{"x web-1:/tmp", "x debian@192.0.2.1:/tmp", 1, nil},
		{"web-1:a web-1:b ./odd:name", "debian@192.0.2.1:a debian@192.0.2.1:b ./odd:name", 1, nil},
		{"web-1:a web-2:", "debian@192.0.2.1:a debian@192.0.2.2:", 2, nil},
		{"web-1:a web-3:", "", 0, drivers.ErrUnsupported},
		{"web-9:a .", "", 0, drivers.ErrNotFound},
		{"a b", "", 0, nil},
	} {
		paths, recs, err := a.copyPaths(strings.Fields(tc.in))
		if strings.Join(paths, " ") != tc.want || len(recs) != tc.hosts || (err == nil) != (tc.want != "") {
			t.Errorf("%s: %v, %d hosts, %v", tc.in, paths, len(recs), err)
		}
		if tc.kind != nil && !errors.Is(err, tc.kind) {
			t.Errorf("%s: %v is not %v", tc.in, err, tc.kind)
		}
	}
}
