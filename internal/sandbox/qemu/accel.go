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
// run, and a guest still hang for ever. What it finds is kept in dir for as long as the machine is up.
func (t Tools) Probe(ctx context.Context, dir, image string) (Accel, error) {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return TCG, nil //nolint:nilerr // not Linux, so no KVM
	}
	known := filepath.Join(dir, "accel-"+strings.TrimSpace(string(boot)))
	if found, err := os.ReadFile(known); err == nil {
		return Accel(found), nil
	}
	accel := TCG
	if t.kvmWorks(ctx, dir, image) {
		accel = KVM
	}
	if err := ctx.Err(); err != nil {
		return accel, err
	}
	return accel, os.WriteFile(known, []byte(accel), 0o600)
}

func (t Tools) kvmWorks(ctx context.Context, dir, image string) bool {
	kvm, err := os.OpenFile("/dev/kvm", os.O_RDWR, 0)
	if err != nil {
		return false
	}
	_ = kvm.Close()
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
