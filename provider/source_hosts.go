package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/davit-io/davit/internal/lifecycle"
)

// hostsSource is the data source davit_hosts.
type hostsSource struct{ source }

type hostsModel struct {
	hostFilter
	Hosts []foundHost `tfsdk:"hosts"`
}

type foundHost struct {
	ID        types.String      `tfsdk:"id"`
	Name      types.String      `tfsdk:"name"`
	Owner     types.String      `tfsdk:"owner"`
	State     types.String      `tfsdk:"state"`
	Fault     types.String      `tfsdk:"fault"`
	Address   types.String      `tfsdk:"address"`
	Addresses []string          `tfsdk:"addresses"`
	LinkMTU   types.Int64       `tfsdk:"link_mtu"`
	Tags      map[string]string `tfsdk:"tags"`
}

func (d *davit) hostsSource() datasource.DataSource {
	return &hostsSource{source{name: "hosts", session: &session{pool: d.pool}}}
}

// Schema implements datasource.DataSource.
func (s *hostsSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The hosts of davit's on a platform, whoever has their record, in the order of their names. The command line has `davit hosts`.",
		Attributes: map[string]schema.Attribute{
			"driver":     driverAttribute(s.table),
			"owner":      schema.StringAttribute{Optional: true, MarkdownDescription: "Only the host of this owner, as `davit inspect` shows it."},
			"deployment": schema.StringAttribute{Optional: true, MarkdownDescription: "Only hosts that a provider with this `deployment` made."},
			"name_regex": schema.StringAttribute{Optional: true, MarkdownDescription: "Regular expression that names match."},
			"tags": schema.MapAttribute{
				Optional: true, ElementType: types.StringType,
				MarkdownDescription: "Only hosts with these tags: metadata of OpenStack, custom attributes of vSphere.",
			},
			"hosts": schema.ListNestedAttribute{
				Computed: true, MarkdownDescription: "The hosts.",
				NestedObject: schema.NestedAttributeObject{Attributes: foundHostAttributes()},
			},
		},
	}
}

func foundHostAttributes() map[string]schema.Attribute {
	text := func(help string) schema.Attribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: help}
	}
	return map[string]schema.Attribute{
		"id": text("Id at the platform."), "name": text("Name."), "owner": text("What everything made for the host carries."),
		"state":     text("What it is doing: `running`, `stopped`, `error` and so on."),
		"fault":     text("Why it is in error, in the platform's words."),
		"address":   text("Address to reach it at."),
		"addresses": schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "All its addresses."},
		"link_mtu":  schema.Int64Attribute{Computed: true, MarkdownDescription: "MTU of its network in bytes, where the platform tells."},
		"tags":      schema.MapAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "What users noted on it at the platform."},
	}
}

// Read implements datasource.DataSource.
func (s *hostsSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m hostsModel
	if resp.Diagnostics.Append(req.Config.Get(ctx, &m)...); resp.Diagnostics.HasError() {
		return
	}
	driver, found := m.find(ctx, s.session, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	m.Driver, m.Hosts = driver, make([]foundHost, len(found))
	for i, h := range found {
		m.Hosts[i] = newFoundHost(h)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

func newFoundHost(h lifecycle.FoundHost) foundHost {
	f := foundHost{
		ID: types.StringValue(h.ID), Name: types.StringValue(h.Name), Owner: types.StringValue(string(h.Owner)),
		State: types.StringValue(string(h.State)), Fault: said(h.Fault), LinkMTU: told(h.LinkMTU), Tags: h.Tags, Addresses: []string{},
	}
	for _, a := range h.Addresses {
		f.Addresses = append(f.Addresses, a.IP.String())
	}
	if at := h.Dial(); at.IsValid() {
		f.Address = types.StringValue(at.String())
	}
	return f
}
