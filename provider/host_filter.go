package provider

import (
	"context"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/lifecycle"
)

// hostFilter says which hosts of a platform are meant.
type hostFilter struct {
	Driver     types.String      `tfsdk:"driver"`
	Owner      types.String      `tfsdk:"owner"`
	Deployment types.String      `tfsdk:"deployment"`
	NameRegex  types.String      `tfsdk:"name_regex"`
	Tags       map[string]string `tfsdk:"tags"`
}

// find lists the hosts that are meant, and names the driver that was asked.
func (f hostFilter) find(ctx context.Context, s *session, diags *diag.Diagnostics) (types.String, []lifecycle.FoundHost) {
	const subject = "The hosts"
	pattern, err := regexp.Compile(f.NameRegex.ValueString())
	if err != nil {
		diags.AddAttributeError(path.Root("name_regex"), "No regular expression", err.Error())
		return f.Driver, nil
	}
	d, driver, ok := ask[drivers.Driver](ctx, s, f.Driver, subject, diags)
	if !ok {
		return driver, nil
	}
	found, err := (&lifecycle.Runner{Driver: d}).Hosts(ctx, lifecycle.HostsWanted{
		Owner: drivers.Owner(f.Owner.ValueString()), Deployment: f.Deployment.ValueString(), Name: pattern, Tags: f.Tags,
	})
	report(diags, attributePath, subject, err)
	return driver, found
}
