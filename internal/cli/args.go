package cli

import (
	"github.com/spf13/cobra"
)

func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return usagef("", "%s takes no argument, and was given %q", cmd.CommandPath(), args[0])
}

func oneHost(cmd *cobra.Command, args []string) error {
	if len(args) == 1 {
		return nil
	}
	return usagef("davit ls shows the hosts there are", "%s needs the name of one host", cmd.CommandPath())
}

func someHosts(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return nil
	}
	return usagef("davit ls shows the hosts there are", "%s needs the name of a host, or several", cmd.CommandPath())
}
