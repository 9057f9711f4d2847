package provider

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/davit-io/davit/drivers"
)

// source is what data sources share: a name, and the provider's configuration.
type source struct {
	name string
	*session
}

// Metadata implements datasource.DataSource.
func (s *source) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_" + s.name
}

// Configure implements datasource.DataSourceWithConfigure.
func (s *source) Configure(_ context.Context, req datasource.ConfigureRequest, _ *datasource.ConfigureResponse) {
	s.session, _ = req.ProviderData.(*session) // nil as long as the provider isn't configured
}

// driverAttribute says which of the provider's platforms is asked.
func driverAttribute(table drivers.Table) schema.Attribute {
	return schema.StringAttribute{
		Optional: true, Computed: true,
		MarkdownDescription: "Platform to ask: `" + strings.Join(table.Names(), "`, `") + "`. Empty: the one whose block the provider has.",
	}
}

// ask opens the driver that a data source names and gives its capability C, and the name for the state. What keeps it
// from doing so is noted in diags, and ok is false.
func ask[C any](ctx context.Context, s *session, driver types.String, subject string, diags *diag.Diagnostics) (c C, name types.String, ok bool) {
	name = types.StringValue(s.driverOf(driver.ValueString()))
	if !s.known(name.ValueString()) {
		diags.AddError(subject+": too early", fmt.Sprintf("The provider's account at %s is not known before something else has been applied.\n\n"+
			"Next: give this data source a depends_on with what the account comes from; it is then read after that.", name.ValueString()))
		return c, name, false
	}
	d, err := s.driver(ctx, name.ValueString())
	if err != nil {
		report(diags, attributePath, subject, err)
		return c, name, false
	}
	if c, ok = drivers.As[C](d); !ok {
		report(diags, attributePath, subject, &drivers.Error{Kind: drivers.ErrUnsupported, Err: fmt.Errorf("%s has no such list", name.ValueString())})
	}
	return c, name, ok
}

// told is a number that the platform tells; null: it doesn't.
func told(n int) types.Int64 {
	if n == 0 {
		return types.Int64Null()
	}
	return types.Int64Value(int64(n))
}

// said is a text that the platform tells; null: it doesn't.
func said(text string) types.String {
	if text == "" {
		return types.StringNull()
	}
	return types.StringValue(text)
}
