package cli

import (
	"errors"
	"strings"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/spec"
)

// report tells every error: what, where, and what to do next.
func (a *app) report(err error) {
	if _, quiet := errors.AsType[*statusError](err); quiet {
		return
	}
	for _, e := range field.Split(err) {
		text := strings.TrimSpace(e.Error())
		a.io.tell("%s %s\n", a.red("error:"), strings.ReplaceAll(text, "\n", "\n  "))
		if at := a.place(e); at != "" {
			a.io.tell("   at: %s\n", at)
		}
		if hint := drivers.Hint(e); hint != "" {
			a.io.tell(" hint: %s\n", hint)
		}
	}
}

// place is where a finding's value came from. One from a file that couldn't be read has its place in its text.
func (a *app) place(err error) string {
	if _, told := errors.AsType[*spec.At](err); told || a.where == nil {
		return ""
	}
	finding, ok := errors.AsType[*field.Error](err)
	if !ok || finding.Path == "" {
		return ""
	}
	return a.where(finding.Path)
}

func (a *app) red(text string) string {
	if !a.io.colored(a.io.Err) {
		return text
	}
	return "\x1b[31m" + text + "\x1b[0m"
}
