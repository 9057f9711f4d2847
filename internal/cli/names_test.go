package cli

import (
	"strings"
	"testing"
)

func TestExpand(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		in   string
		want string // empty: refused
	}{
		{"a b", "a b"},
		{"web-{1..3}", "web-1 web-2 web-3"},
		{"web-{08..10}-x y", "web-08-x web-09-x web-10-x y"},
		{"web-{3..1}", ""},
		{"a a", ""},
		{"web-{1..3} web-2", ""},
	} {
		got, err := expand(strings.Fields(tc.in))
		if strings.Join(got, " ") != tc.want || (err == nil) != (tc.want != "") {
			t.Errorf("%s: %v, %v", tc.in, got, err)
		}
	}
}
