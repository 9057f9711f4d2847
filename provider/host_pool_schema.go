package provider

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/int64default"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// Schema implements resource.Resource.
func (r *poolResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	all := optionAttributes(r.hosts.table)
	maps.Copy(all, ownAttributes(ctx))
	maps.Copy(all, poolAttributes(ctx))
	resp.Schema = schema.Schema{
		MarkdownDescription: "Container hosts that are all made of one description, many at a time. A host has a place in the pool, which is its key in `hosts` and never changes; " +
			"where an option is changed whose change makes a host anew, one after the other is replaced, and the next only when the new one is ready.\n\n" +
			"What fails doesn't keep the others. A first apply of which at least one host came up ends with a warning, since Terraform would remove all of them after an error; " +
			"the next apply makes the rest. A `postcondition` that `self.ready == self.size` has such an apply fail nevertheless. " +
			"A host that fails in later applies is an error, and the others stay, too.",
		Attributes: all,
	}
}

// poolAttributes are those that a pool has and a host hasn't, or has otherwise.
func poolAttributes(ctx context.Context) map[string]schema.Attribute {
	count := func(help string, otherwise, least, most int64) schema.Attribute {
		return schema.Int64Attribute{
			Optional: true, Computed: true, Default: int64default.StaticInt64(otherwise), MarkdownDescription: help,
			Validators: []validator.Int64{int64validator.Between(least, most)},
		}
	}
	host := map[string]schema.Attribute{}
	for name, help := range hostColumns {
		host[name] = schema.StringAttribute{Computed: true, MarkdownDescription: help}
	}
	return map[string]schema.Attribute{
		"name": schema.StringAttribute{
			Required:            true,
			MarkdownDescription: "Name of the pool. Its hosts are called after their places, such as `web-1`; one that replaces another that is still there is called `web-1-b`. A change makes the pool anew.",
		},
		"size": schema.Int64Attribute{
			Required: true, MarkdownDescription: "Hosts that there are to be. When there are too many, those that don't work go first, then those that are to be replaced, then the newest.",
			Validators: []validator.Int64{int64validator.Between(0, 1000)},
		},
		"zones": schema.ListAttribute{
			Optional: true, ElementType: types.StringType,
			MarkdownDescription: "Zones to spread hosts over: availability zones on OpenStack, clusters on vSphere. A new host goes where the fewest are. One whose zone is listed no more is replaced.",
		},
		"max_surge":             count("Hosts more than `size`, at most, while hosts are replaced. Default: `1`.", 1, 0, 1000),
		"max_unavailable":       count("Hosts fewer than `size` that work, at least, while hosts are replaced or restarted. With `0`, the default, a change that needs a restart replaces hosts, too.", 0, 0, 1000),
		"max_unhealthy_percent": count("Share of `size` that may fail before no more hosts are changed. Default: `0`, the first that fails ends it.", 0, 0, 100),
		"deletion_protection": schema.BoolAttribute{
			Optional: true, Computed: true, Default: booldefault.StaticBool(false),
			MarkdownDescription: "Refuse to remove the pool, also where a change would make it anew. Hosts are replaced and scaled down nevertheless.",
		},
		"timeouts": timeouts.Attributes(ctx, timeouts.Opts{
			Create: true, Read: true, Update: true, Delete: true,
			CreateDescription: "Time limit for all of a create, such as `45m`. Default: `1h`.",
			ReadDescription:   "Time limit for a look at the platform. Default: `2m`.",
			UpdateDescription: "Time limit for all of a change. Default: `2h`.",
			DeleteDescription: "Time limit for a removal. Default: `30m`.",
		}),
		"hosts": schema.MapNestedAttribute{
			Computed: true, MarkdownDescription: "The hosts, by place. While one replaces another, the new one is shown as soon as it is ready.",
			NestedObject: schema.NestedAttributeObject{Attributes: host},
		},
		"ready":          schema.Int64Attribute{Computed: true, MarkdownDescription: "Hosts that are ready and running."},
		"steps":          schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "What is done with hosts by this change, in order. Steps of one line are taken at once."},
		"authorized_key": schema.StringAttribute{Computed: true, MarkdownDescription: "Public half of the key to log in with."},
	}
}

var hostColumns = map[string]string{
	"name":        "Name of the host.",
	"id":          "Id of the server at its platform.",
	"owner":       "Owner that everything made for the host carries.",
	"zone":        "Zone that it was made in; empty where the pool doesn't spread.",
	"phase":       "How far the host has come. `ready`: complete.",
	"state":       "What the host is doing, as its platform tells. Empty: it has none such host.",
	"address":     "Address to reach the host at.",
	"docker_host": "Value of `DOCKER_HOST` for the host's engine.",
	"login_user":  "User to log in as.",
	"problem":     "What went wrong with it.",
}
