package lifecycle

import (
	"slices"
	"strings"

	"github.com/davit-io/davit/internal/spec"
)

// The classes of changes, from the cheapest to the dearest.
const (
	InPlace       = "in place"
	EngineRestart = "engine restart"
	Reboot        = "reboot"
	Replace       = "replace"
)

// Change is an option that differs, and what it costs the host.
type Change struct {
	Path  string `json:"path"`
	Class string `json:"class"`
}

// Changes lists what is to be changed to make one host of another, and the class of each change. Options of the account
// are no change of the host.
func Changes(was, is *spec.Host) []Change {
	var out []Change
	for _, d := range was.Differences(is) {
		if !d.Account {
			out = append(out, Change{d.Path, classOf(d)})
		}
	}
	return out
}

func classOf(d spec.Difference) string {
	// The disk with the engine's data differs from the others by more than its place.
	if strings.HasSuffix(d.Path, "].mount") && (d.Was == "" || d.Is == "") {
		return Replace
	}
	return d.Change
}

// Dearest is the class of the dearest of changes; "": there are none.
func Dearest(changes []Change) string {
	dearest := ""
	for _, c := range changes {
		if slices.Index(spec.Changes(), c.Class) >= slices.Index(spec.Changes(), dearest) {
			dearest = c.Class
		}
	}
	return dearest
}
