package drivers_test

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
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

// TestCapabilities wants every interface of the contract in the list, but for the driver itself and what options are.
func TestCapabilities(t *testing.T) {
	t.Parallel()
	var want, got []string
	for _, file := range sources(t) {
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok {
				if _, is := spec.Type.(*ast.InterfaceType); is && spec.Name.Name != "Driver" && spec.Name.Name != "NeedsLogin" && spec.Name.Name != "PinsKey" {
					want = append(want, spec.Name.Name)
				}
			}
			return true
		})
	}
	for _, c := range drivers.Capabilities() {
		got = append(got, c.Name)
		if c.Help == "" {
			t.Errorf("%s has no help", c.Name)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("listed are %q, there are %q", got, want)
	}
}

func sources(t *testing.T) []*ast.File {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}
