// Package qemu runs the machines of the sandbox: one QEMU process per machine, ended with the process that started it,
// and qcow2 files as disks.
package qemu

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Tools names the programs that are run.
type Tools struct {
	QEMU string `json:"qemu"` // qemu-system-x86_64
	Img  string `json:"img"`  // qemu-img
}

// DefaultTools are QEMU's own, found on PATH.
var DefaultTools = Tools{QEMU: "qemu-system-x86_64", Img: "qemu-img"}

// Check says which of the programs this machine lacks.
func (t Tools) Check() error {
	var missing []string
	for _, name := range []string{t.QEMU, t.Img} {
		if _, err := exec.LookPath(name); err != nil {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("no %s on this machine: on Debian, apt-get install qemu-system-x86 qemu-utils", strings.Join(missing, " and no "))
	}
	return nil
}

// Disk is a virtual disk of a machine.
type Disk struct {
	Path   string // qcow2
	Serial string // what the guest sees as the disk's serial number, at most 36 characters
	Bus    int    // SCSI target
	Unit   int    // SCSI unit
}

// Machine is what a machine is made of.
type Machine struct {
	Name      string // shown in process lists and errors
	Dir       string // for its console, its log and its guestinfo; made by Start, emptied by Stop
	CPUs      int
	MemoryMiB int64
	MTU       int // bytes; what the guest's network driver is told
	Disks     []Disk
	MACs      []string          // one network card each
	GuestInfo map[string]string // keys begin with "guestinfo."
}

// Console is the file with what the machine wrote to its serial console.
func Console(dir string) string { return filepath.Join(dir, "console") }

func logFile(dir string) string { return filepath.Join(dir, "qemu.log") }

// run runs a tool and gives its complaint as the error.
func run(ctx context.Context, name string, args ...string) error {
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if err == nil {
		return nil
	}
	if text := strings.TrimSpace(string(out)); text != "" {
		return fmt.Errorf("%s: %w: %s", filepath.Base(name), err, text)
	}
	return fmt.Errorf("%s: %w", filepath.Base(name), err)
}

// tail is the end of a file, for errors; "" when there is none.
func tail(file string) string {
	data, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	return strings.Join(lines[max(0, len(lines)-5):], "\n")
}

var errGone = errors.New("the machine has ended")
