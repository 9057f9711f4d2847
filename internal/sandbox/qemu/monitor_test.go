package qemu

import (
	"errors"
	"testing"
)

// A guest that switches off by itself may be gone before the button is pressed.
func TestMonitorTellsThatTheMachineHasEnded(t *testing.T) {
	t.Parallel()
	c, err := newCables(1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.closeOurs)
	c.closeTheirs()
	if err := newMonitor(c.ours[0]).do(t.Context(), "system_powerdown"); !errors.Is(err, errGone) {
		t.Errorf("got %v, want %v", err, errGone)
	}
}
