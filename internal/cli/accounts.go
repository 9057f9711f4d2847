package cli

import (
	"context"
	"errors"

	"golang.org/x/crypto/ssh"
	"golang.org/x/sync/errgroup"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/remote"
)

// account is a driver with the hosts that it serves.
type account struct {
	driver drivers.Driver
	recs   []*lifecycle.Record
}

// accounts sorts records by the driver that serves them. What a driver can't be opened for is told in the error and
// doesn't keep the others.
func (a *app) accounts(ctx context.Context, recs []*lifecycle.Record) ([]*account, error) {
	byDriver := map[drivers.Driver]*account{}
	var all []*account
	var errs []error
	for _, rec := range recs {
		d, err := a.drivers.open(ctx, a.table, rec)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if byDriver[d] == nil {
			byDriver[d] = &account{driver: d}
			all = append(all, byDriver[d])
		}
		byDriver[d].recs = append(byDriver[d].recs, rec)
	}
	return all, errors.Join(errs...)
}

// each runs work on all accounts at once, with a runner that shows its progress, and joins what went wrong.
func (a *app) each(ctx context.Context, recs []*lifecycle.Record, work func(*lifecycle.Runner, []*lifecycle.Record) error) error {
	accounts, err := a.accounts(ctx, recs)
	if err != nil {
		return err
	}
	show := a.progress(namesOf(recs))
	defer show.end()
	errs := make([]error, len(accounts))
	var group errgroup.Group
	for i, acc := range accounts {
		group.Go(func() error {
			errs[i] = work(a.runner(acc.driver, show), acc.recs)
			return nil
		})
	}
	_ = group.Wait()
	return errors.Join(errs...)
}

func (a *app) runner(d drivers.Driver, show *progress) *lifecycle.Runner {
	return &lifecycle.Runner{
		Driver: d, Save: a.store.Save, Report: show.report,
		Forget: func(_ context.Context, rec *lifecycle.Record) error { return a.store.Remove(rec.Name) },
		Signer: func(rec *lifecycle.Record) (ssh.Signer, error) { return remote.ReadSigner(rec.KeyFile) },
	}
}

func namesOf(recs []*lifecycle.Record) []string {
	names := make([]string, len(recs))
	for i, rec := range recs {
		names[i] = rec.Name
	}
	return names
}

// load reads the records of hosts; all that aren't there are told.
func (a *app) load(names []string) ([]*lifecycle.Record, error) {
	recs, errs := make([]*lifecycle.Record, len(names)), make([]error, len(names))
	for i, name := range names {
		recs[i], errs[i] = a.store.Load(name)
	}
	return recs, errors.Join(errs...)
}

// lock takes all hosts for this run, or none.
func (a *app) lock(ctx context.Context, names []string) (unlock func(), err error) {
	var held []func()
	unlock = func() {
		for _, free := range held {
			free()
		}
	}
	for _, name := range names {
		free, err := a.store.Lock(ctx, name)
		if err != nil {
			unlock()
			return nil, err
		}
		held = append(held, free)
	}
	return unlock, nil
}
