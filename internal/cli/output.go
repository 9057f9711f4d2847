package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"
)

var formats = []string{"table", "json", "yaml"}

// addOutput gives a command -o.
func (a *app) addOutput(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&a.format, "output", "o", formats[0], "form of the result: "+strings.Join(formats, ", "))
	_ = cmd.RegisterFlagCompletionFunc("output", cobra.FixedCompletions(formats, cobra.ShellCompDirectiveNoFileComp))
	before := cmd.PreRunE
	cmd.PreRunE = func(cmd *cobra.Command, args []string) error {
		if !slices.Contains(formats, a.format) {
			return usagef(nearest(a.format, formats, ""), "--output %q is not one of %s", a.format, strings.Join(formats, ", "))
		}
		if before == nil {
			return nil
		}
		return before(cmd, args)
	}
}

// print writes a result: v as JSON or YAML, or what text writes.
func (a *app) print(v any, text func(io.Writer) error) error {
	switch a.format {
	case "json":
		enc := json.NewEncoder(a.io.Out)
		enc.SetIndent("", "  ")
		enc.SetEscapeHTML(false)
		return enc.Encode(v)
	case "yaml":
		data, err := toYAML(v)
		if err != nil {
			return err
		}
		_, err = a.io.Out.Write(data)
		return err
	default:
		return text(a.io.Out)
	}
}

// toYAML goes through JSON, so that both forms have the same keys in the same order.
func toYAML(v any) ([]byte, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return yaml.JSONToYAML(data)
}

// table aligns rows under a head.
func table(w io.Writer, head []string, rows [][]string) error {
	tw := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	for _, row := range append([][]string{head}, rows...) {
		for i, cell := range row {
			if cell == "" {
				row[i] = "-"
			}
		}
		if _, err := fmt.Fprintln(tw, strings.Join(row, "\t")); err != nil {
			return err
		}
	}
	return tw.Flush()
}
