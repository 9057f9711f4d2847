package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/davit-io/davit/drivers"
)

// networkSource is the data source davit_network.
type networkSource struct{ source }

type networkModel struct {
	Driver  types.String `tfsdk:"driver"`
	ID      types.String `tfsdk:"id"`
	Name    types.String `tfsdk:"name"`
	Kind    types.String `tfsdk:"kind"`
	MinMTU  types.Int64  `tfsdk:"min_mtu"`
	MTU     types.Int64  `tfsdk:"mtu"`
	Carrier types.String `tfsdk:"carrier"`
}

func (d *davit) networkSource() datasource.DataSource {
	return &networkSource{source{name: "network", session: &session{pool: d.pool}}}
}

// Schema implements datasource.DataSource.
func (s *networkSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A network that hosts can be connected to, with its MTU. The command line has `davit networks`.",
		Attributes: map[string]schema.Attribute{
			"driver": driverAttribute(s.table),
			"id":     schema.StringAttribute{Computed: true, MarkdownDescription: "Id at the platform, for the `network` of a host."},
			"name":   schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "Name, or id. Empty: the only one that fits."},
			"kind": schema.StringAttribute{
				Optional: true, Computed: true,
				MarkdownDescription: "On OpenStack `project`, `shared` or `external`; on vSphere `standard`, `distributed` or `nsx`.",
			},
			"min_mtu": schema.Int64Attribute{Optional: true, MarkdownDescription: "MTU at least, in bytes."},
			"mtu":     schema.Int64Attribute{Computed: true, MarkdownDescription: "MTU in bytes; null where the platform doesn't tell."},
			"carrier": schema.StringAttribute{Computed: true, MarkdownDescription: "How packets travel between hosts, for example `vxlan`; null where the account isn't told."},
		},
	}
}

// Read implements datasource.DataSource.
func (s *networkSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m networkModel
	if resp.Diagnostics.Append(req.Config.Get(ctx, &m)...); resp.Diagnostics.HasError() {
		return
	}
	const subject = "The network"
	lister, driver, ok := ask[drivers.Lister](ctx, s.session, m.Driver, subject, &resp.Diagnostics)
	if !ok {
		return
	}
	all, err := lister.Networks(ctx)
	if err == nil {
		var n drivers.Network
		n, err = drivers.NetworkWanted{
			Name: m.Name.ValueString(), Kind: drivers.NetworkKind(m.Kind.ValueString()), MTU: int(m.MinMTU.ValueInt64()),
		}.Pick(all)
		m.set(n)
	}
	if err != nil {
		report(&resp.Diagnostics, attributePath, subject, err)
		return
	}
	m.Driver = driver
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

func (m *networkModel) set(n drivers.Network) {
	m.ID, m.Kind, m.MTU, m.Carrier = types.StringValue(n.ID), types.StringValue(string(n.Kind)), told(n.MTU), said(n.Carrier)
	if m.Name.IsNull() {
		m.Name = types.StringValue(n.Name)
	}
}
