package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/davit-io/davit/internal/spec"
)

// hostNamesFunction is host_names(pattern, n).
type hostNamesFunction struct{}

// Metadata implements function.Function.
func (hostNamesFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "host_names"
}

// Definition implements function.Function.
func (hostNamesFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "The names that a pattern stands for",
		MarkdownDescription: "Gives the names that a pattern stands for, as the command line does: `web-{1..20}`, `web-{01..20}`, " +
			"or `web-{1..}` for as many as one likes. `toset` of them is for `for_each`.",
		Parameters: []function.Parameter{
			function.StringParameter{Name: "pattern", MarkdownDescription: "A name with at most one range of numbers in it."},
			function.Int64Parameter{Name: "n", AllowNullValue: true, MarkdownDescription: "How many names, from the first; null: all that the pattern stands for."},
		},
		Return: function.ListReturn{ElementType: types.StringType},
	}
}

// Run implements function.Function.
func (hostNamesFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var pattern string
	var n *int
	if resp.Error = req.Arguments.Get(ctx, &pattern, &n); resp.Error != nil {
		return
	}
	names, err := spec.Names(pattern)
	if n != nil {
		names, err = spec.FirstNames(pattern, *n)
	}
	if err != nil {
		resp.Error = failed(0, err)
		return
	}
	resp.Error = resp.Result.Set(ctx, names)
}
