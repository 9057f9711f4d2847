package engine

import "github.com/davit-io/davit/cloudinit"

// keepAndRun puts a script where later steps of the same boot find it, whatever becomes of write_files, and begins.
const keepAndRun = `mkdir -p /run/davit && printf %s "$1" >/run/davit/report.sh && sh /run/davit/report.sh init`

// addReports has the guest tell the platform about itself.
func (in Input) addReports(c *cloudinit.Config) {
	if in.Reports {
		c.BootCmd = append(c.BootCmd, cloudinit.Exec("sh", "-c", keepAndRun, "report.sh", script("report.sh")))
	}
}
