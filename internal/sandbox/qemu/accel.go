package qemu

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/davit-io/davit/internal/wait"
)

// Accel is how the processor is made: by KVM or by emulation.
type Accel string

// The two that are used.
const (
	KVM Accel = "kvm"
	TCG Accel = "tcg"
)

func (a Accel) args() []string {
	if a == KVM {
		return []string{"-accel", "kvm", "-cpu", "host,-hypervisor"}
	}
	// The plainest processor: what "max" has more, such as AVX, costs a fifth of the time when it is emulated.
	return []string{"-accel", "tcg,thread=multi,tb-size=512", "-cpu", "qemu64,-hypervisor"}
}

// probeTime is long for a guest under KVM, which gets as far in a few seconds.
const probeTime = 20 * time.Second

// Probe tells which accelerator truly works here, by starting image under KVM: /dev/kvm may be there, the firmware
// run, and a guest still hang for ever. The trial takes place in dir. What it finds is kept in the file known, which is
// not to outlive the machine's own boot; where it can't be written, the next Probe tries again.
func (t Tools) Probe(ctx context.Context, dir, known, image string) (Accel, error) {
	kvm, err := os.OpenFile("/dev/kvm", os.O_RDWR, 0)
	if err != nil {
		return TCG, nil //nolint:nilerr // there is none, or not for us
	}
	_ = kvm.Close()
	if found, err := os.ReadFile(known); err == nil && (Accel(found) == KVM || Accel(found) == TCG) {
		return Accel(found), nil
	}
	accel := TCG
	if t.kvmWorks(ctx, dir, image) {
		accel = KVM
	}
	if err := ctx.Err(); err != nil {
		return accel, err
	}
	if err := os.MkdirAll(filepath.Dir(known), 0o700); err == nil {
		_ = os.WriteFile(known, []byte(accel), 0o600)
	}
	return accel, nil
}

func (t Tools) kvmWorks(ctx context.Context, dir, image string) bool {
	trial := Machine{Name: "kvm-trial", Dir: filepath.Join(dir, "kvm-trial"), CPUs: 1, MemoryMiB: 512, MTU: 1500}
	defer func() { _ = os.RemoveAll(trial.Dir) }()
	disk := filepath.Join(dir, "kvm-trial.qcow2")
	defer func() { _ = os.Remove(disk) }()
	if err := t.Overlay(ctx, disk, image); err != nil {
		return false
	}
	trial.Disks = []Disk{{Path: disk, Serial: "trial"}}
	h := NewHost(t, func(context.Context) (Accel, error) { return KVM, nil })
	defer h.Close()
	p, err := h.Start(ctx, trial, nil)
	if err != nil {
		return false
	}
	defer func() { _ = p.Stop() }()
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	return wait.Poll(ctx, wait.Pace{Min: 250 * time.Millisecond}, p.sawSystem) == nil
}

// sawSystem looks for what only a running system writes: the firmware and the boot loader don't write to the console.
func (p *Process) sawSystem(context.Context) (bool, string, error) {
	select {
	case <-p.done:
		return false, "", fmt.Errorf("%s: %w", p.machine.Name, errGone)
	default:
	}
	console, err := os.ReadFile(Console(p.machine.Dir))
	text := string(console)
	return strings.Contains(text, "login:") || strings.Contains(text, "cloud-init"), "", err
}
