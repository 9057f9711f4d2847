package provider

import (
	"context"
	"maps"
	"time"

	tfaction "github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/action/schema"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/spec"
)

// Actions lists the actions; a new one is a line here.
func (d *davit) Actions(context.Context) []func() tfaction.Action {
	return []func() tfaction.Action{
		func() tfaction.Action { return &hostAction{verb: reboot, table: d.pool.table} },
		func() tfaction.Action { return &hostAction{verb: provision, table: d.pool.table} },
	}
}

// verb is what an action does to a host.
type verb struct {
	name, help string
	limit      time.Duration
	needsKey   bool
	more       map[string]schema.Attribute
	do         func(ctx context.Context, w *work, rec *lifecycle.Record, config object) error
}

var reboot = verb{
	name: "reboot", limit: updateLimit,
	help: "Restarts a host and waits until its engine answers again. A host that is given by its id alone, or that was made with " +
		"`until = \"active\"`, is waited for until its platform says that it runs. The command line has `davit restart`.",
	more: map[string]schema.Attribute{
		"force": schema.BoolAttribute{Optional: true, MarkdownDescription: "As a reset button does, without asking the guest."},
	},
	do: func(ctx context.Context, w *work, rec *lifecycle.Record, config object) error {
		force, _ := config.plain("force").(bool)
		return w.Restart(ctx, []*lifecycle.Record{rec}, force)
	},
}

var provision = verb{
	name: "provision", limit: updateLimit, needsKey: true,
	help: "Writes the configuration of a host's engine again, with the MTU that its network has now, and checks the host. " +
		"The command line has `davit provision`.",
	do: func(ctx context.Context, w *work, rec *lifecycle.Record, _ object) error {
		return w.Update(ctx, []*lifecycle.Record{rec}, []*spec.Host{rec.Spec})
	},
}

// hostAction is an action on one host: davit_host_reboot or davit_host_provision.
type hostAction struct {
	verb
	*session
	table drivers.Table
}

// Metadata implements action.Action.
func (a *hostAction) Metadata(_ context.Context, req tfaction.MetadataRequest, resp *tfaction.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_host_" + a.name
}

// Configure implements action.ActionWithConfigure.
func (a *hostAction) Configure(_ context.Context, req tfaction.ConfigureRequest, _ *tfaction.ConfigureResponse) {
	a.session, _ = req.ProviderData.(*session)
}

// Schema implements action.Action.
func (a *hostAction) Schema(_ context.Context, _ tfaction.SchemaRequest, resp *tfaction.SchemaResponse) {
	all := map[string]schema.Attribute{
		"host": schema.DynamicAttribute{
			Required:            true,
			MarkdownDescription: "The host: all of a `davit_host`, as in `host = davit_host.web`.",
		},
		// A file, since the configuration of an action is in the plan, and what may not be there can't be said in one.
		"ssh_key": schema.StringAttribute{
			Optional:            true,
			MarkdownDescription: "File with the private key to log in with, for a host that has no `ssh_key` of its own.",
		},
		"timeout": schema.StringAttribute{Optional: true, MarkdownDescription: "Time limit for all of it, such as `45m`. Default: `" + a.limit.String() + "`."},
	}
	maps.Copy(all, a.more)
	resp.Schema = schema.Schema{MarkdownDescription: a.help, Attributes: all}
}
