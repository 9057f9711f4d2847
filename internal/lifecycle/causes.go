package lifecycle

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/davit-io/davit/drivers"
)

const (
	causesLimit  = 20 * time.Second // to look for causes, after a time limit was met
	consoleLines = 15
)

// causes asks the platform why the host may not answer. What it does not tell is left out.
func (h *host) causes(ctx context.Context) []string {
	if h.rec.HostID == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), causesLimit)
	defer cancel()
	causes := h.state(ctx)
	if d, ok := drivers.As[drivers.Diagnoser](h.r.Driver); ok {
		if found, err := d.Diagnose(ctx, h.rec.HostID, int(h.rec.Dial().Port())); err == nil {
			causes = append(causes, found...)
		}
	}
	causes = append(causes, h.reported(ctx)...)
	return append(causes, h.consoleTail(ctx)...)
}

func (h *host) state(ctx context.Context) []string {
	now, err := h.r.Driver.Get(ctx, h.rec.HostID)
	switch {
	case err != nil:
		return []string{fmt.Sprintf("the platform says: %v", err)}
	case now.Fault != "":
		return []string{fmt.Sprintf("the platform says: state %s: %s", now.State, now.Fault)}
	case now.State != drivers.StateRunning:
		return []string{fmt.Sprintf("the platform says: state %s", now.State)}
	}
	return nil
}

func (h *host) consoleTail(ctx context.Context) []string {
	console, ok := drivers.As[drivers.Console](h.r.Driver)
	if !ok {
		return nil
	}
	text, err := console.Console(ctx, h.rec.HostID, consoleLines)
	if err != nil {
		return nil
	}
	if tail := lastLines(text, consoleLines); tail != "" {
		return []string{"the last lines of the console:\n" + tail}
	}
	return []string{"the console is empty: the host may not have booted at all"}
}

// escapes are the colours and moves that a console is full of.
var escapes = regexp.MustCompile("\x1b\\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f]")

// lastLines gives the last lines of a text that are not empty.
func lastLines(text string, n int) string {
	var lines []string
	for line := range strings.Lines(escapes.ReplaceAllString(text, "")) {
		if line = strings.TrimRight(line, " \t\n"); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
