package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const groupNote = "davit_group"

// group puts a flag under a heading of the help.
func group(f *pflag.Flag, heading string) {
	if f.Annotations == nil {
		f.Annotations = map[string][]string{}
	}
	f.Annotations[groupNote] = []string{heading}
}

// groupedUsage shows a command with its flags under their headings.
func groupedUsage(cmd *cobra.Command) error {
	w := &strings.Builder{}
	fmt.Fprintf(w, "Usage:\n  %s\n", cmd.UseLine())
	if cmd.Example != "" {
		fmt.Fprintf(w, "\nExamples:\n%s\n", cmd.Example)
	}
	for _, g := range cmd.Groups() {
		fmt.Fprintf(w, "\n%s\n", g.Title)
		for _, sub := range cmd.Commands() {
			if sub.GroupID == g.ID && sub.IsAvailableCommand() {
				fmt.Fprintf(w, "  %-11s %s\n", sub.Name(), sub.Short)
			}
		}
	}
	for _, g := range flagGroups(cmd.Flags()) {
		fmt.Fprintf(w, "\n%s:\n%s", g.heading, g.flags.FlagUsagesWrapped(100))
	}
	_, err := io.WriteString(cmd.OutOrStderr(), w.String())
	return err
}

type flagGroup struct {
	heading string
	flags   *pflag.FlagSet
}

// flagGroups sorts the flags under their headings, those without one last.
func flagGroups(all *pflag.FlagSet) []flagGroup {
	var groups []flagGroup
	plain := flagGroup{"Flags", newFlagSet()}
	all.SortFlags = false
	all.VisitAll(func(f *pflag.Flag) {
		heading := strings.Join(f.Annotations[groupNote], "")
		if heading == "" {
			plain.flags.AddFlag(f)
			return
		}
		i := slices.IndexFunc(groups, func(g flagGroup) bool { return g.heading == heading })
		if i < 0 {
			i, groups = len(groups), append(groups, flagGroup{heading, newFlagSet()})
		}
		groups[i].flags.AddFlag(f)
	})
	return append(groups, plain)
}

func newFlagSet() *pflag.FlagSet {
	set := pflag.NewFlagSet("", pflag.ContinueOnError)
	set.SortFlags = false
	return set
}
