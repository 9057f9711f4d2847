package generic

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/wait"
)

// Delete implements drivers.Driver: it has each machine take its changes back, and waits for that. A machine that is
// not the owner's any more is no error.
func (d *Driver) Delete(ctx context.Context, rs []drivers.Resource) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var errs []error
	for _, r := range slices.Backward(rs) {
		if err := d.release(ctx, r); err != nil {
			errs = append(errs, fmt.Errorf("release %s %s: %w", r.Kind, r.Name, err))
		}
	}
	return errors.Join(errs...)
}

// often is the pace of looks at a release, which takes as long as removing packages does.
var often = wait.Pace{First: 200 * time.Millisecond, Min: 500 * time.Millisecond, Max: 5 * time.Second, Grow: 1.5}

func (d *Driver) release(ctx context.Context, r drivers.Resource) error {
	o, owner, err := d.find(r.ID)
	if err != nil {
		return err
	}
	begun := false
	return wait.Poll(ctx, often, func(ctx context.Context) (bool, string, error) {
		m, err := o.connect(ctx)
		if err != nil {
			// Once it has begun, a lost connection is no end: the machine may be busy.
			if begun && ctx.Err() == nil {
				return false, err.Error(), nil
			}
			return false, "", err
		}
		defer func() { _ = m.Close() }()
		if !begun {
			if _, err := m.root(ctx, o, "release.sh", string(owner)); err != nil {
				return false, "", err
			}
			begun = true
		}
		text, err := m.root(ctx, o, "released.sh", string(owner))
		if err != nil {
			return false, err.Error(), nil
		}
		state, log, _ := strings.Cut(text, "\n")
		if state == "failed" {
			return false, "", failed(o, log)
		}
		return state == "gone", state, nil
	})
}

func failed(o *Options, log string) error {
	return &drivers.Error{
		Err:  fmt.Errorf("%s can't take all of its changes back:\n%s", o.where(), strings.TrimSpace(log)),
		Next: "see to that on the machine, then run davit rm again: it goes on from there",
	}
}
