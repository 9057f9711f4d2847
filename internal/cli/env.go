package cli

import (
	"cmp"
	"fmt"
	"io"
	"net"
	"os/user"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/store"
)

func (a *app) envCmd() *cobra.Command {
	var shellName, sshConfig string
	var unset bool
	cmd := &cobra.Command{
		Use:   "env NAME",
		Short: "Print the variables with which docker uses a host",
		Long: "Print the variables with which the docker client uses a host, as lines for a shell.\n\n" +
			"docker reaches the host through the system's ssh, which has to know the host's key. davit keeps an ssh\n" +
			"configuration with the keys of all hosts; --ssh-config install adds one line to ~/.ssh/config that\n" +
			"includes it, and --ssh-config remove takes that line away. DAVIT_SSH_CONFIG names another file.",
		Example: "  davit env --ssh-config install\n  eval \"$(davit env web-1)\"",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && (unset || sshConfig != "") {
				return nil
			}
			return oneHost(cmd, args)
		},
		ValidArgsFunction: a.completeHosts(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			sh, err := findShell(shellName, a.io.Getenv)
			if err != nil {
				return err
			}
			if err := a.sshConfig(cmd, sshConfig); err != nil || (len(args) == 0 && !unset) {
				return err
			}
			if unset {
				return a.printEnv(sh, nil, unset, commandLine(args, shellName, unset))
			}
			return a.env(cmd, sh, args[0], commandLine(args, shellName, unset))
		},
	}
	f := cmd.Flags()
	f.StringVar(&shellName, "shell", "", "shell to print for: "+strings.Join(shellNames(), ", ")+" (default: yours)")
	f.BoolVarP(&unset, "unset", "u", false, "print what unsets the variables")
	f.StringVar(&sshConfig, "ssh-config", "", "install or remove the line in ~/.ssh/config that lets ssh know all hosts")
	_ = cmd.RegisterFlagCompletionFunc("shell", cobra.FixedCompletions(shellNames(), cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("ssh-config", cobra.FixedCompletions([]string{"install", "remove"}, cobra.ShellCompDirectiveNoFileComp))
	a.addOutput(cmd)
	return cmd
}

func (a *app) env(cmd *cobra.Command, sh shell, name, command string) error {
	rec, err := a.reachable(name)
	if err != nil {
		return err
	}
	if err := a.store.WriteSSHConfig(cmd.Context()); err != nil {
		return err
	}
	if file, err := a.userSSHConfig(); err == nil && !a.store.Included(file) {
		a.io.tell("note: ssh, which docker calls, does not know the host keys of davit's hosts yet.\n"+
			" hint: davit env --ssh-config install adds one line to %s\n", file)
	}
	return a.printEnv(sh, [][2]string{{"DOCKER_HOST", sshURL(rec)}}, false, command)
}

func (a *app) printEnv(sh shell, vars [][2]string, unset bool, command string) error {
	if unset {
		vars = [][2]string{{"DOCKER_HOST", ""}}
	}
	byName := map[string]string{}
	for _, v := range vars {
		byName[v[0]] = v[1]
	}
	return a.print(byName, func(w io.Writer) error {
		_, err := fmt.Fprintln(w, strings.Join(sh.lines(vars, unset, command), "\n"))
		return err
	})
}

// commandLine is the command that was run, for the hint how to use its lines.
func commandLine(args []string, shellName string, unset bool) string {
	words := append([]string{"davit", "env"}, args...)
	if shellName != "" {
		words = append(words, "--shell", shellName)
	}
	if unset {
		words = append(words, "--unset")
	}
	return strings.Join(words, " ")
}

// sshConfig does what --ssh-config asks for.
func (a *app) sshConfig(cmd *cobra.Command, what string) error {
	if what == "" {
		return nil
	}
	file, err := a.userSSHConfig()
	if err != nil {
		return err
	}
	var changed bool
	switch what {
	case "install":
		if err = a.store.WriteSSHConfig(cmd.Context()); err == nil {
			changed, err = a.store.Include(file)
		}
	case "remove":
		changed, err = a.store.Exclude(file)
	default:
		err = usagef("", "--ssh-config %q is not one of install, remove", what)
	}
	if err != nil {
		return err
	}
	done := "nothing to change"
	if changed {
		done = "changed"
	}
	a.io.tell("%s: %s\n", file, done)
	return nil
}

// userSSHConfig is the file that ssh reads, which goes by the user's entry in the system and not by $HOME.
func (a *app) userSSHConfig() (string, error) {
	if file := a.io.Getenv("DAVIT_SSH_CONFIG"); file != "" {
		return file, nil
	}
	u, err := user.Current()
	if err != nil {
		return "", fmt.Errorf("the user's home: %w", err)
	}
	return store.UserSSHConfig(u.HomeDir), nil
}

// reachable reads the record of a host that can be reached: it has an address and a key it is trusted by.
func (a *app) reachable(name string) (*lifecycle.Record, error) {
	rec, err := a.store.Load(name)
	if err != nil {
		return nil, err
	}
	if !rec.Dial().IsValid() || len(rec.HostKeys) == 0 {
		return nil, unreachable(rec)
	}
	return rec, nil
}

func unreachable(rec *lifecycle.Record) error {
	missing := "its key is not known yet"
	if !rec.Dial().IsValid() {
		missing = "it has no address yet"
	}
	return &drivers.Error{
		Err:  fmt.Errorf("%s can't be reached: %s (phase %s)", rec.Name, missing, cmp.Or(string(rec.Phase), "none")),
		Next: "davit create " + rec.Name + " continues making it",
	}
}

// sshURL is the host's address for docker.
func sshURL(rec *lifecycle.Record) string {
	at := rec.Dial()
	host := at.Addr().String()
	if at.Addr().Is6() {
		host = "[" + host + "]"
	}
	if at.Port() != 22 {
		host = net.JoinHostPort(at.Addr().String(), strconv.Itoa(int(at.Port())))
	}
	return "ssh://" + rec.User + "@" + host
}
