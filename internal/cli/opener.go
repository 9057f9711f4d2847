package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/spec"
)

// closeLimit is how long a run waits for platforms to take its farewell.
const closeLimit = 3 * time.Second

// opener opens the drivers of a run, one for all hosts of an account, and closes them at its end.
type opener struct {
	mu     sync.Mutex
	opened map[string]drivers.Driver
}

func (o *opener) open(ctx context.Context, table drivers.Table, rec *lifecycle.Record) (drivers.Driver, error) {
	h := rec.Spec
	if err := h.Bind(table); err != nil {
		return nil, err
	}
	line, ok := table.Find(h.Driver)
	if !ok {
		return nil, usagef("--driver names the platform", "%s has no driver", h.Name)
	}
	if n, ok := h.Options.(drivers.NeedsLogin); ok {
		n.SetLogin(cmp.Or(rec.User, h.User), rec.KeyFile)
	}
	key, err := accountOf(h)
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if d, ok := o.opened[key]; ok {
		return d, nil
	}
	d, err := line.Open(ctx, h.Options)
	if err != nil {
		return nil, err
	}
	if o.opened == nil {
		o.opened = map[string]drivers.Driver{}
	}
	o.opened[key] = d
	return d, nil
}

// accountOf names the account that a host's options ask for. Options that name none stand for one each.
func accountOf(h *spec.Host) (string, error) {
	if named, ok := h.Options.(interface{ Account() string }); ok {
		return h.Driver + " " + named.Account(), nil
	}
	block, err := json.Marshal(h.Options)
	return h.Driver + " " + string(block), err
}

// close ends what the drivers hold at their platforms, all at once, even when ctx has ended.
func (o *opener) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeLimit)
	defer cancel()
	o.mu.Lock()
	opened := o.opened
	o.opened = nil
	o.mu.Unlock()
	errs := make(chan error, len(opened))
	for _, d := range opened {
		go func() {
			c, ok := drivers.As[drivers.Closer](d)
			if !ok {
				errs <- nil
				return
			}
			errs <- c.Close(ctx)
		}()
	}
	var all []error
	for range opened {
		all = append(all, <-errs)
	}
	return errors.Join(all...)
}
