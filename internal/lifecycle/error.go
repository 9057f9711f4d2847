package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/davit-io/davit/drivers"
)

// PhaseError is what went wrong on the way to a phase, and why.
type PhaseError struct {
	Host   string
	Phase  Phase // that the host was on its way to
	Err    error
	Causes []string // what the platform and the host tell about it; each may have several lines
	Next   string   // what to do next
}

// Error tells what went wrong, then every cause on lines of its own.
func (e *PhaseError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %v", e.Host, e.Err)
	for _, cause := range e.Causes {
		b.WriteString("\n- " + strings.ReplaceAll(cause, "\n", "\n    "))
	}
	return b.String()
}

// Unwrap gives the error without its causes.
func (e *PhaseError) Unwrap() error { return e.Err }

// Hint says what to do next: what the failed operation advises, then how to go on.
func (e *PhaseError) Hint() string {
	if own := drivers.Hint(e.Err); own != "" {
		return own + "; " + e.Next
	}
	return e.Next
}

// goOn is the next step after a create that did not end.
func goOn(host string) string {
	return fmt.Sprintf("continue: davit create %s; or remove it: davit rm %s", host, host)
}

// interrupted says that the caller gave up, unlike a time limit, which is to be explained.
func interrupted(ctx context.Context) bool { return errors.Is(ctx.Err(), context.Canceled) }

// timeout makes an error of a step that met its limit.
func timeout(limit time.Duration, err error) error {
	if errors.Is(err, drivers.ErrTimeout) {
		return fmt.Errorf("%w (after %s)", err, limit)
	}
	return fmt.Errorf("%w after %s: %w", drivers.ErrTimeout, limit, err)
}
