package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/davit-io/davit/internal/mtu"
)

// mtuFunction is mtu(link, stack).
type mtuFunction struct{}

// Metadata implements function.Function.
func (mtuFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "mtu"
}

// Definition implements function.Function.
func (mtuFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "The MTU inside of overlays",
		MarkdownDescription: "Gives the largest packet in bytes that fits into a stack of encapsulations over a link. " +
			"Rounding to a cipher's blocks and fixed defaults are reckoned with. Known are `" + strings.Join(mtu.Names(), "`, `") + "`.",
		Parameters: []function.Parameter{
			function.Int64Parameter{Name: "link", MarkdownDescription: "MTU of the link in bytes, for example that of a `davit_network`."},
			function.ListParameter{Name: "stack", ElementType: types.StringType, MarkdownDescription: "Names of encapsulations, the outermost first; empty: the MTU of a bridge, which is the link's."},
		},
		Return: function.Int64Return{},
	}
}

// Run implements function.Function.
func (mtuFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var link int
	var stack []string
	if resp.Error = req.Arguments.Get(ctx, &link, &stack); resp.Error != nil {
		return
	}
	if _, err := mtu.Bridge(link); err != nil {
		resp.Error = failed(0, err)
		return
	}
	sum, err := mtu.Stack(link, stack...)
	if err != nil {
		resp.Error = failed(1, err)
		return
	}
	resp.Error = resp.Result.Set(ctx, int64(sum.Total))
}
