package spec

import (
	"fmt"
	"strings"

	"github.com/davit-io/davit/drivers"
)

// Reference writes the options as Markdown tables: every host's, then each driver's.
func Reference(table drivers.Table) []byte {
	var b strings.Builder
	b.WriteString("# Options\n\n" +
		"The same option is a key of the host document, a flag of `davit create` and an environment variable. A value from a\n" +
		"later place wins: default, environment, host document, flag. \"Change\" is what it costs a host when the value changes.\n" +
		"\n## Every host\n\n")
	writeTable(&b, ownOptions(table, ""))
	for _, c := range table {
		fmt.Fprintf(&b, "\n## Driver %s\n\n%s\n\n", c.Name, c.Help)
		writeTable(&b, ownOptions(table, c.Name))
	}
	return []byte(b.String())
}

func writeTable(b *strings.Builder, options []Option) {
	b.WriteString("| Key | Flag | Environment | Type | Default | Change | |\n|---|---|---|---|---|---|---|\n")
	for _, o := range options {
		writeRow(b, o.Path, o)
		for _, f := range o.Fields {
			writeRow(b, o.Path+"[]."+f.Path, f)
		}
	}
}

func writeRow(b *strings.Builder, path string, o Option) {
	cells := []string{
		code(path), code(dashed(o.Flag)), code(o.Env), o.kind(), code(o.Default), o.Change, o.remarks(),
	}
	for i := range cells {
		cells[i] = strings.ReplaceAll(cells[i], "|", `\|`)
	}
	b.WriteString("| " + strings.Join(cells, " | ") + " |\n")
}

func code(s string) string {
	if s == "" {
		return ""
	}
	return "`" + s + "`"
}

func dashed(flag string) string {
	if flag == "" {
		return ""
	}
	return "--" + flag
}

func (o Option) kind() string {
	if o.Unit == "" {
		return string(o.Type)
	}
	return string(o.Type) + ", " + o.Unit
}

// remarks is the help with what else is to be known.
func (o Option) remarks() string {
	said := []string{sentence(o.Help)}
	if o.Required {
		said = append(said, "Required.")
	}
	if len(o.Values) > 0 {
		said = append(said, "One of `"+strings.Join(o.Values, "`, `")+"`.")
	}
	if o.Max > 0 {
		said = append(said, fmt.Sprintf("%d to %d: %s.", o.Min, o.Max, o.Why))
	}
	if o.File {
		said = append(said, "As a flag, `@path` reads a file.")
	}
	if o.Example != "" {
		said = append(said, "Example: "+code(o.Example)+".")
	}
	return strings.Join(said, " ")
}
