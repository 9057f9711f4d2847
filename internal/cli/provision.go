package cli

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/spec"
)

// provisionRun is one davit provision.
type provisionRun struct {
	*app
	doc    document
	dryRun bool
}

// hostChange is what an option's change costs a host.
type hostChange struct {
	Name string `json:"name"`
	lifecycle.Change
}

func (a *app) provisionCmd() *cobra.Command {
	run := &provisionRun{app: a, doc: document{app: a}}
	cmd := &cobra.Command{
		Use:   "provision NAME... [flags]",
		Short: "Configure hosts again, or change what can be changed",
		Long: "Write the engine's configuration of complete hosts again, with the MTU that their network has now, and check them.\n" +
			"Options that are given are changed; the rest stays, or is what the file says. What would need a new host is refused.",
		Example:           "  davit provision web-1\n  davit provision web-{1..20} --engine-registry-mirrors https://mirror.example.com --dry-run",
		Args:              someHosts,
		ValidArgsFunction: a.completeHosts(0),
		RunE:              func(cmd *cobra.Command, args []string) error { return run.run(cmd.Context(), args) },
	}
	cmd.Flags().StringVarP(&run.doc.file, "file", "f", "", "host file (YAML)")
	cmd.Flags().BoolVar(&run.dryRun, "dry-run", false, "show what each change costs, and change nothing")
	a.addOutput(cmd)
	run.doc.flags = a.addOptions(cmd)
	return cmd
}

func (p *provisionRun) run(ctx context.Context, args []string) error {
	p.where = p.doc.where
	names, err := expand(args)
	if err != nil {
		return err
	}
	if err := p.doc.read(); err != nil {
		return err
	}
	unlock, err := p.lock(ctx, names)
	if err != nil {
		return err
	}
	defer unlock()
	recs, err := p.load(names)
	if err != nil {
		return err
	}
	to, changes, err := p.wanted(recs)
	if err != nil {
		return err
	}
	if !p.dryRun {
		err = interruptible(ctx, say("davit provision can be run again"), func() error { return p.change(ctx, recs, to) })
	}
	if err != nil {
		return err
	}
	return p.print(changes, func(w io.Writer) error { return changeTable(w, changes) })
}

// wanted is what each host is to be, by name, and what that changes.
func (p *provisionRun) wanted(recs []*lifecycle.Record) (map[string]*spec.Host, []hostChange, error) {
	to, changes := map[string]*spec.Host{}, []hostChange{}
	var errs []error
	for _, rec := range recs {
		h, err := p.host(rec)
		if errs = append(errs, err); err != nil {
			continue
		}
		to[rec.Name] = h
		for _, c := range lifecycle.Changes(rec.Spec, h) {
			changes = append(changes, hostChange{rec.Name, c})
		}
	}
	return to, changes, once(errs)
}

func (p *provisionRun) host(rec *lifecycle.Record) (*spec.Host, error) {
	if err := rec.Spec.Bind(p.table); err != nil {
		return nil, err
	}
	h, err := p.asked(rec)
	if err != nil {
		return nil, err
	}
	h.Name = rec.Name
	return h, h.Validate(p.table)
}

// asked is what the file and the flags say, or what the host is with the flags on top.
func (p *provisionRun) asked(rec *lifecycle.Record) (*spec.Host, error) {
	if p.doc.file != "" {
		return p.doc.host()
	}
	h := rec.Spec.Clone()
	return h, h.Apply(p.table, p.doc.flags.given()...)
}

func (p *provisionRun) change(ctx context.Context, recs []*lifecycle.Record, to map[string]*spec.Host) error {
	return p.each(ctx, recs, func(r *lifecycle.Runner, some []*lifecycle.Record) error {
		hosts := make([]*spec.Host, len(some))
		for i, rec := range some {
			hosts[i] = to[rec.Name]
		}
		return r.Update(ctx, some, hosts)
	})
}

func changeTable(w io.Writer, changes []hostChange) error {
	if len(changes) == 0 {
		return nil
	}
	rows := make([][]string, len(changes))
	for i, c := range changes {
		rows[i] = []string{c.Name, c.Path, c.Class}
	}
	return table(w, []string{"NAME", "OPTION", "COSTS"}, rows)
}
