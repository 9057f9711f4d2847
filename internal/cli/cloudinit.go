package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/davit-io/davit/cloudinit"
	"github.com/davit-io/davit/internal/field"
)

func (a *app) cloudInitCmd() *cobra.Command {
	var most int
	cmd := &cobra.Command{
		Use:   "cloud-init FILE...",
		Short: "Check cloud-config documents and merge them",
		Long: "Check cloud-config documents, merge them as davit does with its own and a host's user_data, and print the result.\n" +
			"Lists are appended, and of other values the later file's counts. What cloud-init would refuse or silently skip is an error.",
		Example: "  davit cloud-init base.yaml web.yaml > user-data\n  davit cloud-init web.yaml -o json",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return nil
			}
			return usagef("", "%s needs a file, or several", cmd.CommandPath())
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.cloudInit(args, most) },
	}
	cmd.Flags().IntVar(&most, "max-bytes", cloudinit.OpenStackMax, "how large user-data may be")
	a.addOutput(cmd)
	return cmd
}

func (a *app) cloudInit(files []string, most int) error {
	if most < 1 {
		return usagef("", "--max-bytes must be more than nothing")
	}
	documents := make([][]byte, len(files))
	for i, file := range files {
		var err error
		if documents[i], err = os.ReadFile(file); err != nil {
			return usagef("", "%w", err)
		}
	}
	all, err := cloudinit.Together(documents...)
	if err != nil {
		return inFiles(err, files)
	}
	out, err := cloudinit.Show(all, most)
	if err != nil {
		return usagef("", "%w", err)
	}
	return a.print(out, func(w io.Writer) error {
		_, err := io.WriteString(w, out.Rendered)
		return err
	})
}

// inFiles says of findings in documents which files they are in.
func inFiles(err error, files []string) error {
	var errs []error
	for _, f := range field.All(err) {
		var i int
		_, _ = fmt.Sscanf(f.Path, "[%d]", &i) // Together begins every path so
		text := strings.TrimPrefix(f.Path[strings.IndexByte(f.Path, ']')+1:]+": "+f.Err.Error(), ": ")
		errs = append(errs, usagef(f.Next, "%s: %s", files[i], strings.TrimPrefix(text, ".")))
	}
	return errors.Join(errs...)
}
