// Package provider is davit for Terraform and OpenTofu: schemas, the mapping between their values and davit's, and
// diagnostics. What is done with a host is the lifecycle's, the same as for the command line; what a user may ask for
// is defined once, in internal/spec.
package provider

import (
	"context"

	tf "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/davit-io/davit/drivers"
)

// Address is where Terraform looks for this provider.
const Address = "registry.terraform.io/davit-io/davit"

// davit is one configured provider; each alias of Terraform's is another.
type davit struct {
	version string
	pool    *pool
}

// New makes a provider with the drivers of a table.
func New(version string, table drivers.Table) tf.Provider {
	return &davit{version: version, pool: newPool(table)}
}

// Serve answers Terraform on the standard streams until it hangs up, then logs out of every platform.
func Serve(ctx context.Context, version string, table drivers.Table, debug bool) error {
	p := newPool(table)
	defer p.close(ctx)
	fresh := func() tf.Provider { return &davit{version: version, pool: p} }
	return providerserver.Serve(ctx, fresh, providerserver.ServeOpts{Address: Address, Debug: debug, ProtocolVersion: 6})
}

// Metadata implements provider.Provider.
func (d *davit) Metadata(_ context.Context, _ tf.MetadataRequest, resp *tf.MetadataResponse) {
	resp.TypeName, resp.Version = "davit", d.version
}

// Configure implements provider.Provider. Nothing is asked of a platform here: drivers log in at their first call.
func (d *davit) Configure(_ context.Context, req tf.ConfigureRequest, resp *tf.ConfigureResponse) {
	s, err := newSession(d.pool, req.Config.Raw)
	if err != nil {
		report(&resp.Diagnostics, attributePath, "The provider's configuration", err)
		return
	}
	resp.DataSourceData, resp.ResourceData, resp.EphemeralResourceData = s, s, s
	resp.ActionData, resp.ListResourceData = s, s
}
