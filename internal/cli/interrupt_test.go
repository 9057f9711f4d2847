package cli

import (
	"context"
	"testing"
	"time"

	"github.com/davit-io/davit/drivers"
)

func TestInterruptibleEndsWithoutItsWork(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	hang := make(chan struct{})
	defer close(hang)
	start := time.Now()
	err := interruptible(ctx, say("go on"), func() error { <-hang; return nil })
	if drivers.Hint(err) != "go on" || exitCode(err) != exitInterrupted {
		t.Errorf("got %v", err)
	}
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("it took %v", took)
	}
}
