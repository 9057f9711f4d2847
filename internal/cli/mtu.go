package cli

import (
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/davit-io/davit/internal/mtu"
)

func (a *app) mtuCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "mtu LINK [ENCAPSULATION...]",
		Short: "Reckon the MTU inside of overlays",
		Long: "Reckon the largest packet in bytes that fits into encapsulations, the outermost first, over a link, and show the sum.\n" +
			"davit networks shows the MTU of links.",
		Example:           "  davit mtu 1450 swarm\n  davit mtu 9000 cilium-tunnel cilium-wireguard -o json",
		ValidArgsFunction: cobra.FixedCompletions(mtu.Names(), cobra.ShellCompDirectiveNoFileComp),
		RunE:              func(_ *cobra.Command, args []string) error { return a.mtu(args) },
	}
	a.addOutput(cmd)
	return cmd
}

func (a *app) mtu(args []string) error {
	if len(args) == 0 {
		return usagef("for example davit mtu 1450 swarm", "mtu needs the MTU of a link")
	}
	link, err := strconv.Atoi(args[0])
	if err != nil {
		return usagef("for example davit mtu 1450 swarm", "%q is no number of bytes", args[0])
	}
	sum, err := mtu.Stack(link, args[1:]...)
	if err != nil {
		return usagef("", "%w", err)
	}
	return a.print(mtuOf(sum), func(w io.Writer) error {
		_, err := fmt.Fprintln(w, sum)
		for _, warning := range sum.Warnings {
			_, _ = fmt.Fprintln(a.io.Err, "warning: "+warning)
		}
		return err
	})
}
