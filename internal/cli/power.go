package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/davit-io/davit/internal/lifecycle"
)

// powerVerb is what a power command does with hosts.
type powerVerb struct {
	name, short string
	forceable   bool
	does        func(ctx context.Context, r *lifecycle.Runner, recs []*lifecycle.Record, force bool) error
}

var powerVerbs = []powerVerb{
	{"start", "Start hosts and wait until they answer", false, func(ctx context.Context, r *lifecycle.Runner, recs []*lifecycle.Record, _ bool) error {
		return r.Start(ctx, recs)
	}},
	{"stop", "Stop hosts as their own shutdown does", false, func(ctx context.Context, r *lifecycle.Runner, recs []*lifecycle.Record, _ bool) error {
		return r.Stop(ctx, recs, false)
	}},
	{"restart", "Restart hosts and wait until they answer", true, func(ctx context.Context, r *lifecycle.Runner, recs []*lifecycle.Record, force bool) error {
		return r.Restart(ctx, recs, force)
	}},
	{"kill", "Stop hosts at once, as pulling the plug does", false, func(ctx context.Context, r *lifecycle.Runner, recs []*lifecycle.Record, _ bool) error {
		return r.Stop(ctx, recs, true)
	}},
}

func (a *app) powerCmds() []*cobra.Command {
	var cmds []*cobra.Command
	for _, v := range powerVerbs {
		cmds = append(cmds, a.powerCmd(v))
	}
	return cmds
}

func (a *app) powerCmd(v powerVerb) *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:               v.name + " NAME...",
		Short:             v.short,
		Args:              someHosts,
		ValidArgsFunction: a.completeHosts(0),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			names, err := expand(args)
			if err != nil {
				return err
			}
			recs, err := a.load(names)
			if err != nil {
				return err
			}
			unlock, err := a.lock(ctx, names)
			if err != nil {
				return err
			}
			defer unlock()
			return interruptible(ctx, say("davit "+v.name+" can be run again"), func() error {
				return a.each(ctx, recs, func(r *lifecycle.Runner, recs []*lifecycle.Record) error { return v.does(ctx, r, recs, force) })
			})
		},
	}
	if v.forceable {
		cmd.Flags().BoolVarP(&force, "force", "f", false, "as a reset button does, without asking the guest")
	}
	return cmd
}
