package cli

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/davit-io/davit/internal/lifecycle"
)

func TestProgressInPlace(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	p := &progress{out: &out, start: time.Now(), width: 24, live: true, names: []string{"a", "web-1"}, last: map[string]string{}}
	p.report(lifecycle.Event{Host: "a", Text: "one"})
	p.report(lifecycle.Event{Host: "a", Text: "one"})
	p.report(lifecycle.Event{Host: "web-1", Text: "far too long a line"})
	p.end()
	want := "\r\x1b[K[ 0:00] a      one\n\r\x1b[K[ 0:00] web-1  \n" +
		"\x1b[2A\r\x1b[K[ 0:00] a      one\n\r\x1b[K[ 0:00] web-1  far too…\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
}
