package cli

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/davit-io/davit/internal/spec"
)

// optionFlags are the flags made of the options of every host and every driver. spec reads their values, so that a
// flag and a line of YAML mean the same.
type optionFlags struct {
	set     *pflag.FlagSet
	options map[string]spec.Option // by flag
}

// addOptions gives a command a flag for every option. Drivers that share a flag share its meaning.
func (a *app) addOptions(cmd *cobra.Command) optionFlags {
	flags := optionFlags{set: cmd.Flags(), options: map[string]spec.Option{}}
	for _, o := range spec.Options(a.table) {
		if _, there := flags.options[o.Flag]; there || o.Flag == "" {
			continue
		}
		flags.options[o.Flag] = o
		f := cmd.Flags().VarPF(&given{option: o}, o.Flag, "", usage(o))
		if o.Type == spec.Bool {
			f.NoOptDefVal = "true"
		}
		group(f, groupOf(o))
		_ = cmd.RegisterFlagCompletionFunc(o.Flag, completeValue(o))
	}
	return flags
}

func groupOf(o spec.Option) string {
	if o.Driver != "" {
		return "Options of driver " + o.Driver
	}
	if first, _, nested := strings.Cut(o.Path, "."); nested {
		return "Options of the " + first
	}
	return "Options of the host"
}

// usage is an option in a line of help.
func usage(o spec.Option) string {
	text := strings.TrimSuffix(o.Help, ".")
	if len(o.Values) > 0 {
		text += " (" + strings.Join(o.Values, ", ") + ")"
	}
	if o.Type == spec.Blocks {
		text += " (keys: " + strings.Join(keys(o.Fields), ", ") + "; may be given several times)"
	}
	if o.Unit != "" {
		text += " (" + o.Unit + ")"
	}
	if o.Default != "" {
		text += fmt.Sprintf(" (default %s)", o.Default)
	}
	return text
}

// given collects the values of a flag as they were written.
type given struct {
	option spec.Option
	values []string
}

func (g *given) String() string { return strings.Join(g.values, ",") }

func (g *given) Type() string {
	switch g.option.Type {
	case spec.Bool:
		return "bool" // pflag knows this word and shows a switch
	case spec.Int:
		return "number"
	case spec.List:
		return "a,b"
	case spec.Map:
		return "key=value"
	case spec.Blocks:
		return "key=value,..."
	case spec.Text, spec.Secret:
	}
	return "text"
}

func keys(options []spec.Option) []string {
	names := make([]string, len(options))
	for i, o := range options {
		names[i] = o.Key()
	}
	return names
}

// Set takes one value; spec says later whether it is a good one, together with all other findings.
func (g *given) Set(value string) error {
	if path, isFile := strings.CutPrefix(value, "@"); isFile && g.option.File {
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		value = string(data)
	}
	g.values = append(g.values, value)
	return nil
}

// given lists the flags that were given, in the order of their definition.
func (f optionFlags) given() []spec.Flag {
	var out []spec.Flag
	f.set.Visit(func(flag *pflag.Flag) {
		if g, ok := flag.Value.(*given); ok {
			out = append(out, spec.Flag{Name: flag.Name, Values: g.values})
		}
	})
	return out
}

// flagOf is the flag, as given, that set the option at path or the list that path leads into; "" if none did.
func (f optionFlags) flagOf(option spec.Option) string {
	if i := slices.IndexFunc(f.given(), func(g spec.Flag) bool { return g.Name == option.Flag }); i < 0 {
		return ""
	}
	return "--" + option.Flag
}
