package drivers_test

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
)

func TestDial(t *testing.T) {
	t.Parallel()
	addr := func(s string, floating bool) drivers.Address {
		return drivers.Address{IP: netip.MustParseAddr(s), Floating: floating}
	}
	for _, tc := range []struct {
		name string
		in   []drivers.Address
		want string
	}{
		{"none", nil, "invalid IP"},
		{"fixed", []drivers.Address{addr("10.0.0.1", false)}, "10.0.0.1"},
		{"floating first", []drivers.Address{addr("10.0.0.1", false), addr("203.0.113.5", true)}, "203.0.113.5"},
		{"IPv4 first", []drivers.Address{addr("2001:db8::1", false), addr("10.0.0.1", false)}, "10.0.0.1"},
		{"order kept", []drivers.Address{addr("10.0.0.2", false), addr("10.0.0.1", false)}, "10.0.0.2"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := (drivers.Host{Addresses: tc.in}).Dial().String(); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func TestErrorKeepsKindCauseAndHint(t *testing.T) {
	t.Parallel()
	cause := errors.New("Quota exceeded for cores")
	err := fmt.Errorf("web-1: %w", &drivers.Error{Kind: drivers.ErrQuota, Err: cause, Next: "ask for more"})
	if !errors.Is(err, drivers.ErrQuota) || !errors.Is(err, cause) {
		t.Error("kind or cause is lost")
	}
	if got := drivers.Hint(err); got != "ask for more" {
		t.Errorf("hint %q", got)
	}
	if got := drivers.Hint(field.Errorf("a", "b").WithHint("c")); got != "c" {
		t.Errorf("hint of a finding %q", got)
	}
	if got := drivers.Hint(cause); got != "" {
		t.Errorf("hint of a plain error %q", got)
	}
}
