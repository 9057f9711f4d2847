package lifecycle

import "slices"

// Phase is how far a host has come. A create that is run again goes on from there.
type Phase string

// The phases, in their order. The last two belong to a removal.
const (
	PhasePlanned  Phase = "planned"  // recorded; nothing of it exists
	PhaseCreating Phase = "creating" // its driver may have made something
	PhaseCreated  Phase = "created"  // the platform says that it runs
	PhaseTrusted  Phase = "trusted"  // its host key is pinned
	PhaseBooted   Phase = "booted"   // cloud-init is done
	PhaseReady    Phase = "ready"    // its engine answers; complete
	PhaseRemoving Phase = "removing" // a removal began
	PhaseKept     Phase = "kept"     // removed, but for disks that were to be kept
)

var order = []Phase{PhasePlanned, PhaseCreating, PhaseCreated, PhaseTrusted, PhaseBooted, PhaseReady}

// reached says whether p is as far as want. A removal is as far as nothing.
func (p Phase) reached(want Phase) bool { return slices.Index(order, p) >= slices.Index(order, want) }

// Until is where a create stops.
type Until string

// The ends of a create.
const (
	UntilReady  Until = "ready"  // the engine answers
	UntilActive Until = "active" // the platform says that the host runs; nothing was asked of the host itself
)

func (u Until) phase() Phase {
	if u == UntilActive {
		return PhaseCreated
	}
	return PhaseReady
}

// OnError is what a create does with what it made before it failed.
type OnError string

// What a failed create does.
const (
	Keep     OnError = "keep"     // leave it and the record, so that a create run again goes on
	Rollback OnError = "rollback" // remove all of it
)
