package cloudinit_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davit-io/davit/cloudinit"
)

func parse(t *testing.T, lines string) cloudinit.Config {
	t.Helper()
	c, err := cloudinit.Parse([]byte(cloudinit.Header + "\n" + lines))
	if err != nil {
		t.Fatalf("%v in\n%s", err, lines)
	}
	return c
}

func TestMerge(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, parent, child, want string }{
		{"scalar", "hostname: a\ntimezone: UTC\n", "hostname: b\n", "hostname: b\ntimezone: UTC\n"},
		{"false wins", "disable_root: true\n", "disable_root: false\n", "disable_root: false\n"},
		{"nothing", "hostname: a\n", "", "hostname: a\n"},
		{"commands append, twice the same", "runcmd: [a, b]\n", "runcmd: [b]\n", "runcmd: [a, b, b]\n"},
		{"sets", "packages: [a, b]\n", "packages: [b, [a, 1.0-1]]\n", "packages: [a, b, [a, 1.0-1]]\n"},
		{"keys", "ssh_authorized_keys: [k1]\n", "ssh_authorized_keys: [k1, k2]\n", "ssh_authorized_keys: [k1, k2]\n"},
		{
			"blocks, deep", "apt: {conf: a, sources: {x: {source: s, key: k}}}\n", "apt: {sources: {x: {key: l}, y: {source: t}}}\n",
			"apt: {conf: a, sources: {x: {source: s, key: l}, y: {source: t}}}\n",
		},
		{"unknown keys", "swap: {size: 1, file: /a}\n", "swap: {size: 2}\nfinal_message: hi\n", "swap: {size: 2, file: /a}\nfinal_message: hi\n"},
		{"a list and a text", "locale: x\nchef: [a]\n", "chef: b\n", "locale: x\nchef: b\n"},
		{
			"users", "users: [default, {name: a, shell: /bin/sh, ssh_authorized_keys: [k1]}]\n",
			"users: [{name: b}, {name: a, shell: /bin/bash, ssh_authorized_keys: [k2]}, default]\n",
			"users: [default, {name: a, shell: /bin/bash, ssh_authorized_keys: [k1, k2]}, b]\n",
		},
		{
			"a file takes the place", "write_files: [{path: /a, content: x, encoding: b64}, {path: /b}]\n", "write_files: [{path: /a, content: y}, {path: /c}]\n",
			"write_files: [{path: /a, content: y}, {path: /b}, {path: /c}]\n",
		},
		{
			"but not one that appends", "write_files: [{path: /a, content: x}]\n", "write_files: [{path: /a, content: y, append: true}]\n",
			"write_files: [{path: /a, content: x}, {path: /a, content: y, append: true}]\n",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			parent, child := parse(t, tc.parent), parse(t, tc.child)
			got, err := cloudinit.Merge(parent, child)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(parse(t, tc.want), got); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(parse(t, tc.parent), parent) + cmp.Diff(parse(t, tc.child), child); diff != "" {
				t.Error("an argument was changed:", diff)
			}
		})
	}
}

func TestMergeRefusesWhatIsNoText(t *testing.T) {
	t.Parallel()
	bad := cloudinit.Config{Hostname: "\xff"}
	if _, err := cloudinit.Merge(bad, cloudinit.Config{}); err == nil || !strings.Contains(err.Error(), "the parent: ") {
		t.Errorf("got %v", err)
	}
	if _, err := cloudinit.Merge(cloudinit.Config{}, bad); err == nil || !strings.Contains(err.Error(), "the child: ") {
		t.Errorf("got %v", err)
	}
}
