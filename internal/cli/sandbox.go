package cli

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/sandbox"
)

func (a *app) sandboxCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Run a vCenter on this machine, to try davit without a cloud",
		Long: "Run a vCenter on this machine's loopback whose virtual machines boot under QEMU, to try davit without a cloud.\n" +
			"davit --driver vsphere, govc and Terraform use it as any vCenter.\n\nWhat it is not:\n\n- " +
			strings.Join(sandbox.Limits(), "\n- "),
		Example: "  davit sandbox up --image debian-12-docker.qcow2\n  eval \"$(davit sandbox env)\"\n  davit create web-1 --driver vsphere --image debian-12-docker --network guests",
		Args:    cobra.NoArgs,
	}
	cmd.AddCommand(a.sandboxUpCmd(), a.sandboxDownCmd(), a.sandboxStatusCmd(), a.sandboxEnvCmd(), a.sandboxServeCmd())
	return cmd
}

func (a *app) sandboxDir() string { return filepath.Join(a.store.Dir(), "sandbox") }

func (a *app) sandboxUpCmd() *cobra.Command {
	o := sandbox.Options{}
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Start the sandbox, or see that it runs",
		Long: "Start the sandbox, or see that it runs. It stays until davit sandbox down. It needs root: the addresses of its\n" +
			"machines become this machine's own. Each image becomes a template with the name of its file.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if len(o.Images) == 0 {
				o.Images, _ = filepath.Glob("build/guest/debian-12*.qcow2") // the pattern is well formed
			}
			if len(o.Images) == 0 {
				return usagef("--image names one; test/guest/build.sh of davit's source makes one", "the sandbox needs a guest image")
			}
			o.Dir = a.sandboxDir()
			s, err := sandbox.Up(cmd.Context(), o)
			if errors.Is(err, sandbox.ErrDiffers) {
				return &drivers.Error{Kind: drivers.ErrExists, Err: err, Next: "davit sandbox down ends it, with its machines"}
			}
			if err != nil {
				return err
			}
			a.io.tell("The sandbox runs: %s, templates %s.\n hint: davit sandbox env prints how to reach it\n", s.Server, strings.Join(s.Templates, ", "))
			return nil
		},
	}
	f := cmd.Flags()
	f.StringSliceVar(&o.Images, "image", nil, "guest image, .qcow2 or .raw; may be repeated (default: build/guest/debian-12*.qcow2)")
	f.IntVar(&o.MTU, "mtu", 1500, "MTU of the network, in bytes")
	_ = cmd.MarkFlagFilename("image", "qcow2", "raw")
	return cmd
}

func (a *app) sandboxDownCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "down",
		Short: "End the sandbox, with its machines and their disks",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			was, err := sandbox.Down(cmd.Context(), a.sandboxDir())
			if err != nil {
				return err
			}
			if !was {
				a.io.tell("There is no sandbox.\n")
			}
			return nil
		},
	}
}

func (a *app) sandboxEnvCmd() *cobra.Command {
	var shellName string
	var unset bool
	cmd := &cobra.Command{
		Use:     "env",
		Short:   "Print the variables with which davit, govc and Terraform use the sandbox",
		Args:    cobra.NoArgs,
		Example: "  eval \"$(davit sandbox env)\"",
		RunE: func(_ *cobra.Command, _ []string) error {
			sh, err := findShell(shellName, a.io.Getenv)
			if err != nil {
				return err
			}
			s, err := a.sandboxState()
			if err != nil && !unset {
				return err
			}
			vars, byName := s.Env(), map[string]string{}
			for _, v := range vars {
				byName[v[0]] = v[1]
			}
			return a.print(byName, func(w io.Writer) error {
				_, err := fmt.Fprintln(w, strings.Join(sh.lines(vars, unset, sandboxEnvLine(shellName, unset)), "\n"))
				return err
			})
		},
	}
	f := cmd.Flags()
	f.StringVar(&shellName, "shell", "", "shell to print for: "+strings.Join(shellNames(), ", ")+" (default: yours)")
	f.BoolVarP(&unset, "unset", "u", false, "print what unsets the variables")
	_ = cmd.RegisterFlagCompletionFunc("shell", cobra.FixedCompletions(shellNames(), cobra.ShellCompDirectiveNoFileComp))
	a.addOutput(cmd)
	return cmd
}

func sandboxEnvLine(shellName string, unset bool) string {
	line := "davit sandbox env"
	if shellName != "" {
		line += " --shell " + shellName
	}
	if unset {
		line += " --unset"
	}
	return line
}

func (a *app) sandboxState() (sandbox.State, error) {
	s, err := sandbox.Look(a.sandboxDir())
	if errors.Is(err, sandbox.ErrDown) {
		return s, &drivers.Error{Kind: drivers.ErrNotFound, Err: err, Next: "davit sandbox up starts one"}
	}
	return s, err
}
