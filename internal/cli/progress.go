package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/davit-io/davit/internal/lifecycle"
)

// progress shows what happens to hosts: a line per host that changes in place on a terminal, a line per event
// elsewhere and when there are more hosts than the terminal has lines.
type progress struct {
	mu    sync.Mutex
	out   io.Writer
	start time.Time
	live  bool
	width int
	names []string
	last  map[string]string
	drawn int // lines on the terminal
}

func (a *app) progress(names []string) *progress {
	width, height, terminal := a.io.terminal(a.io.Err)
	return &progress{
		out: a.io.Err, start: time.Now(), width: width, names: names, last: map[string]string{},
		live: terminal && len(names) < height-2 && !a.debug,
	}
}

// report takes an event; it may come from many goroutines.
func (p *progress) report(e lifecycle.Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.last[e.Host] == e.Text {
		return
	}
	p.last[e.Host] = e.Text
	if p.live {
		p.draw()
		return
	}
	_, _ = fmt.Fprintf(p.out, "%s %s: %s\n", p.clock(), e.Host, e.Text)
}

// end leaves the last lines where they are, for what is written next.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drawn = 0
}

func (p *progress) draw() {
	b := &strings.Builder{}
	if p.drawn > 0 {
		fmt.Fprintf(b, "\x1b[%dA", p.drawn)
	}
	pad := len(slices.MaxFunc(p.names, func(a, b string) int { return len(a) - len(b) }))
	for _, name := range p.names {
		line := fmt.Sprintf("%s %-*s  %s", p.clock(), pad, name, p.last[name])
		fmt.Fprintf(b, "\r\x1b[K%s\n", clip(line, p.width-1))
	}
	p.drawn = len(p.names)
	_, _ = io.WriteString(p.out, b.String())
}

func (p *progress) clock() string {
	d := time.Since(p.start).Round(time.Second)
	return fmt.Sprintf("[%2d:%02d]", int(d.Minutes()), int(d.Seconds())%60)
}

// clip cuts a line to a terminal's width, for one that wraps can't be drawn over.
func clip(line string, width int) string {
	runes := []rune(line)
	if len(runes) <= width || width < 1 {
		return line
	}
	return string(runes[:width-1]) + "…"
}
