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

// endStrays ends processes that work in a folder below dir, which only machines of the sandbox do.
func endStrays(ctx context.Context, dir string) error {
	ctx, cancel := context.WithTimeout(ctx, stopLimit)
	defer cancel()
	return wait.Poll(ctx, wait.Pace{Min: 20 * time.Millisecond, Max: time.Second, Grow: 2}, func(context.Context) (bool, string, error) {
		found := strays(dir)
		for _, pid := range found {
			_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended since
		}
		return len(found) == 0, fmt.Sprintf("machines that outlive it: %v", found), nil
	})
}

func strays(dir string) []int {
	links, _ := filepath.Glob("/proc/[0-9]*/cwd") // the pattern is well formed
	var found []int
	for _, link := range links {
		cwd, err := os.Readlink(link)
		if err != nil || !strings.HasPrefix(cwd, dir+string(filepath.Separator)) {
			continue
		}
		if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(link))); err == nil && pid != os.Getpid() {
			found = append(found, pid)
		}
	}
	return found
}
