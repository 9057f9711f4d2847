package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/lifecycle"
)

// rmRun is one davit rm.
type rmRun struct {
	*app
	yes, force, disks bool
}

func (a *app) rmCmd() *cobra.Command {
	run := &rmRun{app: a}
	cmd := &cobra.Command{
		Use:     "rm NAME...",
		Aliases: []string{"remove"},
		Short:   "Remove hosts and all that was made for them",
		Long: "Remove hosts with everything that was made for them, and forget them. Only what davit recorded or what\n" +
			"carries the host's owner is touched. Disks that are to be kept stay, and the record stays for them.",
		Args:              someHosts,
		ValidArgsFunction: a.completeHosts(0),
		RunE:              func(cmd *cobra.Command, args []string) error { return run.run(cmd.Context(), args) },
	}
	f := cmd.Flags()
	f.BoolVarP(&run.yes, "yes", "y", false, "do not ask")
	f.BoolVarP(&run.force, "force", "f", false, "do not ask, and forget hosts even when not all of them could be removed")
	f.BoolVar(&run.disks, "kept-disks", false, "remove disks, too, that are to be kept when a host is removed")
	a.addOutput(cmd)
	return cmd
}

func (r *rmRun) run(ctx context.Context, args []string) error {
	names, err := expand(args)
	if err != nil {
		return err
	}
	recs, err := r.rest(names)
	if err != nil {
		return err
	}
	if !r.yes && !r.force {
		if err := r.confirm(rmQuestion(recs), notRemoved()); err != nil {
			return err
		}
	}
	unlock, err := r.lock(ctx, namesOf(recs))
	if err != nil {
		return err
	}
	defer unlock()
	next := "davit rm " + strings.Join(names, " ") + " goes on"
	err = interruptible(ctx, say(next), func() error { return r.remove(ctx, recs) })
	if r.force && err != nil && ctx.Err() == nil {
		r.report(err)
		err = r.forget(recs)
	}
	return errors.Join(err, r.store.WriteSSHConfig(context.WithoutCancel(ctx)))
}

// rest reads the records of hosts. Only next to hosts whose removal was begun, those that are gone already are no mistake.
func (r *rmRun) rest(names []string) ([]*lifecycle.Record, error) {
	recs, err := r.load(names)
	there := slices.DeleteFunc(slices.Clone(recs), func(rec *lifecycle.Record) bool { return rec == nil })
	begun := slices.ContainsFunc(there, func(rec *lifecycle.Record) bool { return rec.Phase == lifecycle.PhaseRemoving })
	for _, e := range field.Split(err) {
		if !begun || !errors.Is(e, drivers.ErrNotFound) {
			return nil, err
		}
	}
	for i, rec := range recs {
		if rec == nil {
			r.io.tell("%s is removed already\n", names[i])
		}
	}
	return there, nil
}

func (r *rmRun) remove(ctx context.Context, recs []*lifecycle.Record) error {
	var mu sync.Mutex
	removed := []lifecycle.Removed{}
	err := r.each(ctx, recs, func(runner *lifecycle.Runner, recs []*lifecycle.Record) error {
		some, err := runner.Remove(ctx, recs, lifecycle.RemoveOptions{KeptDisks: r.disks, Search: r.force})
		mu.Lock()
		defer mu.Unlock()
		removed = append(removed, some...)
		return err
	})
	if err != nil {
		return err
	}
	return r.print(removed, func(w io.Writer) error { return removedText(w, removed) })
}

func removedText(w io.Writer, removed []lifecycle.Removed) error {
	var lines []string
	for _, r := range removed {
		lines = append(lines, r.Host+": removed")
		for _, kept := range r.Kept {
			lines = append(lines, fmt.Sprintf("%s: kept %s %s (%s)", r.Host, kept.Kind, kept.Name, kept.ID))
		}
	}
	return printLines(w, lines)
}

// forget drops the records of hosts that could not be removed.
func (r *rmRun) forget(recs []*lifecycle.Record) error {
	var errs []error
	for _, rec := range recs {
		errs = append(errs, r.store.Remove(rec.Name))
	}
	r.io.tell("forgotten all the same; davit gc --dry-run shows what is left\n")
	return errors.Join(errs...)
}

func rmQuestion(recs []*lifecycle.Record) string {
	b := &strings.Builder{}
	for _, rec := range recs {
		fmt.Fprintf(b, "%s (%s)", rec.Name, rec.Driver)
		for _, r := range rec.Resources {
			fmt.Fprintf(b, "\n  %s %s %s", r.Kind, r.Name, r.ID)
		}
		fmt.Fprintln(b)
	}
	what := "this host"
	if len(recs) > 1 {
		what = fmt.Sprintf("these %d hosts", len(recs))
	}
	return b.String() + "Remove " + what + " with all data?"
}
