package spec_test

import (
	"strings"
	"testing"

	"github.com/davit-io/davit/internal/spec"
)

func TestNamesOfAPattern(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		in   string
		want string // empty: refused
	}{
		{"web", "web"},
		{"web-{1..3}", "web-1 web-2 web-3"},
		{"web-{08..10}-x", "web-08-x web-09-x web-10-x"},
		{"web-{3..1}", ""},
		{"web-{1..1001}", ""},
		{"web-{1..99999999999999999999}", ""},
		{"web-{a..b}", ""},
		{"web-{1..}", ""},
		{"web-{1..2}{1..2}", ""},
	} {
		got, err := spec.Names(tc.in)
		if strings.Join(got, " ") != tc.want || (err == nil) != (tc.want != "") {
			t.Errorf("%s: %v, %v", tc.in, got, err)
		}
	}
}

func TestFirstNames(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		in   string
		n    int
		want string
		err  string
	}{
		{"web-{1..}", 3, "web-1 web-2 web-3", ""},
		{"web-{009..}.example", 2, "web-009.example web-010.example", ""},
		{"web-{1..20}", 2, "web-1 web-2", ""},
		{"web", 1, "web", ""},
		{"web-{1..}", 0, "", ""},
		{"web-{1..2}", 3, "", "stands for 2 names, and 3"},
		{"web", 2, "", "stands for 1 names"},
		{"web-{1..}", -1, "", "-1 names"},
		{"web-{1..}", 1001, "", "at most 1000"},
		{"web-{99999999999999999999..}", 1, "", "range in"},
		{"web-{x}", 1, "", "no range"},
	} {
		got, err := spec.FirstNames(tc.in, tc.n)
		switch {
		case tc.err == "" && (err != nil || strings.Join(got, " ") != tc.want):
			t.Errorf("%s %d: %v, %v", tc.in, tc.n, got, err)
		case tc.err != "" && (err == nil || !strings.Contains(err.Error(), tc.err)):
			t.Errorf("%s %d: got %v, want %q", tc.in, tc.n, err, tc.err)
		}
	}
}
