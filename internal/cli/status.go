package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/lifecycle"
)

func (a *app) statusCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:               "status NAME",
		Short:             "Show what a host is doing",
		Long:              "Show what a host is doing, as its platform tells it now. The exit code is 0 when the state is known, 3 when\nthere is no such host.",
		Args:              oneHost,
		ValidArgsFunction: a.completeHosts(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			recs, err := a.load(args)
			if err != nil {
				return err
			}
			views := []hostView{viewOf(recs[0])}
			if err := a.live(cmd.Context(), recs, views); err != nil {
				return err
			}
			if err := a.print(views[0], func(w io.Writer) error {
				_, err := fmt.Fprintln(w, stateWord(views[0]))
				return err
			}); err != nil {
				return err
			}
			return goneError(recs[0], views[0])
		},
	}
	a.addOutput(cmd)
	return cmd
}

// stateWord is the state, and how far create got while it isn't done.
func stateWord(v hostView) string {
	if v.State == "" {
		return v.Phase
	}
	return string(v.State)
}

func goneError(rec *lifecycle.Record, v hostView) error {
	if v.State != stateGone {
		return nil
	}
	return &drivers.Error{
		Kind: drivers.ErrNotFound,
		Err:  fmt.Errorf("the platform has no host %s (%s) any more", rec.Name, rec.HostID),
		Next: "davit rm " + rec.Name + " removes what is left of it and forgets it",
	}
}
