// Package cli is davit's command line: it makes flags of the options that spec lists, hands the work to the
// lifecycle, keeps what it knows in the store, and says what happens. Results go to stdout, all else to stderr.
package cli

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/store"
)

// app is one run of davit.
type app struct {
	io      Streams
	table   drivers.Table
	drivers opener
	store   *store.Store
	format  string // of results: table, json or yaml
	debug   bool
	where   func(path string) string // where the value at an option path came from; nil: unknown
}

// Run runs davit with args, those after the program's name, and gives its exit code. When ctx ends, so does the run,
// within two seconds.
func Run(ctx context.Context, args []string, streams Streams, table drivers.Table) int {
	a := &app{io: streams, table: table}
	root := a.root() //nolint:contextcheck // its commands take the context that they are executed with
	root.SetArgs(args)
	err := within(ctx, runGrace, say(""), func() error {
		defer a.farewell(ctx)
		return root.ExecuteContext(ctx)
	})
	a.report(err)
	return exitCode(err)
}

// farewell closes the drivers. That a platform doesn't take it is no failure: its sessions end by themselves.
func (a *app) farewell(ctx context.Context) {
	if err := a.drivers.close(ctx); err != nil {
		slog.DebugContext(ctx, "close drivers", "err", err)
	}
}

const (
	groupHosts = "hosts"
	groupReach = "reach"
	groupPower = "power"
	groupCloud = "cloud"
	groupOther = "other"
)

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "davit COMMAND",
		Short: "Lower container hosts onto a cloud",
		Long: "davit makes container hosts on a cloud, reaches them over pinned SSH and takes them back without a trace.\n\n" +
			"Exit codes: 0 done, 1 failed, 2 wrong usage or option, 3 not found, 4 exists, 5 not authorized, 6 quota or\n" +
			"capacity, 7 time limit, 8 not supported, 130 interrupted; ssh and scp give those of the command they ran.",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cmd.Help()
			}
			return unknownCommand(cmd, args[0])
		},
		PersistentPreRunE: func(*cobra.Command, []string) error { return a.start() },
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
	}
	root.SetIn(a.io.In)
	root.SetOut(a.io.Out)
	root.SetErr(a.io.Err)
	root.SetFlagErrorFunc(flagError)
	root.SetUsageFunc(groupedUsage)
	root.PersistentFlags().BoolVar(&a.debug, "debug", false, "log what davit does to stderr")
	root.PersistentFlags().BoolP("help", "h", false, "help for the command")
	a.addCommands(root)
	return root
}

func (a *app) addCommands(root *cobra.Command) {
	for _, group := range []struct {
		id, title string
		commands  []*cobra.Command
	}{
		{groupHosts, "Hosts:", []*cobra.Command{a.createCmd(), a.lsCmd(), a.inspectCmd(), a.statusCmd(), a.provisionCmd(), a.rmCmd(), a.gcCmd()}},
		{groupReach, "Reaching them:", []*cobra.Command{a.ipCmd(), a.urlCmd(), a.sshCmd(), a.scpCmd(), a.envCmd()}},
		{groupPower, "Power:", a.powerCmds()},
		{groupCloud, "What there is:", a.listCmds()},
		{groupOther, "Other:", []*cobra.Command{a.sandboxCmd(), a.mtuCmd(), a.cloudInitCmd(), a.versionCmd(), completionCmd()}},
	} {
		root.AddGroup(&cobra.Group{ID: group.id, Title: group.title})
		for _, cmd := range group.commands {
			cmd.GroupID = group.id
			root.AddCommand(cmd)
		}
	}
	root.SetHelpCommandGroupID(groupOther)
}

// start makes ready what every command needs.
func (a *app) start() error {
	log := slog.New(slog.DiscardHandler)
	if a.debug {
		log = slog.New(slog.NewTextHandler(a.io.Err, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	slog.SetDefault(log)
	var err error
	a.store, err = store.Open(store.DefaultDir(a.io.Getenv))
	return err
}

func unknownCommand(root *cobra.Command, name string) error {
	var names []string
	for _, cmd := range root.Commands() {
		names = append(names, cmd.Name())
	}
	return usagef(nearest(name, names, ""), "davit has no command %q", name)
}

// flagError adds the nearest flag to the error about one that isn't there.
func flagError(cmd *cobra.Command, err error) error {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok {
		return usagef(cmd.CommandPath()+" --help shows its flags", "%s", strings.TrimSuffix(err.Error(), "\n"))
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	hint := nearest(unknown.GetSpecifiedName(), names, "--")
	if hint == "" {
		hint = cmd.CommandPath() + " --help shows its flags"
	}
	return usagef(hint, "%s has no flag --%s", cmd.CommandPath(), unknown.GetSpecifiedName())
}
