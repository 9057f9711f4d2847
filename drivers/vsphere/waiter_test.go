package vsphere

import (
	"testing"

	"github.com/vmware/govmomi/vim25/types"
)

// TestListChanges keeps what nobody waits for any more on the list until a change of it is sent anyway: what was only
// forgotten here would never be told of again.
func TestListChanges(t *testing.T) {
	t.Parallel()
	w := newWaiter(nil, defaultPace())
	idle, busy := ref{Type: "VirtualMachine", Value: "vm-1"}, ref{Type: "VirtualMachine", Value: "vm-2"}
	w.listed[idle], w.named[busy], w.listed[busy] = true, true, true
	w.note(types.ObjectUpdate{Obj: idle})
	if objects, gone := w.changed(); len(objects)+len(gone) > 0 || !w.listed[idle] || w.seen[idle] == nil {
		t.Errorf("nothing to add, but %v is added, %v gone, and %v left", objects, gone, w.listed)
	}
	w.named[ref{Type: "Task", Value: "task-1"}] = true
	if objects, gone := w.changed(); len(objects) != 1 || len(gone) != 2 || w.listed[idle] {
		t.Errorf("%v is added, %v gone, and %v left", objects, gone, w.listed)
	}
}

// TestNobodyWaits asks for no changes when the last who waited has left: the request would hold up the logout.
func TestNobodyWaits(t *testing.T) {
	t.Parallel()
	w := newWaiter(nil, defaultPace()) // without a session, any request would panic
	set, err := w.changes(t.Context(), &remote{})
	if set != nil || err != nil || w.asking {
		t.Errorf("got %v, %v", set, err)
	}
}
