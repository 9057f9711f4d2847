package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/davit-io/davit/internal/spec"
	"github.com/davit-io/davit/internal/store"
)

var completionShells = []string{"bash", "zsh", "fish", "powershell"}

func completionCmd() *cobra.Command {
	return &cobra.Command{
		Use:       "completion SHELL",
		Short:     "Print a completion script for " + strings.Join(completionShells, ", "),
		Long:      "Print a script that lets a shell complete commands, flags, values of options and names of hosts.",
		Example:   "  source <(davit completion bash)\n  davit completion fish > ~/.config/fish/completions/davit.fish",
		ValidArgs: completionShells,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 && slices.Contains(completionShells, args[0]) {
				return nil
			}
			return usagef("", "completion needs one of %s", strings.Join(completionShells, ", "))
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			root, out := cmd.Root(), cmd.OutOrStdout()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(out, true)
			case "zsh":
				return root.GenZshCompletion(out)
			case "fish":
				return root.GenFishCompletion(out, true)
			default:
				return root.GenPowerShellCompletionWithDesc(out)
			}
		},
	}
}

// completeValue completes the value of an option: the values there are, a file, or nothing.
func completeValue(o spec.Option) cobra.CompletionFunc {
	values := o.Values
	if o.Type == spec.Bool {
		values = []string{"true", "false"}
	}
	if o.File || o.Path == "ssh_key" {
		return cobra.FixedCompletions(nil, cobra.ShellCompDirectiveDefault)
	}
	return cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)
}

// completeHosts completes names of hosts, up to most of them; 0: any number.
func (a *app) completeHosts(most int) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if most > 0 && len(args) >= most {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		s, err := store.Open(store.DefaultDir(a.io.Getenv))
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		names, err := s.Names()
		if err != nil {
			return nil, cobra.ShellCompDirectiveError
		}
		return slices.DeleteFunc(names, func(name string) bool { return slices.Contains(args, name) }), cobra.ShellCompDirectiveNoFileComp
	}
}
