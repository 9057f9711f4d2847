package cli

import (
	"cmp"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

type versionView struct {
	Version  string   `json:"version"`
	Commit   string   `json:"commit,omitempty"`
	Go       string   `json:"go"`
	Platform string   `json:"platform"`
	Drivers  []string `json:"drivers"`
}

func (a *app) versionCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Show the version",
		Args:  noArgs,
		RunE: func(*cobra.Command, []string) error {
			v := a.version()
			return a.print(v, func(w io.Writer) error {
				_, err := fmt.Fprintf(w, "davit %s (%s, %s)\n", v.Version, v.Go, v.Platform)
				return err
			})
		},
	}
	a.addOutput(cmd)
	return cmd
}

// version prefers what the linker was told to what the build knows by itself.
func (a *app) version() versionView {
	v := versionView{
		Version: a.io.Version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
		Drivers: a.table.Names(),
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		v.Version = cmp.Or(v.Version, info.Main.Version)
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				v.Commit = s.Value
			}
		}
	}
	v.Version = cmp.Or(v.Version, "(devel)")
	return v
}
