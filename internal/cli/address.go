package cli

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/davit-io/davit/internal/lifecycle"
)

func (a *app) ipCmd() *cobra.Command {
	return a.perHostCmd("ip", "address", "Show the address of hosts", func(rec *lifecycle.Record) string {
		return rec.Dial().Addr().String()
	})
}

func (a *app) urlCmd() *cobra.Command {
	return a.perHostCmd("url", "url", "Show the address of hosts' engines, as docker takes it", sshURL)
}

// perHostCmd is a command that shows a line per host that has an address.
func (a *app) perHostCmd(name, key, short string, line func(*lifecycle.Record) string) *cobra.Command {
	cmd := &cobra.Command{
		Use:               name + " NAME...",
		Short:             short,
		Args:              someHosts,
		ValidArgsFunction: a.completeHosts(0),
		RunE: func(_ *cobra.Command, args []string) error {
			names, err := expand(args)
			if err != nil {
				return err
			}
			recs, err := a.load(names)
			if err != nil {
				return err
			}
			lines, members := []string{}, []map[string]string{}
			for _, rec := range recs {
				if !rec.Dial().IsValid() {
					return unreachable(rec)
				}
				lines = append(lines, line(rec))
				members = append(members, map[string]string{"name": rec.Name, key: line(rec)})
			}
			return a.print(members, func(w io.Writer) error { return printLines(w, lines) })
		},
	}
	a.addOutput(cmd)
	return cmd
}
