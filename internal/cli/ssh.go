package cli

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/remote"
)

func (a *app) sshCmd() *cobra.Command {
	var tty bool
	cmd := &cobra.Command{
		Use:   "ssh NAME [-- COMMAND]",
		Short: "Log in, or run a command; its exit code becomes davit's",
		Long: "Log in to a host, or run a command on it, with the system's ssh. Only the host key that davit pinned is\n" +
			"accepted. The exit code is that of the command, and 255 when ssh itself failed.",
		Example:           "  davit ssh web-1\n  davit ssh web-1 -- docker ps",
		Args:              firstIsHost,
		ValidArgsFunction: a.completeHosts(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			rec, err := a.reachable(args[0])
			if err != nil {
				return err
			}
			at := rec.Dial()
			line := append(a.trust(rec), "-p", strconv.Itoa(int(at.Port())), "-l", rec.User)
			if tty {
				line = append(line, "-t")
			}
			line = append(line, "--", at.Addr().String())
			return a.system(cmd.Context(), "ssh", append(line, command(args[1:])...))
		},
	}
	cmd.Flags().SetInterspersed(false) // what follows the name is the command's
	cmd.Flags().BoolVarP(&tty, "tty", "t", false, "give the command a terminal")
	return cmd
}

func firstIsHost(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return nil
	}
	return oneHost(cmd, args)
}

func command(args []string) []string {
	if len(args) > 0 && args[0] == "--" {
		return args[1:]
	}
	return args
}

// trust is how ssh and scp are told to accept only the pinned key of a host and to show only the host's key.
func (a *app) trust(recs ...*lifecycle.Record) []string {
	var known, keys []string
	for _, rec := range recs {
		known = append(known, `"`+a.store.KnownHosts(rec.Name)+`"`)
		keys = append(keys, "-i", remote.ExpandHome(rec.KeyFile))
	}
	return append([]string{
		"-o", "UserKnownHostsFile=" + strings.Join(known, " "), "-o", "GlobalKnownHostsFile=/dev/null",
		"-o", "StrictHostKeyChecking=yes", "-o", "UpdateHostKeys=no", "-o", "IdentitiesOnly=yes",
		"-o", "BatchMode=yes", "-o", "ConnectTimeout=15",
	}, keys...)
}

// system runs a program of the system with davit's own streams and passes its exit code on.
func (a *app) system(ctx context.Context, name string, args []string) error {
	path, err := exec.LookPath(name)
	if err != nil {
		return &drivers.Error{
			Err:  fmt.Errorf("the system has no %s client: %w", name, err),
			Next: "install OpenSSH's client (Debian: openssh-client)",
		}
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = a.io.In, a.io.Out, a.io.Err
	cmd.WaitDelay = time.Second
	err = cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() >= 0 {
		return &statusError{exit.ExitCode()}
	}
	return err
}
