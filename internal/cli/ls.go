package cli

import (
	"context"
	"io"

	"github.com/spf13/cobra"
)

func (a *app) lsCmd() *cobra.Command {
	var offline, quiet bool
	cmd := &cobra.Command{
		Use:     "ls",
		Aliases: []string{"list"},
		Short:   "List hosts",
		Long:    "List the hosts there are records of, with the state that their platforms tell now.",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.ls(cmd.Context(), offline || quiet, quiet)
		},
	}
	cmd.Flags().BoolVar(&offline, "offline", false, "show the records alone, without asking the platforms")
	cmd.Flags().BoolVarP(&quiet, "quiet", "q", false, "show names alone")
	a.addOutput(cmd)
	return cmd
}

// ls lists what can be listed; what can't be read or asked is told on stderr and keeps nothing from being shown.
func (a *app) ls(ctx context.Context, offline, quiet bool) error {
	look := a.recorded
	if !offline {
		look = func() ([]hostView, error) { return a.asked(ctx) }
	}
	views, broken := look()
	if err := a.print(views, func(w io.Writer) error {
		if quiet {
			return printLines(w, namesIn(views))
		}
		return hostTable(w, views)
	}); err != nil {
		return err
	}
	return broken
}

// recorded shows what the records tell.
func (a *app) recorded() ([]hostView, error) {
	outlines, broken := a.store.Outlines()
	views := make([]hostView, len(outlines))
	for i, o := range outlines {
		views[i] = viewOf(&o.Record)
		views[i].Engine = o.Spec.Engine.Name
	}
	return views, broken
}

// asked shows what the records and the platforms tell.
func (a *app) asked(ctx context.Context) ([]hostView, error) {
	recs, broken := a.store.List()
	views := make([]hostView, len(recs))
	for i, rec := range recs {
		views[i] = viewOf(rec)
	}
	a.report(a.live(ctx, recs, views))
	return views, broken
}

func namesIn(views []hostView) []string {
	names := make([]string, len(views))
	for i, v := range views {
		names[i] = v.Name
	}
	return names
}

func printLines(w io.Writer, lines []string) error {
	for _, line := range lines {
		if _, err := io.WriteString(w, line+"\n"); err != nil {
			return err
		}
	}
	return nil
}
