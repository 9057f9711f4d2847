package cloudinit_test

import (
	"bytes"
	"testing"

	"github.com/davit-io/davit/cloudinit"
)

// What parses must validate without a panic, render, and parse to what renders the same.
func FuzzParse(f *testing.F) {
	data, _ := cloudinit.Render(full(), 0)
	f.Add(data)
	f.Add([]byte("#cloud-config\nusers: [default]\nruncmd:\n- [a, b]\n- \"\\x01\"\nx: {1: 2}\n"))
	f.Add([]byte("#cloud-config\nusers: !00\n0:\n#0"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := cloudinit.Parse(data)
		if err != nil {
			return
		}
		_ = c.Validate()
		once, err := cloudinit.Render(c, 0)
		if err != nil {
			return
		}
		again, err := cloudinit.Parse(once)
		if err != nil {
			t.Fatalf("%v in\n%s", err, once)
		}
		if twice, err := cloudinit.Render(again, 0); err != nil || !bytes.Equal(once, twice) {
			t.Errorf("%v\n%s\n%s", err, once, twice)
		}
	})
}

// A child over nothing is the child, and merging never panics.
func FuzzMerge(f *testing.F) {
	data, _ := cloudinit.Render(full(), 0)
	f.Add(data, []byte("#cloud-config\nusers: [{name: op}]\nwrite_files: [{path: /etc/motd}]\n"))
	f.Fuzz(func(t *testing.T, low, high []byte) {
		parent, err := cloudinit.Parse(low)
		if err != nil {
			return
		}
		child, err := cloudinit.Parse(high)
		if err != nil {
			return
		}
		if _, err := cloudinit.Merge(parent, child); err != nil {
			return
		}
		own, err := cloudinit.Merge(cloudinit.Config{}, child)
		if err != nil {
			return
		}
		want, err := cloudinit.Render(child, 0)
		if err != nil {
			return
		}
		if got, err := cloudinit.Render(own, 0); err != nil || !bytes.Equal(want, got) {
			t.Errorf("%v\n%s\n%s", err, want, got)
		}
	})
}
