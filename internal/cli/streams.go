package cli

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// Streams is what a run has of the world besides its arguments.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer // results; everything else
	Getenv   func(string) string
	Version  string // as the linker was told; empty: what the build knows
}

// OSStreams is the process's own.
func OSStreams() Streams {
	return Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Getenv: os.Getenv}
}

// tell writes to stderr what is no result. That nobody reads it is no failure.
func (s Streams) tell(format string, args ...any) { _, _ = fmt.Fprintf(s.Err, format, args...) }

// terminal gives the width and height of the terminal that w writes to; ok is false when w is none, or one that
// can't move its cursor.
func (s Streams) terminal(w io.Writer) (width, height int, ok bool) {
	f, isFile := w.(*os.File)
	if !isFile || s.Getenv("TERM") == "dumb" || s.Getenv("CI") != "" {
		return 0, 0, false
	}
	width, height, err := term.GetSize(int(f.Fd()))
	return width, height, err == nil && width > 0
}

// colored tells whether w shows colors: a terminal whose user didn't say no (https://no-color.org).
func (s Streams) colored(w io.Writer) bool {
	_, _, ok := s.terminal(w)
	return ok && s.Getenv("NO_COLOR") == ""
}
