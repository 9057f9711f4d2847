package provider

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/spec"
)

// document is the host that a plan, a state or a configuration describes. What is unknown is left out of it, and is not
// missed. Its account is still that of nobody.
func document(table drivers.Table, o object) (h *spec.Host, unknown []string, err error) {
	doc := map[string]any{}
	for _, name := range roots(table) {
		value, missing := plain(o.at[name], name)
		if unknown = append(unknown, missing...); value != nil {
			doc[name] = value
		}
	}
	b, err := json.Marshal(doc)
	if err != nil {
		return nil, unknown, err
	}
	h, err = spec.FromJSON(table, b)
	if err = besides(unknown, err); err != nil {
		return nil, unknown, err
	}
	if len(unknown) > 0 || h.Driver == "" {
		return h, unknown, nil // what fits together is seen when all is known
	}
	return h, nil, h.Validate(table)
}

// roots are the attributes of a host that are its document.
func roots(table drivers.Table) []string {
	var names []string
	for _, o := range spec.OptionsOf(table, "") {
		name, _, _ := strings.Cut(o.Path, ".")
		names = append(names, name)
	}
	return append(slices.Compact(names), table.Names()...)
}

// besides leaves out the findings that are due to what is unknown.
func besides(unknown []string, err error) error {
	var errs []error
	for _, f := range field.All(err) {
		if !slices.ContainsFunc(unknown, func(path string) bool { return within(f.Path, path) || within(path, f.Path) }) {
			errs = append(errs, f)
		}
	}
	return errors.Join(errs...)
}

// hostPath finds the attribute of a host's option. An option of the account has none there.
func hostPath(table drivers.Table) func(string) path.Path {
	return func(option string) path.Path {
		for _, o := range spec.Options(table) {
			key, below := strings.CutPrefix(option, o.Path+".")
			switch {
			case o.Account && o.Path == option:
				return path.Empty()
			case below && o.Type == spec.Map:
				return attributePath(o.Path).AtMapKey(key)
			}
		}
		return attributePath(option)
	}
}
