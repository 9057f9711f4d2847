package spec

import (
	"slices"
	"strings"

	"github.com/davit-io/davit/drivers"
)

// Type is the shape of an option's value.
type Type string

// The types of options.
const (
	Bool   Type = "bool"
	Int    Type = "int"
	Text   Type = "text"
	Secret Type = "secret" // a text that is never shown or recorded
	List   Type = "list"   // of texts
	Map    Type = "map"    // of texts by name
	Blocks Type = "blocks" // a list of blocks, each with the options in Fields
)

// Option is one option on all its surfaces.
type Option struct {
	Path    string   // in the host document, for example "engine.name"; relative to the block in Fields
	Flag    string   // without dashes; empty: the option is the command's argument, or a field of a block
	Env     string   // environment variable; empty where Flag is
	Type    Type     // shape of the value
	Help    string   // sentences for people
	Default string   // as Set takes it; empty: the zero value
	Unit    string   // of a number, for example "GiB"
	Example string   // as Set takes it
	Change  string   // what a change costs: one of Changes
	Values  []string // the only values there are; empty: any
	Min     int      // of a number that is set; 0: none
	Max     int      // of a number that is set; 0: none
	Why     string   // why Min and Max are what they are
	Driver  string   // whose option it is; empty: every host's
	Fields  []Option // of Blocks

	Required bool // must be given
	File     bool // a flag's value "@path" stands for the text in that file; the front end reads it
	Zone     bool // says in which part of the platform the host is, one of several that fail apart
	Account  bool // says which login at the platform: hosts of one login share it

	index []int
}

// Changes are the change classes of options: what a change of the value costs a host.
func Changes() []string { return []string{"in place", "engine restart", "reboot", "replace"} }

// Key is the option's key in its mapping of the YAML document.
func (o Option) Key() string { return o.Path[strings.LastIndex(o.Path, ".")+1:] }

// Options lists every option there is: those of every host, then each driver's, in the order of their definition.
// Drivers may share a flag, so Flag and Env are unique only per driver.
func Options(table drivers.Table) []Option {
	all := slices.Clone(fieldsOf(&Host{}))
	for i := range all {
		if all[i].Path == "driver" {
			all[i].Values = table.Names()
		}
	}
	for _, c := range table {
		for _, o := range fieldsOf(c.Options()) {
			o.Path, o.Driver = c.Name+"."+o.Path, c.Name
			all = append(all, o)
		}
	}
	return all
}

// OptionsOf lists the options of hosts of one driver. Flag and Env are unique in it.
func OptionsOf(table drivers.Table, driver string) []Option {
	return slices.DeleteFunc(Options(table), func(o Option) bool { return o.Driver != "" && o.Driver != driver })
}

// ZoneOption is the path of the option that names a host's zone on one driver; "": its platform has none.
func ZoneOption(table drivers.Table, driver string) string {
	all := OptionsOf(table, driver)
	i := slices.IndexFunc(all, func(o Option) bool { return o.Driver == driver && o.Zone })
	if i < 0 {
		return ""
	}
	return all[i].Path
}

// surfaces names the option on the command line and in the environment: kebab-case and upper snake of the path.
// A list of blocks is a repeatable flag in the singular.
func (o *Option) surfaces() {
	words := strings.ReplaceAll(o.Path, ".", "_")
	o.Env = "DAVIT_" + strings.ToUpper(words)
	if o.Type == Blocks {
		words = strings.TrimSuffix(words, "s")
	}
	o.Flag = strings.ReplaceAll(words, "_", "-")
}
