package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

const davit = "bin/davit"

// program runs a command line and gives its wall time in seconds and its peak memory in MiB.
func program(ctx context.Context, env []string, args ...string) (wall, rss float64, err error) {
	var text bytes.Buffer
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = &text
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return 0, 0, fmt.Errorf("%s %s: %w: %s", args[0], args[1], err, &text)
	}
	wall = time.Since(start).Seconds()
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0, 0, fmt.Errorf("no memory figures on %s", runtime.GOOS)
	}
	return wall, float64(usage.Maxrss) / 1024, nil
}

// local measures what asks no cloud: the median of seven runs.
func (c *cloud) local(ctx context.Context) ([]row, error) {
	home, err := c.records(ctx, 1000)
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(home) }()
	var rows []row
	for _, r := range []row{{Name: "ls", N: 1000}, {Name: "version", N: 1}} {
		args := []string{davit, r.Name}
		if r.Name == "ls" {
			args = append(args, "--offline")
		}
		var walls []float64
		for range 7 {
			wall, rss, err := program(ctx, []string{"DAVIT_HOME=" + home}, args...)
			if err != nil {
				return nil, err
			}
			walls, r.PeakRSSMiB = append(walls, wall), max(r.PeakRSSMiB, rss)
		}
		slices.Sort(walls)
		r.WallS = walls[len(walls)/2]
		rows = append(rows, r)
	}
	return rows, nil
}

// records makes a state folder with n records: one that davit wrote, and copies of it under other names.
func (c *cloud) records(ctx context.Context, n int) (string, error) {
	home, err := os.MkdirTemp("", "davit-ls-")
	if err != nil {
		return "", err
	}
	env := append([]string{"DAVIT_HOME=" + home}, c.env...)
	one := append([]string{davit, "create", "host-0001", "--until", "active"}, c.create...)
	if _, _, err := program(ctx, env, one...); err != nil {
		return "", err
	}
	model := filepath.Join(home, "hosts", "host-0001")
	record, err := os.ReadFile(filepath.Join(model, "record.json"))
	if err != nil {
		return "", err
	}
	for i := 2; i <= n; i++ {
		name := fmt.Sprintf("host-%04d", i)
		dir := filepath.Join(home, "hosts", name)
		if err := os.Mkdir(dir, 0o700); err != nil {
			return "", err
		}
		text := strings.ReplaceAll(string(record), "host-0001", name)
		if err := os.WriteFile(filepath.Join(dir, "record.json"), []byte(text), 0o600); err != nil {
			return "", err
		}
	}
	return home, keepRecord(ctx, env, model)
}

// keepRecord removes the model's host from the cloud and keeps its record for the measure.
func keepRecord(ctx context.Context, env []string, model string) error {
	record, err := os.ReadFile(filepath.Join(model, "record.json"))
	if err != nil {
		return err
	}
	if _, _, err := program(ctx, env, davit, "rm", "-y", filepath.Base(model)); err != nil {
		return err
	}
	if err := os.MkdirAll(model, 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(model, "record.json"), record, 0o600)
}
