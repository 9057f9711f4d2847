package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/resource"
)

// Resources lists the resources; a new one is a line here.
func (d *davit) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{d.hostResource, d.poolResource}
}

// DataSources lists the data sources; a new one is a line here.
func (d *davit) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{d.imageSource, d.flavorSource, d.networkSource, d.hostsSource, d.cloudinitSource}
}
