package engine_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/davit-io/davit/internal/engine"
)

func TestWhichChecks(t *testing.T) {
	t.Parallel()
	mtu := []string{"the engine's configuration has the MTU", "the engine's bridge has the MTU", "packets of 1450 bytes pass"}
	for variant, want := range map[string][]string{
		"usual":     append([]string{"the engine answers", "/var/lib/docker and /var/lib/containerd on the disk " + link}, mtu...),
		"root-disk": {"the engine answers"},
		"no-engine": {"/srv/data on the disk " + link},
	} {
		var got []string
		for _, c := range engine.Checks(variants(t)[variant]) {
			got = append(got, c.Name)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", variant, got, want)
		}
	}
}

func TestVerify(t *testing.T) {
	t.Parallel()
	checks := engine.Checks(variants(t)["usual"])
	const (
		answers = iota
		disk
		daemon
		bridge
		way
	)
	for _, tc := range []struct {
		name       string
		check      int
		out        string
		want       string // in the error; empty: none
		unverified bool
	}{
		{"engine", answers, "20.10.24+dfsg1 /var/lib/docker\n", "", false},
		{"engine silent", answers, "\n", "instead of a version", false},
		{"elsewhere", answers, "24.0.1 /data\n", "its data is in /data", false},
		{"on the disk", disk, "/var/lib/docker /dev/vdb /dev/vdb\n/var/lib/containerd /dev/vdb /dev/vdb\n", "", false},
		{"on the root disk", disk, "/var/lib/docker /dev/vdb \n/var/lib/containerd /dev/vdb /dev/vdb\n", "/var/lib/docker is not mounted", false},
		{"on another disk", disk, "/var/lib/docker /dev/vdb /dev/vdb\n/var/lib/containerd /dev/vdb /dev/vdc\n", "/var/lib/containerd is on /dev/vdc, and the disk is /dev/vdb", false},
		{"half an answer", disk, "/var/lib/docker /dev/vdb /dev/vdb\n", "nothing is said of /var/lib/containerd", false},
		{"daemon.json", daemon, `{"mtu": 1450}`, "", false},
		{"daemon.json changed", daemon, `{}`, "MTU of 0, and 1450 is right", false},
		{"daemon.json malformed", daemon, `{`, "malformed", false},
		{"bridge", bridge, "1450\n", "", false},
		{"bridge of another", bridge, "1500\n", "the bridge has an MTU of 1500", false},
		{"bridge without", bridge, "<no value>\n", `the bridge's MTU is "<no value>"`, false},
		{"way", way, "link eth0 1450\nok 10.0.0.1\n", "", false},
		{"a larger link", way, "link eth0 1500\nok 10.0.0.1\n", "", false},
		{"a smaller link", way, "link eth0 1400\nlost 10.0.0.1\n", "eth0 carries 1400 bytes", false},
		{"lost", way, "link eth0 1450\nlost 10.0.0.1\n", "packets of 1450 bytes to 10.0.0.1 are lost", false},
		{"silent", way, "link eth0 1450\nsilent\n", "answers a ping", true},
		{"no route", way, "link none 0\nsilent\n", "answers a ping", true},
		{"garbled", way, "oops", "the probe says", true},
	} {
		err := checks[tc.check].Verify(tc.out)
		if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%s: got %v, want %q", tc.name, err, tc.want)
		}
		if got := errors.Is(err, engine.ErrUnverified); got != tc.unverified {
			t.Errorf("%s: unverified is %v", tc.name, got)
		}
	}
}
