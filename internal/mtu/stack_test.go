package mtu_test

import (
	"strings"
	"testing"

	"github.com/davit-io/davit/internal/mtu"
)

func TestStack(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		link  int
		names string
		want  int
		err   string
	}{
		{1450, "", 1450, ""},
		{1450, "swarm", 1400, ""},
		{1500, "swarm-encrypted", 1424, ""},
		{9000, "cilium-tunnel cilium-wireguard", 8855, ""},
		{1450, "swam", 0, `did you mean "swarm"?`},
		{1450, "x", 0, "there are calico-ipip, "},
		{100, "", 0, "outside of 576"},
		{600, "swarm", 0, "fewer than the 576 bytes"},
	} {
		sum, err := mtu.Stack(tc.link, strings.Fields(tc.names)...)
		switch {
		case tc.err == "" && (err != nil || sum.Total != tc.want):
			t.Errorf("%d %s: %s, %v", tc.link, tc.names, sum, err)
		case tc.err != "" && (err == nil || !strings.Contains(err.Error(), tc.err)):
			t.Errorf("%d %s: got %v, want %q", tc.link, tc.names, err, tc.err)
		}
	}
}
