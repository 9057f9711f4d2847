package cli_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/fake"
	"github.com/davit-io/davit/drivers/fake/guest"
	"github.com/davit-io/davit/internal/cli"
)

// TestDriversAreClosed counts the farewells: one for each account that a run used, however the run ends.
func TestDriversAreClosed(t *testing.T) {
	t.Parallel()
	create := []string{"create", "web-1", "web-2", "--image", "debian-12", "--driver", "fake"}
	for name, tc := range map[string]struct {
		args  []string
		fault fake.Fault
		code  int
		want  int
	}{
		"done":          {create, fake.Fault{}, 0, 1},
		"a dry run":     {append(create, "--dry-run"), fake.Fault{}, 0, 1},
		"failed":        {create, fake.Fault{Op: fake.OpServerCreate, Err: errors.New("no")}, 1, 1},
		"interrupted":   {create, fake.Fault{Op: fake.OpServerCreate, Hang: true}, 130, 1},
		"no driver":     {[]string{"ls"}, fake.Fault{}, 0, 0},
		"not taken":     {create, fake.Fault{Op: fake.OpClose, After: true, Err: errors.New("no")}, 0, 1},
		"never answers": {[]string{"create", "web-1", "--image", "none", "--driver", "fake"}, fake.Fault{Op: fake.OpClose, After: true, Hang: true}, 3, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := fake.New()
			guest.Attach(t, c, nil)
			c.Fault(tc.fault)
			ctx, cancel := context.WithCancel(t.Context())
			if tc.code == 130 {
				ctx, cancel = context.WithTimeoutCause(t.Context(), time.Second, context.Canceled)
			}
			defer cancel()
			home := t.TempDir()
			streams := cli.Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard, Getenv: func(name string) string {
				return map[string]string{"DAVIT_HOME": home, "DAVIT_SSH_CONFIG": home + "/ssh", "HOME": home}[name]
			}}
			start := time.Now()
			if code := cli.Run(ctx, tc.args, streams, drivers.Table{c.Constructor()}); code != tc.code {
				t.Errorf("exit code %d, want %d", code, tc.code)
			}
			if n := c.Calls(fake.OpClose); n != tc.want {
				t.Errorf("closed %d times, want %d", n, tc.want)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}
