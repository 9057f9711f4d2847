package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/lifecycle"
)

// listing is what a driver lists, and how it is shown.
type listing struct {
	head []string
	read func(ctx context.Context, d drivers.Driver) (all any, rows [][]string, err error)
}

func (a *app) listCmds() []*cobra.Command {
	return []*cobra.Command{
		a.listCmd("images", "List what hosts can boot from", func([]string) listing {
			return listing{[]string{"NAME", "DISTRO", "USER", "DISK", "ID"}, reader(drivers.Lister.Images, func(i drivers.Image) []string {
				return []string{i.Name, i.Distro, i.User, amount(i.DiskGiB, "GiB"), i.ID}
			})}
		}),
		a.listCmd("flavors", "List the sizes of hosts on a platform that names them", func([]string) listing {
			return listing{[]string{"NAME", "CPUS", "MEMORY", "DISK", "ID"}, reader(drivers.Flavors.Flavors, func(f drivers.Flavor) []string {
				return []string{f.Name, strconv.Itoa(f.CPUs), amount(f.MemoryMiB, "MiB"), amount(f.DiskGiB, "GiB"), f.ID}
			})}
		}),
		a.listCmd("networks", "List what hosts can be connected to, with its MTU", func([]string) listing {
			return listing{[]string{"NAME", "MTU", "KIND", "CARRIER", "ID"}, reader(drivers.Lister.Networks, func(n drivers.Network) []string {
				return []string{n.Name, amount(n.MTU, "bytes"), string(n.Kind), n.Carrier, n.ID}
			})}
		}),
		a.hostsCmd(), a.valuesCmd(),
	}
}

func (a *app) valuesCmd() *cobra.Command {
	cmd := a.listCmd("values OPTION", "List what an option can name on a platform", func(args []string) listing {
		values := func(l drivers.Lister, ctx context.Context) ([]drivers.Value, error) { return l.Values(ctx, args[0]) }
		return listing{[]string{"NAME", "TEXT", "ID"}, reader(values, func(v drivers.Value) []string {
			return []string{v.Name, v.Text, v.ID}
		})}
	})
	cmd.Example = "  davit values openstack.key_pair --driver openstack --cloud mycloud\n  davit values disks.type --driver vsphere -o yaml"
	cmd.Args = func(cmd *cobra.Command, args []string) error {
		if len(args) == 1 {
			return nil
		}
		return usagef("docs/options.md lists them all, for example disks.type", "%s needs the path of one option", cmd.CommandPath())
	}
	return cmd
}

func (a *app) listCmd(use, short string, what func(args []string) listing) *cobra.Command {
	doc := document{app: a}
	cmd := &cobra.Command{
		Use:     use,
		Short:   short,
		Long:    short + ", as far as the account sees it. The flags of a driver, a host file or the environment name the account.",
		Example: fmt.Sprintf("  davit %s --driver openstack --cloud mycloud -o json", use),
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.list(cmd.Context(), &doc, cmd.Name(), what(args))
		},
	}
	cmd.Flags().StringVarP(&doc.file, "file", "f", "", "host file (YAML) that names the account")
	a.addOutput(cmd)
	doc.flags = a.addOptions(cmd)
	return cmd
}

func (a *app) list(ctx context.Context, doc *document, verb string, what listing) error {
	a.where = doc.where
	if err := doc.read(); err != nil {
		return err
	}
	account, err := a.accountNamed(ctx, doc, verb)
	if err != nil {
		return err
	}
	all, rows, err := what.read(ctx, account.driver)
	if err != nil {
		return err
	}
	return a.print(all, func(w io.Writer) error { return table(w, what.head, rows) })
}

// accountNamed opens the account that the options and the environment name.
func (a *app) accountNamed(ctx context.Context, doc *document, verb string) (*account, error) {
	host, err := doc.host()
	if err != nil {
		return nil, err
	}
	if host.Driver == "" {
		return nil, usagef("--driver and the driver's own flags name the account", "%s needs to know where to look", verb)
	}
	host.Name = verb
	accounts, err := a.accounts(ctx, []*lifecycle.Record{lifecycle.NewRecord(host)})
	if err != nil {
		return nil, err
	}
	return accounts[0], nil
}

// reader lists with a capability C of a driver.
func reader[C, T any](list func(C, context.Context) ([]T, error), row func(T) []string) func(context.Context, drivers.Driver) (any, [][]string, error) {
	return func(ctx context.Context, d drivers.Driver) (any, [][]string, error) {
		lister, ok := drivers.As[C](d)
		if !ok {
			return nil, nil, &drivers.Error{
				Kind: drivers.ErrUnsupported, Err: errors.New("the platform has no such list"),
				Next: "docs/drivers.md says what each driver lists; where sizes have no names, cpus and memory_gib ask for them",
			}
		}
		all, err := list(lister, ctx)
		rows := make([][]string, len(all))
		for i, one := range all {
			rows[i] = row(one)
		}
		return append([]T{}, all...), rows, err
	}
}

// amount is a number with its unit; none for 0, which platforms don't tell.
func amount(n int, unit string) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d %s", n, unit)
}
