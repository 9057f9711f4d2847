package provider

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/spec"
)

var (
	_ resource.ResourceWithConfigure      = (*poolResource)(nil)
	_ resource.ResourceWithValidateConfig = (*poolResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*poolResource)(nil)
)

// poolResource is davit_host_pool.
type poolResource struct{ hosts hostResource }

func (d *davit) poolResource() resource.Resource {
	return &poolResource{hostResource{table: d.pool.table}}
}

// Metadata implements resource.Resource.
func (r *poolResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_host_pool"
}

// Configure implements resource.ResourceWithConfigure.
func (r *poolResource) Configure(ctx context.Context, req resource.ConfigureRequest, resp *resource.ConfigureResponse) {
	r.hosts.Configure(ctx, req, resp)
}

// ValidateConfig implements resource.ResourceWithValidateConfig.
func (r *poolResource) ValidateConfig(_ context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	config := objectOf(req.Config.Raw)
	_, _, err := document(r.hosts.table, config)
	r.tell(&resp.Diagnostics, config, errors.Join(err, keyGiven(config), budget(config)), "")
}

// budget misses room for changes.
func budget(config object) error {
	surge := config.given("max_surge") && config.number("max_surge") == 0
	if surge && !config.unknown("max_unavailable") && config.number("max_unavailable") == 0 {
		return field.Errorf("max_unavailable", "no host may be more and none may be missed, so none could ever be replaced").
			WithHint("give max_surge or max_unavailable at least 1")
	}
	return nil
}

func (r *poolResource) tell(diags *diag.Diagnostics, o object, err error, next string) {
	for _, one := range apart(err) {
		if e, ok := errors.AsType[*lifecycle.PhaseError](one); ok {
			e.Next = next
		}
	}
	report(diags, hostPath(r.hosts.table), "Pool "+o.text("name"), err)
}

// apart lists the errors that are joined in one.
func apart(err error) []error {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, apart(e)...)
	}
	return all
}

// pool is what a plan or a state describes, with the hosts that there are.
func (r *poolResource) pool(o object, members []*lifecycle.PoolMember) (*lifecycle.Pool, error) {
	h, _, err := document(r.hosts.table, o)
	if err == nil {
		err = r.hosts.setAccount(h)
	}
	if err != nil {
		return nil, err
	}
	p := &lifecycle.Pool{
		Name: h.Name, Template: h, ZoneOption: spec.ZoneOption(r.hosts.table, h.Driver), Members: members,
		Bounds: lifecycle.Bounds{
			Count: o.number("size"), Surge: o.number("max_surge"), Unavailable: o.number("max_unavailable"), Unhealthy: o.number("max_unhealthy_percent"),
		},
		Key: o.text("authorized_key"), Adopts: len(members) > 0, Parallel: int(r.hosts.parallelism),
		Owner: func(host string) drivers.Owner { return lifecycle.PoolOwnerOf(r.hosts.deployment, host) },
	}
	zones, _ := o.plain("zones").([]any)
	for _, zone := range zones {
		p.Zones = append(p.Zones, text(zone))
	}
	if len(p.Zones) > 0 && p.ZoneOption == "" {
		return nil, field.Errorf("zones", "%w: hosts on %s have no option that names a zone", drivers.ErrUnsupported, h.Driver).WithHint("leave zones out")
	}
	return p, nil
}

// load reads the records of a pool's hosts from the private part of the state.
func (r *poolResource) load(ctx context.Context, from private) ([]*lifecycle.PoolMember, error) {
	text, diags := from.GetKey(ctx, recordKey)
	if diags.HasError() || len(text) == 0 {
		return nil, nil
	}
	var members []*lifecycle.PoolMember
	err := json.Unmarshal(text, &members)
	for _, m := range members {
		if err == nil {
			err = m.Record.Spec.Bind(r.hosts.table)
		}
		if err == nil {
			err = r.hosts.setAccount(m.Record.Spec)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("the state has no records of the hosts that this version can read: %w", err)
	}
	return members, nil
}

func saveMembers(ctx context.Context, to private, members []*lifecycle.PoolMember, diags *diag.Diagnostics) {
	text, err := json.Marshal(members)
	if err != nil {
		report(diags, attributePath, "The hosts' records", err)
		return
	}
	diags.Append(to.SetKey(ctx, recordKey, text)...)
}

// work opens the driver to change hosts, and waits for all places: a pool takes as many as there are.
func (r *poolResource) work(ctx context.Context, h *spec.Host, key ssh.Signer) (*work, error) {
	return r.hosts.workOn(ctx, h, key, r.hosts.parallelism)
}
