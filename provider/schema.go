package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	tf "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/spec"
)

// Schema implements provider.Provider: a block for each driver with the options of its account, all of which have the
// command line's environment variables for defaults.
func (d *davit) Schema(_ context.Context, _ tf.SchemaRequest, resp *tf.SchemaResponse) {
	blocks := map[string]schema.Block{}
	for _, c := range d.pool.table {
		blocks[c.Name] = schema.SingleNestedBlock{
			MarkdownDescription: c.Help + " The account that hosts, data sources and actions of this provider use there.",
			Attributes:          accountAttributes(d.pool.table, c.Name),
		}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Container hosts: virtual machines that run a container engine.",
		Blocks:              blocks,
		Attributes: map[string]schema.Attribute{
			"deployment": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Name under which hosts of this configuration are told from those of others in the same project. " +
					"A host is found by its deployment and its name, so a killed apply never makes a second one. " +
					"Required for hosts. Environment: `DAVIT_DEPLOYMENT`.",
			},
			"max_parallel": schema.Int64Attribute{
				Optional:            true,
				MarkdownDescription: "Hosts to make, change or remove at a time, at most. Empty: as many as Terraform asks for. Environment: `DAVIT_MAX_PARALLEL`.",
				Validators:          []validator.Int64{int64validator.AtLeast(1)},
			},
		},
	}
}

// accountOptions lists the options of a driver that belong to its account.
func accountOptions(table drivers.Table, driver string) []spec.Option {
	var own []spec.Option
	for _, o := range spec.Options(table) {
		if o.Driver == driver && o.Account {
			own = append(own, o)
		}
	}
	return own
}

func accountAttributes(table drivers.Table, driver string) map[string]schema.Attribute {
	all := map[string]schema.Attribute{}
	for _, o := range accountOptions(table, driver) {
		all[o.Key()] = accountAttribute(o)
	}
	return all
}

// accountAttribute panics on a type that no account has had so far: a mistake of the driver's author, found by the
// first test.
func accountAttribute(o spec.Option) schema.Attribute {
	help := describe(o) + " Environment: `" + o.Env + "`."
	switch o.Type {
	case spec.Text, spec.Secret:
		return schema.StringAttribute{Optional: true, MarkdownDescription: help, Sensitive: o.Type == spec.Secret}
	case spec.Bool:
		return schema.BoolAttribute{Optional: true, MarkdownDescription: help}
	case spec.Int:
		return schema.Int64Attribute{Optional: true, MarkdownDescription: help}
	case spec.List:
		return schema.ListAttribute{Optional: true, MarkdownDescription: help, ElementType: types.StringType}
	case spec.Map, spec.Blocks:
	}
	panic(fmt.Sprintf("option %s: an account can't have a %s", o.Path, o.Type))
}

// describe is an option's help for the reference.
func describe(o spec.Option) string {
	text := strings.TrimSuffix(o.Help, ".") + "."
	if len(o.Values) > 0 {
		text += " One of `" + strings.Join(o.Values, "`, `") + "`."
	}
	if o.Unit != "" {
		text += " In " + o.Unit + "."
	}
	if o.Max > 0 {
		text += fmt.Sprintf(" %d to %d: %s.", o.Min, o.Max, o.Why)
	}
	return text
}
