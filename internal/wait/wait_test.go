package wait_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/davit-io/davit/internal/wait"
)

func TestPollUntilDone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		looks, start := 0, time.Now()
		err := wait.Poll(t.Context(), wait.Pace{First: time.Second, Min: 2 * time.Second, Max: 8 * time.Second, Grow: 2}, func(context.Context) (bool, string, error) {
			looks++
			return looks == 5, "", nil
		})
		if err != nil {
			t.Fatal(err)
		}
		// 1 + 2 + 4 + 8 + 8 s, each pause off by at most a twentieth.
		if d := time.Since(start); d < 21*time.Second || d > 25*time.Second {
			t.Errorf("took %s", d)
		}
	})
}

func TestPollSaysWhatItSaw(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		err := wait.Poll(ctx, wait.Pace{Min: time.Second}, func(context.Context) (bool, string, error) {
			return false, "status BUILD", nil
		})
		if !errors.Is(err, wait.ErrTimeout) || !strings.Contains(err.Error(), "status BUILD") {
			t.Errorf("got %v", err)
		}
	})
}

func TestPollStops(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	err := wait.Poll(t.Context(), wait.Pace{}, func(context.Context) (bool, string, error) { return false, "", boom })
	if !errors.Is(err, boom) {
		t.Errorf("got %v, want the error of the look", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := wait.Poll(ctx, wait.Pace{Min: time.Hour}, func(context.Context) (bool, string, error) { return false, "", nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want Canceled", err)
	}
}
