package provider

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/davit-io/davit/internal/lifecycle"
)

const (
	keyAttribute     = "ssh_private_key_wo"
	versionAttribute = "ssh_private_key_wo_version"
)

// Schema implements resource.Resource.
func (r *hostResource) Schema(ctx context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	all := optionAttributes(r.table)
	maps.Copy(all, ownAttributes(ctx))
	maps.Copy(all, computedAttributes())
	resp.Schema = schema.Schema{
		MarkdownDescription: "A container host: a virtual machine whose container engine answers. The plan shows what is decided for it; " +
			"`changes` shows what a change costs. A host that was begun and not completed is continued, and never made twice.",
		Attributes: all,
	}
}

// ownAttributes are those that only Terraform has.
func ownAttributes(ctx context.Context) map[string]schema.Attribute {
	return map[string]schema.Attribute{
		keyAttribute: schema.StringAttribute{
			Optional: true, WriteOnly: true, Sensitive: true,
			MarkdownDescription: "Private key to log in with (PEM, without a passphrase), instead of `ssh_key`. It is never stored.",
			Validators:          []validator.String{stringvalidator.AlsoRequires(path.MatchRoot(versionAttribute)), stringvalidator.ConflictsWith(path.MatchRoot("ssh_key"))},
		},
		versionAttribute: schema.Int64Attribute{
			Optional:            true,
			MarkdownDescription: "Version of `" + keyAttribute + "`. Another version is another key, and makes the host anew.",
			Validators:          []validator.Int64{int64validator.AlsoRequires(path.MatchRoot(keyAttribute))},
		},
		"until": schema.StringAttribute{
			Optional: true, Computed: true, Default: stringdefault.StaticString(string(lifecycle.UntilReady)),
			MarkdownDescription: "How far to make the host: `ready` (its engine answers) or `active` (the platform says that it runs; nothing is asked of the host itself). Counts when it is made.",
			Validators:          []validator.String{stringvalidator.OneOf(string(lifecycle.UntilReady), string(lifecycle.UntilActive))},
		},
		"deletion_protection": schema.BoolAttribute{
			Optional: true, Computed: true, Default: booldefault.StaticBool(false),
			MarkdownDescription: "Refuse to remove the host, also where a change would make it anew.",
		},
		"timeouts": timeouts.Attributes(ctx, timeouts.Opts{
			Create: true, Read: true, Update: true, Delete: true,
			CreateDescription: "Time limit for all of a create, such as `45m`. Default: `30m`.",
			ReadDescription:   "Time limit for a look at the platform. Default: `2m`.",
			UpdateDescription: "Time limit for all of a change. Default: `30m`.",
			DeleteDescription: "Time limit for a removal. Default: `20m`.",
		}),
	}
}

// computedAttributes are what davit decides and what the platform tells.
func computedAttributes() map[string]schema.Attribute {
	text := func(help string) schema.Attribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: help}
	}
	count := func(help string) schema.Attribute {
		return schema.Int64Attribute{Computed: true, MarkdownDescription: help}
	}
	texts := func(help string) schema.Attribute {
		return schema.ListAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: help}
	}
	rows := func(help string, columns map[string]string) schema.Attribute {
		inner := map[string]schema.Attribute{}
		for name, help := range columns {
			inner[name] = text(help)
		}
		return schema.ListNestedAttribute{Computed: true, MarkdownDescription: help, NestedObject: schema.NestedAttributeObject{Attributes: inner}}
	}
	return map[string]schema.Attribute{
		"id":               text("Id of the server at its platform."),
		"owner":            text("Owner that everything made for the host carries. It is derived from the provider's `deployment` and the host's name."),
		"phase":            text("How far the host has come. `ready`: complete."),
		"state":            text("What the host is doing, as its platform tells. One that is stopped is started by the next apply."),
		"address":          text("Address to reach the host at."),
		"addresses":        texts("All addresses of the host."),
		"ssh_port":         count("Port of its SSH server."),
		"login_user":       text("User to log in as."),
		"docker_host":      text("Value of `DOCKER_HOST` for the host's engine."),
		"authorized_key":   text("Public half of the key to log in with."),
		"host_keys":        texts("The host's own SSH keys, as lines of `authorized_keys`. No others are trusted."),
		"image_id":         text("Id of the image."),
		"link_mtu":         count("MTU of the host's network, as its platform tells. In bytes."),
		"engine_mtu":       count("MTU of the engine's networks. In bytes."),
		"mtu_sum":          text("How `engine_mtu` is computed."),
		"user_data_sha256": text("Hash of the user-data that the host boots with; what is known only when it is made counts as its placeholder."),
		"disk_devices":     texts("Where the guest finds its data disks, in the order of `disks`, whatever the order of its controllers."),
		"changes":          schema.MapAttribute{Computed: true, ElementType: types.StringType, MarkdownDescription: "What the last change of each option cost: `in place`, `engine restart` or `reboot`."},
		"choices":          rows("What was decided for the user.", map[string]string{"option": "Option it is about.", "value": "What was taken.", "reason": "Why."}),
		"resources":        rows("What was made for the host.", map[string]string{"kind": "Kind, in the platform's word.", "id": "Id at the platform.", "name": "Name or address."}),
	}
}

// IdentitySchema implements resource.ResourceWithIdentity.
func (r *hostResource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = identityschema.Schema{Attributes: map[string]identityschema.Attribute{
		"driver": identityschema.StringAttribute{OptionalForImport: true, Description: "Driver of the platform; empty: the provider's only one."},
		"id":     identityschema.StringAttribute{RequiredForImport: true, Description: "Id of the server at its platform."},
	}}
}
