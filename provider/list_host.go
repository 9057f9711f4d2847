package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/davit-io/davit/internal/lifecycle"
)

// ListResources lists the list resources; a new one is a line here.
func (d *davit) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{func() list.ListResource { return &hostList{} }}
}

// hostList is the list resource davit_host: hosts that can be imported.
type hostList struct{ *session }

// Metadata implements list.ListResource.
func (l *hostList) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_host"
}

// Configure implements list.ListResourceWithConfigure.
func (l *hostList) Configure(_ context.Context, req resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	l.session, _ = req.ProviderData.(*session)
}

// ListResourceConfigSchema implements list.ListResource.
func (l *hostList) ListResourceConfigSchema(_ context.Context, _ list.ListResourceSchemaRequest, resp *list.ListResourceSchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The hosts of davit's on a platform, whoever has their record, for `terraform query` and to be imported.",
		Attributes: map[string]schema.Attribute{
			"driver":     schema.StringAttribute{Optional: true, MarkdownDescription: "Platform to ask. Empty: the one whose block the provider has."},
			"owner":      schema.StringAttribute{Optional: true, MarkdownDescription: "Only the host of this owner."},
			"deployment": schema.StringAttribute{Optional: true, MarkdownDescription: "Only hosts that a provider with this `deployment` made."},
			"name_regex": schema.StringAttribute{Optional: true, MarkdownDescription: "Regular expression that names match."},
			"tags": schema.MapAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Only hosts with these tags: metadata of OpenStack, custom attributes of vSphere.",
			},
		},
	}
}

// List implements list.ListResource.
func (l *hostList) List(ctx context.Context, req list.ListRequest, stream *list.ListResultsStream) {
	var diags diag.Diagnostics
	driver, found := l.find(ctx, req, &diags)
	if diags.HasError() {
		stream.Results = list.ListResultsStreamDiagnostics(diags)
		return
	}
	stream.Results = func(push func(list.ListResult) bool) {
		for i, h := range found {
			if req.Limit > 0 && int64(i) == req.Limit || !push(result(ctx, req, driver, h)) {
				return
			}
		}
	}
}

func (l *hostList) find(ctx context.Context, req list.ListRequest, diags *diag.Diagnostics) (string, []lifecycle.FoundHost) {
	var m hostFilter
	if diags.Append(req.Config.Get(ctx, &m)...); diags.HasError() {
		return "", nil
	}
	driver, found := m.find(ctx, l.session, diags)
	return driver.ValueString(), found
}

// result is a host as it would be imported.
func result(ctx context.Context, req list.ListRequest, driver string, h lifecycle.FoundHost) list.ListResult {
	r := req.NewListResult(ctx)
	r.DisplayName = h.Name
	rec := h.Record()
	state := recognized(objectOf(r.Resource.Raw), driver, rec)
	see(state, rec, h.Host)
	identify(ctx, r.Identity, state, &r.Diagnostics)
	if req.IncludeResource {
		r.Resource.Raw = state.value()
	}
	return r
}
