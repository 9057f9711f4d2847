package cli

import (
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"github.com/davit-io/davit/internal/spec"
)

// document is where a host comes from: a file, the environment and flags, the weakest being the defaults.
type document struct {
	app   *app
	file  string // empty: none
	text  []byte
	flags optionFlags
}

// read reads the file, if one was named.
func (d *document) read() error {
	if d.file == "" {
		return nil
	}
	var err error
	d.text, err = os.ReadFile(d.file)
	if err != nil {
		return usagef("-f names a host file; examples/hosts has some", "%w", err)
	}
	return nil
}

// host makes the host that the sources describe.
func (d *document) host() (*spec.Host, error) {
	return spec.Sources{Lookup: d.lookup, FileName: d.file, File: d.text, Flags: d.flags.given()}.Host(d.app.table)
}

func (d *document) lookup(name string) (string, bool) {
	v := d.app.io.Getenv(name)
	return v, v != ""
}

// said tells whether the user said anything of what the host shall be.
func (d *document) said() bool { return d.file != "" || len(d.flags.given()) > 0 }

// where finds the flag, the line or the variable that gave the value at path, the strongest first.
func (d *document) where(path string) string {
	option, ok := d.option(path)
	if !ok {
		return ""
	}
	if flag := d.flags.flagOf(option); flag != "" {
		return flag
	}
	if line := lineOf(d.text, path); line > 0 {
		return fmt.Sprintf("%s:%d", d.file, line)
	}
	if _, ok := d.lookup(option.Env); ok && option.Env != "" {
		return "environment variable " + option.Env
	}
	if option.Flag != "" {
		return "--" + option.Flag + " (not given)"
	}
	return ""
}

var indexes = regexp.MustCompile(`\[.*`)

// option finds the option at path; for a path into a list the list.
func (d *document) option(path string) (spec.Option, bool) {
	path = indexes.ReplaceAllString(path, "")
	for _, o := range spec.Options(d.app.table) {
		if o.Path == path || (o.Type == spec.Map && strings.HasPrefix(path, o.Path+".")) {
			return o, true
		}
	}
	return spec.Option{}, false
}

// lineOf finds the line of the value at path, or of the nearest thing around it that is there; 0: nothing is.
func lineOf(text []byte, path string) int {
	file, err := parser.ParseBytes(text, 0)
	if err != nil || len(text) == 0 {
		return 0
	}
	for ; path != ""; path = path[:max(0, strings.LastIndexAny(path, ".["))] {
		at, err := yaml.PathString("$." + path)
		if err != nil {
			return 0
		}
		if node, err := at.FilterFile(file); err == nil && node != nil {
			return firstLine(node)
		}
	}
	return 0
}

func firstLine(node ast.Node) int {
	if m, ok := node.(*ast.MappingNode); ok && len(m.Values) > 0 {
		node = m.Values[0].Key
	}
	return node.GetToken().Position.Line
}
