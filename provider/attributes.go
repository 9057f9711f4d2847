package provider

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64default"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/spec"
)

// optionAttributes makes the attributes of a host from its options: those of every host, and a nested attribute for
// each driver. What belongs to an account is in the provider's block. Checks are not repeated here: the whole document
// is validated at once, and each finding has the path of its attribute.
func optionAttributes(table drivers.Table) map[string]schema.Attribute {
	all := attributesBelow("", spec.OptionsOf(table, ""))
	for _, c := range table {
		own := slices.DeleteFunc(spec.Options(table), func(o spec.Option) bool { return o.Driver != c.Name || o.Account })
		all[c.Name] = schema.SingleNestedAttribute{
			Optional: true, MarkdownDescription: c.Help, Attributes: attributesBelow(c.Name+".", own),
		}
	}
	return all
}

// attributesBelow makes the attributes of the options below prefix; a dot in the rest of a path opens a nested one.
func attributesBelow(prefix string, options []spec.Option) map[string]schema.Attribute {
	all, groups := map[string]schema.Attribute{}, map[string][]spec.Option{}
	for _, o := range options {
		name, _, nested := strings.Cut(strings.TrimPrefix(o.Path, prefix), ".")
		if nested {
			groups[name] = append(groups[name], o)
			continue
		}
		all[name] = attributeOf(o)
	}
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		all[name] = schema.SingleNestedAttribute{
			Optional: true, MarkdownDescription: "Options of the " + name + ".", Attributes: attributesBelow(prefix+name+".", groups[name]),
		}
	}
	return all
}

// attributeOf panics on a secret, which no host has had so far: a mistake of the option's author, found by the first
// test. It would have to be write-only.
func attributeOf(o spec.Option) schema.Attribute {
	help, defaults := describe(o)+changeOf(o), o.Default != ""
	required := o.Required && o.Path != "driver"
	switch o.Type {
	case spec.Text:
		a := schema.StringAttribute{Required: required, Optional: !required, Computed: defaults || o.Path == "driver", MarkdownDescription: help}
		if defaults {
			a.Default = stringdefault.StaticString(o.Default)
		}
		return a
	case spec.Int:
		a := schema.Int64Attribute{Required: required, Optional: !required, Computed: defaults, MarkdownDescription: help}
		if defaults {
			a.Default = int64default.StaticInt64(number(o.Default))
		}
		return a
	case spec.Bool:
		a := schema.BoolAttribute{Required: required, Optional: !required, Computed: defaults, MarkdownDescription: help}
		if defaults {
			a.Default = booldefault.StaticBool(o.Default == "true")
		}
		return a
	case spec.List:
		return schema.ListAttribute{Required: required, Optional: !required, MarkdownDescription: help, ElementType: types.StringType}
	case spec.Map:
		return schema.MapAttribute{Required: required, Optional: !required, MarkdownDescription: help, ElementType: types.StringType}
	case spec.Blocks:
		return schema.ListNestedAttribute{
			Required: required, Optional: !required, MarkdownDescription: help,
			NestedObject: schema.NestedAttributeObject{Attributes: attributesBelow("", o.Fields)},
		}
	case spec.Secret:
	}
	panic(fmt.Sprintf("option %s: a host can't have a %s", o.Path, o.Type))
}

func number(text string) (n int64) {
	_, _ = fmt.Sscan(text, &n) // the table of options is tested
	return n
}

// changeOf says what a change of the option costs the host.
func changeOf(o spec.Option) string {
	switch {
	case o.Path == "ssh_key":
		return " Another file with the same key is no change; another key makes the host anew."
	case o.Change == "replace":
		return " A change makes the host anew."
	case o.Change == "reboot":
		return " A change reboots the host."
	case o.Change == "engine restart":
		return " A change restarts the engine."
	}
	return " A change is made in place."
}
