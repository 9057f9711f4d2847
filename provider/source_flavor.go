package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/davit-io/davit/drivers"
)

// flavorSource is the data source davit_flavor.
type flavorSource struct{ source }

type flavorModel struct {
	Driver       types.String `tfsdk:"driver"`
	ID           types.String `tfsdk:"id"`
	Name         types.String `tfsdk:"name"`
	MinCPUs      types.Int64  `tfsdk:"min_cpus"`
	MinMemoryGiB types.Int64  `tfsdk:"min_memory_gib"`
	MinDiskGiB   types.Int64  `tfsdk:"min_disk_gib"`
	CPUs         types.Int64  `tfsdk:"cpus"`
	MemoryMiB    types.Int64  `tfsdk:"memory_mib"`
	DiskGiB      types.Int64  `tfsdk:"disk_gib"`
}

func (d *davit) flavorSource() datasource.DataSource {
	return &flavorSource{source{name: "flavor", session: &session{pool: d.pool}}}
}

// Schema implements datasource.DataSource.
func (s *flavorSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The smallest flavor that has what is asked for, on platforms that name the sizes of hosts. The command line has `davit flavors`. " +
			"A host finds its flavor by itself from `cpus` and `memory_gib`; this is for those who want to know it.",
		Attributes: map[string]schema.Attribute{
			"driver":         driverAttribute(s.table),
			"id":             schema.StringAttribute{Computed: true, MarkdownDescription: "Id at the platform, for the `flavor` of a host."},
			"name":           schema.StringAttribute{Optional: true, Computed: true, MarkdownDescription: "Name, or id."},
			"min_cpus":       schema.Int64Attribute{Optional: true, MarkdownDescription: "CPUs at least."},
			"min_memory_gib": schema.Int64Attribute{Optional: true, MarkdownDescription: "Memory at least, in GiB."},
			"min_disk_gib":   schema.Int64Attribute{Optional: true, MarkdownDescription: "Root disk at least, in GiB. A flavor whose disk is as large as the image has enough."},
			"cpus":           schema.Int64Attribute{Computed: true, MarkdownDescription: "CPUs."},
			"memory_mib":     schema.Int64Attribute{Computed: true, MarkdownDescription: "Memory in MiB."},
			"disk_gib":       schema.Int64Attribute{Computed: true, MarkdownDescription: "Root disk in GiB; null: as large as the image."},
		},
	}
}

// Read implements datasource.DataSource.
func (s *flavorSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m flavorModel
	if resp.Diagnostics.Append(req.Config.Get(ctx, &m)...); resp.Diagnostics.HasError() {
		return
	}
	const subject = "The flavor"
	lister, driver, ok := ask[drivers.Flavors](ctx, s.session, m.Driver, subject, &resp.Diagnostics)
	if !ok {
		return
	}
	all, err := lister.Flavors(ctx)
	if err == nil {
		var f drivers.Flavor
		f, err = drivers.FlavorWanted{
			Name: m.Name.ValueString(), CPUs: int(m.MinCPUs.ValueInt64()),
			MemoryMiB: int(m.MinMemoryGiB.ValueInt64()) * 1024, DiskGiB: int(m.MinDiskGiB.ValueInt64()),
		}.Pick(all)
		m.set(f)
	}
	if err != nil {
		report(&resp.Diagnostics, attributePath, subject, err)
		return
	}
	m.Driver = driver
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

func (m *flavorModel) set(f drivers.Flavor) {
	m.ID, m.CPUs, m.MemoryMiB, m.DiskGiB = types.StringValue(f.ID), told(f.CPUs), told(f.MemoryMiB), told(f.DiskGiB)
	if m.Name.IsNull() {
		m.Name = types.StringValue(f.Name)
	}
}
