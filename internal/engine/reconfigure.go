package engine

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/davit-io/davit/cloudinit"
)

// Reconfigure is a script for root on a host that has been set up. It takes over what differs from the boot document:
// the engine's configuration at once, with a restart of the engine, and the places of disks, which take effect with the
// next boot. Run again it does no harm. An empty script: there is nothing on such a host that could differ.
func Reconfigure(was, is Input) (string, error) {
	if err := is.check(); err != nil {
		return "", err
	}
	var b strings.Builder
	for i, d := range is.Host.Disks {
		if before := was.Host.Disks[i].Mount; before != d.Mount {
			put(&b, "disk.sh", script("disk.sh"))
			put(&b, "forget.sh", script("forget.sh"))
			run(&b, "forget.sh", before)
			run(&b, "disk.sh", is.diskArgs(i)...)
		}
	}
	if is.Host.Engine.Name == none {
		return is.begun(b.String()), nil
	}
	for _, name := range slices.Sorted(maps.Keys(releases())) {
		text, err := is.daemon(releases()[name])
		if err != nil {
			return "", err
		}
		put(&b, name, text)
	}
	put(&b, "docker.sh", script("docker.sh"))
	if user := is.user(); user != "" && user != "root" {
		run(&b, "docker.sh", user)
	} else {
		run(&b, "docker.sh")
	}
	return is.begun(b.String()), nil
}

// begun is the script from its begin to its end. On a machine that was there before its journal goes on.
func (in Input) begun(script string) string {
	switch {
	case script == "":
		return ""
	case in.Existing:
		journal := folder + "/journal/journal.sh"
		return "set -eu\nexport " + cloudinit.JournalCommand + "=" + journal + "\n" + script + "sh " + journal + " seal\n"
	}
	return "set -eu\nmkdir -p " + folder + "\n" + script
}

// put writes a file, whole or not at all.
func put(b *strings.Builder, name, text string) {
	const end = "davit-end-of-file"
	fmt.Fprintf(b, "cat >%[1]s.new <<'%[2]s'\n%[3]s\n%[2]s\nmv %[1]s.new %[1]s\n", path(name), end, strings.TrimSuffix(text, "\n"))
}

func run(b *strings.Builder, name string, args ...string) {
	b.WriteString("sh " + path(name))
	for _, arg := range args {
		b.WriteString(" " + quote(arg))
	}
	b.WriteString(" >&2\n")
}
