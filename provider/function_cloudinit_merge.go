package provider

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/function"

	"github.com/davit-io/davit/cloudinit"
	"github.com/davit-io/davit/internal/field"
)

// mergeFunction is cloudinit_merge(documents...).
type mergeFunction struct{}

// Metadata implements function.Function.
func (mergeFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "cloudinit_merge"
}

// Definition implements function.Function.
func (mergeFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "One cloud-config document made of several",
		MarkdownDescription: "Merges cloud-config documents into one, as davit does with its own and the `user_data` of a host: " +
			"lists are appended, and of other values the later document's counts. Each document is checked first; " +
			"what cloud-init would refuse or silently skip is an error.",
		VariadicParameter: function.StringParameter{Name: "documents", MarkdownDescription: "Cloud-config documents (YAML), the strongest last."},
		Return:            function.StringReturn{},
	}
}

// Run implements function.Function.
func (mergeFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var documents []string
	if resp.Error = req.Arguments.Get(ctx, &documents); resp.Error != nil {
		return
	}
	all, err := cloudinit.Together(bytesOf(documents)...)
	for _, f := range field.All(err) {
		var argument int64
		_, _ = fmt.Sscanf(f.Path, "[%d]", &argument) // Together begins every path so
		resp.Error = function.ConcatFuncErrors(resp.Error, failed(argument, f))
	}
	if resp.Error != nil {
		return
	}
	text, err := cloudinit.Render(all, 0)
	if err != nil {
		resp.Error = function.NewFuncError(err.Error())
		return
	}
	resp.Error = resp.Result.Set(ctx, string(text))
}

func bytesOf(texts []string) [][]byte {
	out := make([][]byte, len(texts))
	for i, text := range texts {
		out[i] = []byte(text)
	}
	return out
}
