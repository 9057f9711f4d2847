package cli

import (
	"context"
	"fmt"
	"os"

	"golang.org/x/crypto/ssh"
	"golang.org/x/term"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/remote"
)

// interactive says whether somebody sits there to be asked.
func (s Streams) interactive() bool {
	f, isFile := s.In.(*os.File)
	return isFile && term.IsTerminal(int(f.Fd()))
}

// pinKeys shows the host keys of machines that are there already and have none pinned, and pins what the user confirms.
// With nobody to ask nothing is pinned: the driver's finding tells how to.
func (a *app) pinKeys(ctx context.Context, recs []*lifecycle.Record) error {
	if !a.io.interactive() {
		return nil
	}
	for _, rec := range recs {
		if o, ok := rec.Spec.Options.(drivers.PinsKey); ok {
			if err := a.pinKey(ctx, rec, o); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *app) pinKey(ctx context.Context, rec *lifecycle.Record, o drivers.PinsKey) error {
	line, err := o.ShownKey(ctx)
	if err != nil || line == "" {
		return err
	}
	keys, err := remote.ParseKeys([]string{line})
	if err != nil {
		return err
	}
	a.io.tell("The machine for %s shows this host key; compare it with what the machine itself says:\n  %s\n  %s\n", rec.Name, line, ssh.FingerprintSHA256(keys[0]))
	if err := a.confirm("Is it the machine's?", declinedError{"nothing was sent to the machine", ""}); err != nil {
		return fmt.Errorf("%s: %w", rec.Name, err)
	}
	o.PinKey(line)
	return nil
}
