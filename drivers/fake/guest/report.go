package guest

import (
	"slices"
	"strings"
	"time"

	"github.com/davit-io/davit/cloudinit"
	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/remote"
)

// report is what the machine has told of itself so far. It tells only what its boot document has it tell.
func (m *Machine) report() drivers.GuestReport {
	tells := func(c cloudinit.Command) bool { return slices.ContainsFunc(c.Args, isReport) }
	if !slices.ContainsFunc(m.Document.BootCmd, tells) {
		return drivers.GuestReport{}
	}
	r := drivers.GuestReport{Phase: "final"}
	if m.Server != nil && !m.Mute {
		for _, key := range m.shown() {
			r.HostKeys = append(r.HostKeys, remote.AuthorizedKey(key)+" root@guest")
		}
	}
	if time.Since(m.booted) < m.BootTime {
		return r
	}
	r.Phase, r.Verdict, r.Errors = "done", drivers.VerdictDone, m.Errors
	if len(m.Errors) > 0 {
		r.Verdict = drivers.VerdictError
	}
	return r
}

func isReport(text string) bool { return strings.Contains(text, drivers.ReportVerdict) }

func (m *Machine) publicKeys() []string {
	var lines []string
	if m.Server != nil {
		for _, key := range m.Server.HostKeys() {
			lines = append(lines, remote.AuthorizedKey(key))
		}
	}
	return lines
}
