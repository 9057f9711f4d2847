package provider

import (
	"context"
	"regexp"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/davit-io/davit/drivers"
)

// imageSource is the data source davit_image.
type imageSource struct{ source }

type imageModel struct {
	Driver       types.String `tfsdk:"driver"`
	ID           types.String `tfsdk:"id"`
	Name         types.String `tfsdk:"name"`
	NameRegex    types.String `tfsdk:"name_regex"`
	Distro       types.String `tfsdk:"distro"`
	Architecture types.String `tfsdk:"architecture"`
	MostRecent   types.Bool   `tfsdk:"most_recent"`
	User         types.String `tfsdk:"user"`
	DiskGiB      types.Int64  `tfsdk:"disk_gib"`
	MemoryMiB    types.Int64  `tfsdk:"memory_mib"`
	Created      types.String `tfsdk:"created"`
}

func (d *davit) imageSource() datasource.DataSource {
	return &imageSource{source{name: "image", session: &session{pool: d.pool}}}
}

// Schema implements datasource.DataSource.
func (s *imageSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "An image that hosts can boot from: an image of OpenStack, a template of vSphere. The command line has `davit images`.",
		Attributes: map[string]schema.Attribute{
			"driver":       driverAttribute(s.table),
			"id":           schema.StringAttribute{Computed: true, MarkdownDescription: "Id at the platform, for the `image` of a host."},
			"name":         schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "Name, or id."},
			"name_regex":   schema.StringAttribute{Optional: true, MarkdownDescription: "Regular expression that the name matches."},
			"distro":       schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "Distribution as the platform spells it, for example `debian`."},
			"architecture": schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "Architecture as the platform spells it."},
			"most_recent":  schema.BoolAttribute{Optional: true, MarkdownDescription: "Of several take the one that was made last, instead of an error."},
			"user":         schema.StringAttribute{Computed: true, MarkdownDescription: "Login user, where the platform tells."},
			"disk_gib":     schema.Int64Attribute{Computed: true, MarkdownDescription: "The smallest root disk that it boots on, in GiB."},
			"memory_mib":   schema.Int64Attribute{Computed: true, MarkdownDescription: "The least memory that it boots with, in MiB, where the platform tells."},
			"created":      schema.StringAttribute{Computed: true, MarkdownDescription: "When it was made (RFC 3339), where the platform tells."},
		},
	}
}

// Read implements datasource.DataSource.
func (s *imageSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m imageModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	pattern, err := regexp.Compile(m.NameRegex.ValueString())
	if err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("name_regex"), "No regular expression", err.Error())
	}
	if resp.Diagnostics.HasError() {
		return
	}
	const subject = "The image"
	lister, driver, ok := ask[drivers.Lister](ctx, s.session, m.Driver, subject, &resp.Diagnostics)
	if !ok {
		return
	}
	all, err := lister.Images(ctx)
	if err == nil {
		var image drivers.Image
		image, err = drivers.ImageWanted{
			Name: m.Name.ValueString(), Pattern: pattern, Distro: m.Distro.ValueString(),
			Architecture: m.Architecture.ValueString(), Newest: m.MostRecent.ValueBool(),
		}.Pick(all)
		m.set(image)
	}
	if err != nil {
		report(&resp.Diagnostics, attributePath, subject, err)
		return
	}
	m.Driver = driver
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

func (m *imageModel) set(i drivers.Image) {
	m.ID, m.User = types.StringValue(i.ID), said(i.User)
	// What was asked for stays as it was written: it may be an id, or differ in case.
	for asked, found := range map[*types.String]string{&m.Name: i.Name, &m.Distro: i.Distro, &m.Architecture: i.Architecture} {
		if asked.IsNull() {
			*asked = said(found)
		}
	}
	m.DiskGiB, m.MemoryMiB, m.Created = told(i.DiskGiB), told(i.MemoryMiB), types.StringNull()
	if !i.Created.IsZero() {
		m.Created = types.StringValue(i.Created.UTC().Format(time.RFC3339))
	}
}
