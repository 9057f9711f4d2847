package lan_test

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/davit-io/davit/internal/sandbox/lan"
)

func TestPrefixGoesWithTheFolder(t *testing.T) {
	t.Parallel()
	a, again, b := lan.PrefixFor("/a"), lan.PrefixFor("/a"), lan.PrefixFor("/b")
	if a != again || a == b {
		t.Errorf("prefixes %s, %s, %s", a, again, b)
	}
	private := netip.MustParsePrefix("10.64.0.0/10")
	for _, p := range []netip.Prefix{a, b} {
		if p != p.Masked() || p.Bits() != 20 || !private.Contains(p.Addr()) {
			t.Errorf("%s is not a /20 of %s", p, private)
		}
	}
}

func open(t *testing.T, prefix string) *lan.LAN {
	t.Helper()
	l, err := lan.New(t.Context(), netip.MustParsePrefix(prefix), 1500)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	return l
}

func TestPublishKnowsItsNetwork(t *testing.T) {
	t.Parallel()
	l := open(t, "127.99.0.0/20")
	if err := l.Publish(t.Context(), netip.MustParseAddr("127.98.0.1")); err == nil {
		t.Error("an address of another network is published")
	}
}

// Two folders may have the same prefix, one in a thousand.
func TestNetworkIsOneSandboxs(t *testing.T) {
	t.Parallel()
	open(t, "127.97.0.0/20")
	_, err := lan.New(t.Context(), netip.MustParsePrefix("127.97.0.0/20"), 1500)
	if err == nil || !strings.Contains(err.Error(), "DAVIT_HOME") {
		t.Errorf("a second sandbox on the network: %v, want a hint at DAVIT_HOME", err)
	}
}
