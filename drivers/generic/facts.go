package generic

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"github.com/davit-io/davit/drivers"
)

// facts is what a machine says of itself, see inspect.sh.
type facts map[string][]string

// parseFacts reads NAME<TAB>VALUE lines.
func parseFacts(text string) facts {
	f := facts{}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), "\t"); ok {
			f[name] = append(f[name], strings.TrimSpace(value))
		}
	}
	return f
}

// get gives the first value, or "".
func (f facts) get(name string) string {
	if len(f[name]) == 0 {
		return ""
	}
	return f[name][0]
}

func (f facts) number(name string) int64 {
	n, _ := strconv.ParseInt(f.get(name), 10, 64) // what is not told is 0
	return n
}

// family is how a system installs packages: "debian", "rhel", "suse", or "" for one that is not known.
func (f facts) family() string {
	for word := range strings.FieldsSeq(f.get("system")) {
		switch word {
		case "debian", "ubuntu":
			return "debian"
		case "rhel", "fedora", "centos":
			return "rhel"
		case "suse", "opensuse", "sles":
			return "suse"
		}
	}
	return ""
}

// data says what the engine holds; empty: nothing.
func (f facts) data() string {
	var parts []string
	for _, what := range []string{"containers", "images", "volumes"} {
		if n := f.number(what); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, what))
		}
	}
	return strings.Join(parts, ", ")
}

// config is the machine's daemon.json; nil: it has none.
func (f facts) config() []byte {
	data, err := base64.StdEncoding.DecodeString(f.get("config"))
	if err != nil || len(data) == 0 {
		return nil
	}
	return data
}

// link is the device of the default route, and its MTU.
func (f facts) link() (device string, mtu int) {
	_, _ = fmt.Sscanf(f.get("link"), "%s %d", &device, &mtu) // a machine without ip doesn't tell
	return device, mtu
}

func (f facts) owner() drivers.Owner { return drivers.Owner(f.get("owner")) }

// diskFacts is what a disk is like.
type diskFacts struct {
	device string
	bytes  int64
	parts  int
	marks  []string // "TYPE:LABEL" of each signature; nil: it is blank
	places []string // where it is mounted
	absent bool
}

func (f facts) disks() []diskFacts {
	var out []diskFacts
	for _, line := range f["disk"] {
		words := strings.Fields(line)
		if len(words) < 4 {
			continue
		}
		d := diskFacts{device: words[0], absent: words[3] == "missing:", places: words[4:]}
		d.bytes, _ = strconv.ParseInt(words[1], 10, 64)
		d.parts, _ = strconv.Atoi(words[2])
		if words[3] != "blank:" && !d.absent {
			d.marks = strings.FieldsFunc(words[3], func(r rune) bool { return r == ',' })
		}
		out = append(out, d)
	}
	return out
}

// filesystem is the only thing on the disk, when that is a filesystem which davit can mount; ours: one that davit made.
func (d diskFacts) filesystem() (kind string, ours bool) {
	if len(d.marks) != 1 || d.parts > 0 {
		return "", false
	}
	kind, label, _ := strings.Cut(d.marks[0], ":")
	if kind != "ext4" && kind != "xfs" {
		return "", false
	}
	return kind, label == "davit-engine" || label == "davit-data"
}

func (d diskFacts) text() string {
	switch {
	case d.absent:
		return "there is no such disk"
	case len(d.marks) == 0:
		return size(d.bytes) + ", blank"
	}
	return size(d.bytes) + ", carries " + strings.Join(d.marks, ", ")
}

func size(bytes int64) string {
	const gib = 1 << 30
	return strconv.FormatFloat(float64(bytes)/gib, 'f', 1, 64) + " GiB"
}
