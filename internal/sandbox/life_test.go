package sandbox_test

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/davit-io/davit/internal/sandbox"
	"github.com/davit-io/davit/internal/wait"
)

// loopback gives each test addresses of its own.
func loopback(t *testing.T) netip.Prefix {
	t.Helper()
	h := fnv.New32a()
	_, _ = fmt.Fprint(h, t.Name(), os.Getpid())
	sum := h.Sum32()
	return netip.PrefixFrom(netip.AddrFrom4([4]byte{127, byte(sum>>8)%200 + 10, byte(sum) &^ 15, 0}), 20)
}

func TestUpIsIdempotentAndDownLeavesNothing(t *testing.T) {
	t.Parallel()
	o := options(t)
	first := up(t, o)
	second := up(t, o)
	if first.PID != second.PID || first.Password != second.Password {
		t.Errorf("up again gave another sandbox: %+v, %+v", first, second)
	}
	if got, want := first.Templates, []string{"debian-12"}; !slices.Equal(got, want) {
		t.Errorf("templates %v, want %v", got, want)
	}
	o.MTU = 1450
	if _, err := sandbox.Up(t.Context(), o); !errors.Is(err, sandbox.ErrDiffers) {
		t.Errorf("up with another MTU: %v, want ErrDiffers", err)
	}
	was, err := sandbox.Down(t.Context(), o.Dir)
	if err != nil || !was {
		t.Fatalf("down: %v, %v", was, err)
	}
	if _, err := os.Stat(o.Dir); !os.IsNotExist(err) {
		t.Errorf("its folder is still there: %v", err)
	}
	gone(t, first.PID)
	if was, err := sandbox.Down(t.Context(), o.Dir); was || err != nil {
		t.Errorf("down again: %v, %v", was, err)
	}
	if _, err := sandbox.Look(o.Dir); !errors.Is(err, sandbox.ErrDown) {
		t.Errorf("look: %v, want ErrDown", err)
	}
}

func TestUpSaysWhyNot(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*sandbox.Options)
		want   string
	}{
		"no image":        {func(o *sandbox.Options) { o.Images = nil }, "needs a guest image"},
		"image not there": {func(o *sandbox.Options) { o.Images = []string{"/nowhere.qcow2"} }, "no such file"},
		"MTU":             {func(o *sandbox.Options) { o.MTU = 100 }, "MTU 100"},
		"no QEMU":         {func(o *sandbox.Options) { o.Tools.QEMU = "no-such-qemu" }, "apt-get install qemu-system-x86"},
		"daemon ends":     {func(o *sandbox.Options) { o.Tools.Img = "/bin/false" }, "template debian-12"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t)
			c.change(&o)
			_, err := sandbox.Up(t.Context(), o)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want it to say %q", err, c.want)
			}
			if _, err := sandbox.Down(t.Context(), o.Dir); err != nil {
				t.Errorf("down: %v", err)
			}
		})
	}
}

// A daemon that is killed takes its machines along; up clears what it left, and begins anew.
func TestKilled(t *testing.T) {
	t.Parallel()
	o := options(t)
	first := up(t, o)
	c := login(t, first)
	vm := clone(t, c, "davit-1", spec{on: true})
	machine := machinePID(t, o.Dir, vm.Reference().Value)
	daemon, err := os.FindProcess(first.PID)
	if err == nil {
		err = daemon.Kill()
	}
	if err != nil {
		t.Fatal(err)
	}
	gone(t, machine)
	second := up(t, o)
	if first.PID == second.PID || first.Password == second.Password {
		t.Errorf("the sandbox is the killed one: %+v", second)
	}
	if left, _ := filepath.Glob(filepath.Join(o.Dir, "cloud", "machines", "*")); len(left) > 0 {
		t.Errorf("left of the killed one: %v", left)
	}
}

// A shell in the folder of a machine, whose console docs/sandbox.md tells to read, is not the sandbox's to end.
func TestDownSparesProcessesOfOthers(t *testing.T) {
	t.Parallel()
	o := options(t)
	s := up(t, o)
	vm := clone(t, login(t, s), "davit-1", spec{on: true})
	other := exec.CommandContext(t.Context(), "sleep", "60")
	other.Dir = filepath.Join(o.Dir, "cloud", "machines", vm.Reference().Value)
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := sandbox.Down(t.Context(), o.Dir); err != nil {
		t.Errorf("down: %v", err)
	}
	_ = other.Process.Signal(syscall.SIGTERM)
	_ = other.Wait()
	if got := other.ProcessState.Sys().(syscall.WaitStatus).Signal(); got != syscall.SIGTERM {
		t.Errorf("down ended it: %s", got)
	}
}

// gone waits until a process has ended.
func gone(t *testing.T, pid int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := wait.Poll(ctx, wait.Pace{Min: 10 * time.Millisecond}, func(context.Context) (bool, string, error) {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		return err != nil || strings.Contains(string(stat), ") Z "), string(stat), nil //nolint:nilerr // it has ended
	}); err != nil {
		t.Errorf("process %d: %v", pid, err)
	}
}
