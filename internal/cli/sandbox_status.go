package cli

import (
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"

	"github.com/davit-io/davit/internal/sandbox"
)

// sandboxView is what davit shows of the sandbox; the password is for davit sandbox env.
type sandboxView struct {
	Server    string            `json:"server"`
	User      string            `json:"user"`
	PID       int               `json:"pid"`
	Started   string            `json:"started"`
	Templates []string          `json:"templates"`
	Network   string            `json:"network"`
	MTU       int               `json:"mtu"`
	Machines  []sandbox.Machine `json:"machines"`
	Limits    []string          `json:"limits"`
}

func (a *app) sandboxStatusCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show the sandbox and its machines",
		Long:  "Show the sandbox and its machines. The exit code is 3 when no sandbox runs.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, err := a.sandboxState()
			if err != nil {
				return err
			}
			v := sandboxView{
				Server: s.Server, User: s.User, PID: s.PID, Started: s.Started.Local().Format("2006-01-02 15:04:05"),
				Templates: s.Templates, Network: s.Network.String(), MTU: s.MTU, Machines: []sandbox.Machine{}, Limits: sandbox.Limits(),
			}
			all, err := s.Machines(cmd.Context(), a.sandboxDir())
			if err != nil {
				return err
			}
			for _, m := range all {
				if !m.Template {
					v.Machines = append(v.Machines, m)
				}
			}
			return a.print(v, v.write)
		},
	}
	a.addOutput(cmd)
	return cmd
}

func (v sandboxView) write(w io.Writer) error {
	_, err := fmt.Fprintf(w, "vCenter     %s as %s\nprocess     %d, since %s\ntemplates   %s\nnetwork     %s, MTU %d\n\n",
		v.Server, v.User, v.PID, v.Started, strings.Join(v.Templates, ", "), v.Network, v.MTU)
	if err != nil {
		return err
	}
	var rows [][]string
	for _, m := range v.Machines {
		rows = append(rows, []string{m.Name, m.ID, m.Power, m.Address, m.Console})
	}
	if err := table(w, []string{"MACHINE", "ID", "POWER", "ADDRESS", "CONSOLE"}, rows); err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "\nWhat it is not:\n- %s\n", strings.Join(v.Limits, "\n- "))
	return err
}

// sandboxServeCmd is the daemon, which davit sandbox up starts.
func (a *app) sandboxServeCmd() *cobra.Command {
	return &cobra.Command{
		Use:    "serve DIR",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			slog.SetDefault(slog.New(slog.NewTextHandler(a.io.Err, nil)))
			return sandbox.Serve(cmd.Context(), args[0])
		},
	}
}
