package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/lifecycle"
)

// createRun is one davit create.
type createRun struct {
	*app
	doc     document
	dryRun  bool
	until   string
	onError string
	timeout time.Duration
}

var (
	untils   = []string{"active", "ready"}
	onErrors = []string{"keep", "rollback"}
)

func (a *app) createCmd() *cobra.Command {
	run := &createRun{app: a, doc: document{app: a}}
	cmd := &cobra.Command{
		Use:   "create NAME... [flags]",
		Short: "Make hosts, or go on making them",
		Long: "Make one host or several (web-{1..20}) from a host file, flags and environment variables; the later of\n" +
			"default, environment, file, flag wins. A create that failed or was stopped is continued by davit create NAME:\n" +
			"it never makes a second server, volume or address.",
		Example: "  davit create web-1 --cloud c --image debian-12 --network private\n" +
			"  davit create web-{1..20} -f web.yaml --dry-run",
		RunE: func(cmd *cobra.Command, args []string) error { return run.run(cmd.Context(), args) },
	}
	f := cmd.Flags()
	f.StringVarP(&run.doc.file, "file", "f", "", "host file (YAML)")
	f.BoolVar(&run.dryRun, "dry-run", false, "show what would be made, and make nothing")
	f.StringVar(&run.until, "until", "ready", "how far to go: active (the server runs) or ready (the engine answers)")
	f.StringVar(&run.onError, "on-error", "keep", "after a failure: keep what was made, or rollback to remove it")
	f.DurationVar(&run.timeout, "timeout", 30*time.Minute, "time limit for all of it")
	_ = cmd.RegisterFlagCompletionFunc("until", cobra.FixedCompletions(untils, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("on-error", cobra.FixedCompletions(onErrors, cobra.ShellCompDirectiveNoFileComp))
	a.addOutput(cmd)
	run.doc.flags = a.addOptions(cmd)
	return cmd
}

func (c *createRun) run(ctx context.Context, args []string) error {
	if err := c.check(); err != nil {
		return err
	}
	names, err := expand(args)
	if err != nil {
		return err
	}
	if err := c.doc.read(); err != nil {
		return err
	}
	c.where = c.doc.where
	recs, err := c.records(names)
	if err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	if err := c.pinKeys(limited, recs); err != nil {
		return err
	}
	if c.dryRun {
		return c.plan(limited, recs)
	}
	next := func() string { return c.goOn(namesOf(recs)) }
	return interruptible(ctx, next, func() error { return c.create(limited, recs) })
}

func (c *createRun) check() error {
	for _, f := range []struct {
		flag, value string
		values      []string
	}{{"--until", c.until, untils}, {"--on-error", c.onError, onErrors}} {
		if !slices.Contains(f.values, f.value) {
			return usagef(nearest(f.value, f.values, ""), "%s %q is not one of %s", f.flag, f.value, strings.Join(f.values, ", "))
		}
	}
	if c.timeout <= 0 {
		return usagef("for example --timeout 20m", "--timeout must be more than nothing")
	}
	return nil
}

func (c *createRun) create(ctx context.Context, recs []*lifecycle.Record) error {
	unlock, err := c.lock(ctx, namesOf(recs))
	if err != nil {
		return err
	}
	defer unlock()
	if err := c.keys(recs); err != nil {
		return err
	}
	o := lifecycle.CreateOptions{Until: lifecycle.Until(c.until), OnError: lifecycle.OnError(c.onError)}
	err = c.each(ctx, recs, func(r *lifecycle.Runner, recs []*lifecycle.Record) error { return r.Create(ctx, recs, o) })
	if err != nil {
		return err
	}
	if err := c.store.WriteSSHConfig(ctx); err != nil {
		return err
	}
	return c.show(recs)
}

// goOn is what can be done after an interruption.
func (c *createRun) goOn(names []string) string {
	begun := slices.DeleteFunc(names, func(name string) bool {
		_, err := c.store.Load(name)
		return err != nil
	})
	if len(begun) == 0 {
		return "nothing was made"
	}
	list := strings.Join(begun, " ")
	return fmt.Sprintf("davit create %s continues, davit rm %s removes what was made", list, list)
}

// keys gives every host that names no key of its own one.
func (c *createRun) keys(recs []*lifecycle.Record) error {
	for _, rec := range recs {
		if rec.KeyFile != "" {
			continue
		}
		var err error
		if rec.KeyFile, err = c.store.MakeKey(rec.Name); err != nil {
			return err
		}
	}
	return nil
}

func (c *createRun) show(recs []*lifecycle.Record) error {
	views := make([]hostView, len(recs))
	for i, rec := range recs {
		views[i] = viewOf(rec)
		views[i].State = drivers.StateRunning // or create would have failed
	}
	return c.print(views, func(w io.Writer) error { return hostTable(w, views) })
}
