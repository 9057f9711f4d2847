package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/davit-io/davit/cloudinit"
	"github.com/davit-io/davit/internal/field"
)

// cloudinitSource is the data source davit_cloudinit.
type cloudinitSource struct{ source }

type cloudinitModel struct {
	Documents []string     `tfsdk:"documents"`
	MaxBytes  types.Int64  `tfsdk:"max_bytes"`
	Rendered  types.String `tfsdk:"rendered"`
	Base64    types.String `tfsdk:"base64"`
	Bytes     types.Int64  `tfsdk:"bytes"`
	SHA256    types.String `tfsdk:"sha256"`
}

func (d *davit) cloudinitSource() datasource.DataSource {
	return &cloudinitSource{source{name: "cloudinit"}}
}

// Schema implements datasource.DataSource.
func (s *cloudinitSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Cloud-config documents, checked, merged into one and rendered. What cloud-init would refuse or silently skip is an error here. " +
			"Lists are appended, and of other values the later document's counts. The command line has `davit cloud-init`.",
		Attributes: map[string]schema.Attribute{
			"documents": schema.ListAttribute{Required: true, ElementType: types.StringType, MarkdownDescription: "Cloud-config documents (YAML), the strongest last."},
			"max_bytes": schema.Int64Attribute{
				Optional: true, Validators: []validator.Int64{int64validator.AtLeast(1)},
				MarkdownDescription: "How large user-data may be in bytes. Empty: what Nova takes, 49149.",
			},
			"rendered": schema.StringAttribute{Computed: true, MarkdownDescription: "The document, for the `user_data` of a host."},
			"base64":   schema.StringAttribute{Computed: true, MarkdownDescription: "The document as it is handed to a guest, in base64. It is compressed where it is larger than `max_bytes` otherwise."},
			"bytes":    schema.Int64Attribute{Computed: true, MarkdownDescription: "Size of what is handed to a guest, in bytes."},
			"sha256":   schema.StringAttribute{Computed: true, MarkdownDescription: "Hash of the document, in hexadecimal digits."},
		},
	}
}

// Read implements datasource.DataSource.
func (s *cloudinitSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m cloudinitModel
	if resp.Diagnostics.Append(req.Config.Get(ctx, &m)...); resp.Diagnostics.HasError() {
		return
	}
	if err := m.render(); err != nil {
		report(&resp.Diagnostics, attributePath, "The cloud-config", inDocuments(err))
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

func (m *cloudinitModel) render() error {
	all, err := cloudinit.Together(bytesOf(m.Documents)...)
	if err != nil {
		return err
	}
	out, err := cloudinit.Show(all, int(m.MaxBytes.ValueInt64()))
	if err != nil {
		return err
	}
	m.Rendered, m.SHA256 = types.StringValue(out.Rendered), types.StringValue(out.SHA256)
	m.Base64, m.Bytes = types.StringValue(out.Base64), told(out.Bytes)
	return nil
}

// inDocuments puts findings at their document: what is inside of one is no attribute of Terraform's.
func inDocuments(err error) error {
	var errs []error
	for _, f := range field.All(err) {
		end := strings.IndexByte(f.Path, ']') + 1
		document, inside := f.Path[:end], strings.TrimPrefix(f.Path[end:], ".")
		if inside != "" {
			f.Err = fmt.Errorf("%s: %w", inside, f.Err)
		}
		errs = append(errs, &field.Error{Path: "documents" + document, Err: f.Err, Next: f.Next})
	}
	return errors.Join(errs...)
}
