package cli

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/lifecycle"
)

func (a *app) scpCmd() *cobra.Command {
	var recursive, preserve bool
	cmd := &cobra.Command{
		Use:     "scp [NAME:]SOURCE... [NAME:]TARGET",
		Short:   "Copy files to, from and between hosts",
		Long:    "Copy files with the system's scp. NAME:path is a path on a host; only host keys that davit pinned are accepted.",
		Example: "  davit scp -r ./site web-1:/srv/\n  davit scp web-1:/var/log/cloud-init.log .",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) >= 2 {
				return nil
			}
			return usagef("NAME:path is a path on a host", "%s needs a source and a target", cmd.CommandPath())
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			paths, recs, err := a.copyPaths(args)
			if err != nil {
				return err
			}
			line := append(a.trust(recs...), "-3", "-P", strconv.Itoa(int(recs[0].Dial().Port())))
			if recursive {
				line = append(line, "-r")
			}
			if preserve {
				line = append(line, "-p")
			}
			return a.system(cmd.Context(), "scp", append(append(line, "--"), paths...))
		},
	}
	cmd.Flags().BoolVarP(&recursive, "recursive", "r", false, "copy folders with all they hold")
	cmd.Flags().BoolVarP(&preserve, "preserve", "p", false, "keep times and modes")
	return cmd
}

// copyPaths turns NAME:path into what scp takes and lists the hosts, each once.
func (a *app) copyPaths(args []string) (paths []string, recs []*lifecycle.Record, err error) {
	for _, arg := range args {
		name, path, remote := strings.Cut(arg, ":")
		if !remote || strings.ContainsAny(name, `/\`) || name == "" {
			paths = append(paths, arg)
			continue
		}
		rec, err := a.reachable(name)
		if err != nil {
			return nil, nil, err
		}
		paths = append(paths, rec.User+"@"+bracketed(rec.Dial().Addr())+":"+path)
		if !slices.ContainsFunc(recs, func(r *lifecycle.Record) bool { return r.Name == rec.Name }) {
			recs = append(recs, rec)
		}
	}
	if len(recs) == 0 {
		return nil, nil, usagef("NAME:path is a path on a host", "none of the paths is on a host")
	}
	if slices.ContainsFunc(recs, func(r *lifecycle.Record) bool { return r.Dial().Port() != recs[0].Dial().Port() }) {
		return nil, nil, &drivers.Error{Kind: drivers.ErrUnsupported, Err: errors.New("scp can't copy between hosts whose ssh ports differ")}
	}
	return paths, recs, nil
}

func bracketed(addr netip.Addr) string {
	if addr.Is6() {
		return fmt.Sprintf("[%s]", addr)
	}
	return addr.String()
}
