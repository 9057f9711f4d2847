package qemu_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/davit-io/davit/internal/sandbox/qemu"
	"github.com/davit-io/davit/internal/sandbox/qemu/qemutest"
)

func TestMain(m *testing.M) {
	qemutest.Main()
	os.Exit(m.Run())
}

func emulated(context.Context) (qemu.Accel, error) { return qemu.TCG, nil }

func TestGuestInfoIsReadWithCare(t *testing.T) {
	t.Parallel()
	h := qemu.NewHost(qemutest.Tools(t), emulated)
	defer h.Close()
	said := make(chan string, 10)
	p, err := h.Start(t.Context(), qemu.Machine{Name: "a,b", Dir: filepath.Join(t.TempDir(), "m"), GuestInfo: map[string]string{
		qemutest.SayKey: "guestinfo.a 1\nother.key 2\nguestinfo.../etc 3\nguestinfo.b " + strings.Repeat("x", 70000) + "\nguestinfo.end",
		"guestinfo." + strings.Repeat("long", 20): "too long for the firmware", "guestinfo./../x": "no key",
	}}, &qemu.Hooks{GuestInfo: func(key, value string) { said <- key + "=" + value }})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for len(got) == 0 || got[len(got)-1] != "guestinfo.end=" {
		got = append(got, <-said)
	}
	if text := strings.Join(got, " "); text != "guestinfo.a=1 guestinfo.end=" {
		t.Errorf("taken: %s", text)
	}
	if err := p.Stop(); err != nil {
		t.Error(err)
	}
	if err := p.Stop(); err != nil {
		t.Errorf("stop again: %v", err)
	}
}

func TestMachineEndsWithItsHost(t *testing.T) {
	t.Parallel()
	h := qemu.NewHost(qemutest.Tools(t), emulated)
	ended := make(chan struct{})
	p, err := h.Start(t.Context(), qemu.Machine{Name: "a", Dir: filepath.Join(t.TempDir(), "m")}, &qemu.Hooks{Ended: func(*qemu.Process) { close(ended) }})
	if err != nil {
		t.Fatal(err)
	}
	h.Close()
	<-ended
	<-p.Done()
}

// A task that starts a machine may still be under way when the sandbox ends.
func TestNoMachineStartsOnceItsHostIsClosed(t *testing.T) {
	t.Parallel()
	h, dir := qemu.NewHost(qemutest.Tools(t), emulated), filepath.Join(t.TempDir(), "m")
	h.Close()
	if _, err := h.Start(t.Context(), qemu.Machine{Name: "a", Dir: dir}, nil); err == nil || !strings.Contains(err.Error(), "is ending") {
		t.Errorf("got %v, want it to say that the host ends", err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("its folder stays: %v", err)
	}
}

func TestStartFailsWithTheReason(t *testing.T) {
	t.Parallel()
	broken := errors.New("no accelerator")
	for name, c := range map[string]struct {
		tools qemu.Tools
		accel func(context.Context) (qemu.Accel, error)
		want  string
	}{
		"accelerator": {qemutest.Tools(t), func(context.Context) (qemu.Accel, error) { return "", broken }, "no accelerator"},
		"no QEMU":     {qemu.Tools{QEMU: "no-such-qemu"}, emulated, "no-such-qemu"},
		"ends":        {qemu.Tools{QEMU: "/bin/false"}, emulated, "machine a does not start: the machine has ended"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := qemu.NewHost(c.tools, c.accel)
			defer h.Close()
			dir := filepath.Join(t.TempDir(), "m")
			if _, err := h.Start(t.Context(), qemu.Machine{Name: "a", Dir: dir}, nil); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want it to say %q", err, c.want)
			}
			if _, err := os.Stat(dir); !os.IsNotExist(err) {
				t.Errorf("its folder stays: %v", err)
			}
		})
	}
}

func TestDisks(t *testing.T) {
	t.Parallel()
	ctx, tools, dir := t.Context(), qemutest.Tools(t), t.TempDir()
	disk, over := filepath.Join(dir, "d.qcow2"), filepath.Join(dir, "o.qcow2")
	for _, err := range []error{tools.Create(ctx, disk, 1<<30), tools.Overlay(ctx, over, disk), tools.Grow(ctx, over, 2<<30), tools.Grow(ctx, over, 1<<20)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if size, err := qemu.Size(over); err != nil || size != 2<<30 {
		t.Errorf("size %d, %v", size, err)
	}
	empty, text := filepath.Join(dir, "empty"), filepath.Join(dir, "text")
	for file, content := range map[string]string{empty: "", text: "no disk"} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := qemu.Size(empty); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an empty file: %v", err)
	}
	if _, err := qemu.Size(text); err == nil || errors.Is(err, os.ErrNotExist) {
		t.Errorf("a text: %v", err)
	}
}

// Without a KVM that gets a guest as far as its login, machines are emulated; a trial leaves nothing but its result.
func TestProbe(t *testing.T) {
	t.Parallel()
	dir, known, tools := t.TempDir(), filepath.Join(t.TempDir(), "run", "accel"), qemutest.Tools(t)
	tools.QEMU = "/bin/false"
	for range 2 {
		accel, err := tools.Probe(t.Context(), dir, known, qemutest.Image(t, "i.qcow2", 1<<20))
		if err != nil || accel != qemu.TCG {
			t.Errorf("got %s, %v", accel, err)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
		t.Errorf("left of the trial: %v", left)
	}
}
