// Package qemutest stands in for QEMU in tests: a test binary that calls Main from its TestMain is, under other
// names, a qemu-system-x86_64 that only keeps its monitor and speaks for its guest, and a qemu-img that writes heads.
package qemutest

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/davit-io/davit/internal/sandbox/qemu"
)

const (
	system = "qemu-system-x86_64"
	image  = "qemu-img"
)

// Main runs the program that the test binary was called as, and returns when that is the test.
func Main() {
	var run func([]string) error
	switch filepath.Base(os.Args[0]) {
	case system:
		run = machine
	case image:
		run = img
	default:
		return
	}
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// Tools are the stand-ins, until the test ends.
func Tools(t testing.TB) qemu.Tools {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{system, image} {
		if err := os.Symlink(self, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return qemu.Tools{QEMU: filepath.Join(dir, system), Img: filepath.Join(dir, image)}
}

// Image writes a guest image of size bytes that the stand-ins take.
func Image(t testing.TB, name string, size int64) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := writeHead(path, size); err != nil {
		t.Fatal(err)
	}
	return path
}
