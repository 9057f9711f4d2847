package sandbox

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/davit-io/davit/internal/wait"
)

// ownSession keeps a process when the terminal it was started from goes.
func ownSession() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// endStrays ends machines of the sandbox: processes of a program that work in a folder below dir.
func endStrays(ctx context.Context, dir, program string) error {
	ctx, cancel := context.WithTimeout(ctx, stopLimit)
	defer cancel()
	return wait.Poll(ctx, wait.Pace{Min: 20 * time.Millisecond, Max: time.Second, Grow: 2}, func(context.Context) (bool, string, error) {
		found := strays(dir, program)
		for _, pid := range found {
			_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended since
		}
		return len(found) == 0, fmt.Sprintf("machines that outlive it: %v", found), nil
	})
}

func strays(dir, program string) []int {
	links, _ := filepath.Glob("/proc/[0-9]*/cwd") // the pattern is well formed
	var found []int
	for _, link := range links {
		cwd, err := os.Readlink(link)
		process := filepath.Dir(link)
		if err != nil || !strings.HasPrefix(cwd, dir+string(filepath.Separator)) || !runs(process, program) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(process)); err == nil {
			found = append(found, pid)
		}
	}
	return found
}

// runs tells whether a process was started as a program: someone's shell may be in the folder of a machine as well.
func runs(process, program string) bool {
	args, _ := os.ReadFile(filepath.Join(process, "cmdline")) // it may have ended since
	name, _, _ := strings.Cut(string(args), "\x00")
	return filepath.Base(name) == filepath.Base(program)
}
