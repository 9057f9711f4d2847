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
		},
		// An argument that may be left out, and not one that may be null: OpenTofu can't hand over a null.
		VariadicParameter: function.Int64Parameter{Name: "n", MarkdownDescription: "How many names, from the first. Left out: all that the pattern stands for."},
		Return:            function.ListReturn{ElementType: types.StringType},
	}
}

// Run implements function.Function.
func (hostNamesFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var pattern string
	var n []int
	if resp.Error = req.Arguments.Get(ctx, &pattern, &n); resp.Error != nil {
		return
	}
	if len(n) > 1 {
		resp.Error = function.NewArgumentFuncError(2, "takes one number of names at most")
		return
	}
	names, err := spec.Names(pattern)
	if len(n) == 1 {
		names, err = spec.FirstNames(pattern, n[0])
	}
	if err != nil {
		resp.Error = failed(0, err)
		return
	}
	resp.Error = resp.Result.Set(ctx, names)
}
