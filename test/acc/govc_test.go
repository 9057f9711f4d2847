//go:build acc

package acc

import (
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestSandboxGovc uses the sandbox as any vCenter, with what davit sandbox env prints.
func TestSandboxGovc(t *testing.T) {
	ctx, b := t.Context(), newBox(t)
	bin := filepath.Join(t.TempDir(), "govc")
	if text, err := exec.CommandContext(ctx, "go", "build", "-o", bin, "../govc").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	govc := func(args ...string) string {
		t.Helper()
		start := time.Now()
		out, text, code := b.exec(ctx, bin, args...)
		t.Logf("govc %s: exit %d after %s", strings.Join(args, " "), code, time.Since(start).Round(100*time.Millisecond))
		if code != 0 {
			t.Fatalf("%s%s", out, text)
		}
		return out
	}
	says := func(want string, args ...string) {
		t.Helper()
		if got := govc(args...); !strings.Contains(got, want) {
			t.Errorf("no %q in:\n%s", want, got)
		}
	}
	says("/dc/vm/"+boxImage, "ls", "vm")
	govc("vm.clone", "-vm", boxImage, "-snapshot", "base", "-link", "-on=false", "linked")
	govc("vm.clone", "-vm", boxImage, "-on=false", "full")
	govc("vm.change", "-vm", "linked", "-c", "2", "-m", "512")
	govc("vm.power", "-on", "linked")
	says("Power state:  poweredOn", "vm.info", "linked")
	if !slices.ContainsFunc(b.left(ctx), func(what string) bool { return strings.HasPrefix(what, "a process in ") }) {
		t.Error("no machine runs")
	}
	govc("vm.power", "-off", "linked")
	says("Power state:  poweredOff", "vm.info", "linked")
	govc("vm.destroy", "linked", "full")
	if left := b.left(ctx); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}
