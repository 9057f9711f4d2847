package cli

import (
	"net/netip"
	"testing"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/lifecycle"
)

func TestSSHURL(t *testing.T) {
	t.Parallel()
	for want, rec := range map[string]*lifecycle.Record{
		"ssh://u@192.0.2.1":          {User: "u", Addresses: []drivers.Address{{IP: netip.MustParseAddr("192.0.2.1")}}},
		"ssh://u@192.0.2.1:2222":     {User: "u", SSHPort: 2222, Addresses: []drivers.Address{{IP: netip.MustParseAddr("192.0.2.1")}}},
		"ssh://u@[2001:db8::1]":      {User: "u", Addresses: []drivers.Address{{IP: netip.MustParseAddr("2001:db8::1")}}},
		"ssh://u@[2001:db8::1]:2222": {User: "u", SSHPort: 2222, Addresses: []drivers.Address{{IP: netip.MustParseAddr("2001:db8::1")}}},
	} {
		if got := sshURL(rec); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
