package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/lifecycle"
)

// gcRun is one davit gc.
type gcRun struct {
	*app
	doc    document
	dryRun bool
	yes    bool
}

func (a *app) gcCmd() *cobra.Command {
	run := &gcRun{app: a, doc: document{app: a}}
	cmd := &cobra.Command{
		Use:   "gc",
		Short: "Remove what carries davit's owner and no record knows",
		Long: "List, and after a question remove, what carries an owner of davit's in a cloud and belongs to no host that\n" +
			"there is a record of. Without options it looks at the accounts of all hosts; the flags of a driver name another.\n" +
			"Hosts that are recorded elsewhere, by another user of the same account, look like leftovers too: look at the\n" +
			"list before you say yes.",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return run.run(cmd.Context()) },
	}
	cmd.Flags().StringVarP(&run.doc.file, "file", "f", "", "host file (YAML) that names the account")
	cmd.Flags().BoolVar(&run.dryRun, "dry-run", false, "list, and remove nothing")
	cmd.Flags().BoolVarP(&run.yes, "yes", "y", false, "do not ask")
	a.addOutput(cmd)
	run.doc.flags = a.addOptions(cmd)
	return cmd
}

// leftover is something that nobody knows.
type leftover struct {
	Owner drivers.Owner `json:"owner"`
	drivers.Resource

	driver drivers.Driver
}

func (g *gcRun) run(ctx context.Context) error {
	g.where = g.doc.where
	if err := g.doc.read(); err != nil {
		return err
	}
	recs, err := g.store.List()
	if err != nil {
		return errors.Join(err, usagef("", "what a record that can't be read knows would be taken for a leftover"))
	}
	accounts, err := g.among(ctx, recs)
	if err != nil {
		return err
	}
	left, err := g.find(ctx, accounts, recs)
	if err != nil {
		return err
	}
	if err := g.print(left, func(w io.Writer) error { return leftTable(w, left) }); err != nil {
		return err
	}
	if g.dryRun || len(left) == 0 {
		return nil
	}
	if !g.yes {
		if err := g.confirm(fmt.Sprintf("Remove these %d with all data?", len(left)), notRemoved()); err != nil {
			return err
		}
	}
	return interruptible(ctx, say("davit gc goes on"), func() error { return remove(ctx, left) })
}

// among opens the accounts to look at: the one that the options name, or else those of all hosts, or else the one
// that the environment names.
func (g *gcRun) among(ctx context.Context, recs []*lifecycle.Record) ([]*account, error) {
	if len(recs) > 0 && !g.doc.said() {
		return g.accounts(ctx, recs)
	}
	named, err := g.accountNamed(ctx, &g.doc, "gc")
	if err != nil {
		return nil, err
	}
	return []*account{named}, nil
}

func (g *gcRun) find(ctx context.Context, accounts []*account, recs []*lifecycle.Record) ([]leftover, error) {
	known := make([]drivers.Owner, len(recs))
	for i, rec := range recs {
		known[i] = rec.Owner
	}
	left := []leftover{}
	show := g.progress(nil)
	for _, acc := range accounts {
		found, err := g.runner(acc.driver, show).Garbage(ctx, known)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			left = append(left, leftover{f.Owner, f.Resource, acc.driver})
		}
	}
	return left, nil
}

func remove(ctx context.Context, left []leftover) error {
	byDriver := map[drivers.Driver][]drivers.Resource{}
	for _, l := range left {
		byDriver[l.driver] = append(byDriver[l.driver], l.Resource)
	}
	var errs []error
	for d, rs := range byDriver {
		errs = append(errs, d.Delete(ctx, rs))
	}
	return errors.Join(errs...)
}

func leftTable(w io.Writer, left []leftover) error {
	if len(left) == 0 {
		return nil
	}
	rows := make([][]string, len(left))
	for i, l := range left {
		rows[i] = []string{string(l.Owner), string(l.Kind), l.ID, l.Name}
	}
	return table(w, []string{"OWNER", "KIND", "ID", "NAME"}, rows)
}
