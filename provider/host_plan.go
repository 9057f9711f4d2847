package provider

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/remote"
	"github.com/davit-io/davit/internal/spec"
)

// planning decides what a plan shows beyond what the user wrote.
type planning struct {
	*hostResource
	config, plan, prior object // a prior of none: the host is to be made
	imported            bool
	host                *spec.Host
	unknown             []string
	replace             []string          // options whose change needs a new host
	changes             map[string]string // what each change costs
}

// ModifyPlan implements resource.ResourceWithModifyPlan.
func (r *hostResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	prior := objectOf(req.State.Raw)
	if req.Plan.Raw.IsNull() {
		protected(&resp.Diagnostics, "Host", prior, "This plan would remove it.")
		return
	}
	if r.session == nil {
		return
	}
	p := &planning{
		hostResource: r, config: objectOf(req.Config.Raw), plan: objectOf(req.Plan.Raw), prior: prior,
		imported: isImported(ctx, req.Private), changes: map[string]string{},
	}
	ctx, cancel := timeLimit(ctx, p.plan, "read", lookLimit)
	defer cancel()
	if err := p.decide(ctx); err != nil {
		r.tell(&resp.Diagnostics, p.plan.text("name"), err, "plan again")
		return
	}
	for _, option := range p.replace {
		resp.RequiresReplace.Append(hostPath(r.table)(option))
	}
	if len(p.replace) > 0 && protected(&resp.Diagnostics, "Host", prior, "This plan would make it anew, because of "+strings.Join(p.replace, ", ")+".") {
		return
	}
	resp.Plan.Raw = p.plan.value()
}

func (p *planning) decide(ctx context.Context) error {
	if err := p.choose(); err != nil {
		return err
	}
	var err error
	if p.host, p.unknown, err = document(p.table, p.plan); err != nil {
		return err
	}
	switch {
	case p.prior.none():
		return p.make(ctx)
	case p.imported:
		return p.adopt(ctx)
	}
	return p.change(ctx)
}

// choose settles the driver.
func (p *planning) choose() error {
	if p.config.unknown("driver") {
		return nil
	}
	name := p.config.text("driver")
	for _, block := range p.table.Names() {
		if name == "" && !p.config.at[block].IsNull() {
			name = block
		}
	}
	if name = p.driverOf(name); name == "" {
		return field.Errorf("driver", "nothing says which platform the host is on").
			WithHint("name the driver, or give the provider the block of one platform")
	}
	p.plan.set("driver", name)
	return nil
}

// make plans a host that isn't there.
func (p *planning) make(ctx context.Context) error {
	p.plan.set("phase", string(p.goal()))
	p.plan.set("state", string(drivers.StateRunning))
	p.plan.set("changes", nil)
	if err := p.own(); err != nil {
		return err
	}
	if err := p.key(); err != nil {
		return err
	}
	return p.truth(ctx)
}

// own derives the owner.
func (p *planning) own() error {
	if slices.Contains(p.session.unknown, "deployment") || p.plan.unknown("name") {
		return nil
	}
	if err := p.deployed(); err != nil {
		return err
	}
	p.plan.set("owner", string(lifecycle.OwnerOf(p.deployment, p.plan.text("name"))))
	return nil
}

// deployed misses the provider's deployment, unless it isn't known yet.
func (p *planning) deployed() error {
	if p.deployment != "" || slices.Contains(p.session.unknown, "deployment") {
		return nil
	}
	return field.Errorf("", "the provider has no deployment").
		WithHint("give its block one, such as deployment = \"shop-production\": hosts are found by it and their name, so that none is made twice")
}

func (p *planning) goal() lifecycle.Phase {
	if p.plan.text("until") == string(lifecycle.UntilActive) {
		return lifecycle.PhaseCreated
	}
	return lifecycle.PhaseReady
}

// key shows the public half of the key to log in with. A key that is given as a value is known only when it is used.
func (p *planning) key() error {
	if p.config.unknown("ssh_key") || !p.config.given("ssh_key") {
		return nil
	}
	key, err := signer(p.config)
	if err == nil {
		p.plan.set("authorized_key", remote.AuthorizedKey(key.PublicKey()))
	}
	return err
}

// adopt plans what becomes of a host that was imported: the platform's part of the state stays.
func (p *planning) adopt(ctx context.Context) error {
	if name := p.plan.text("name"); name != p.prior.text("name") {
		return field.Errorf("name", "the host that was imported is called %q", p.prior.text("name")).
			WithHint("give it this name, or import another host")
	}
	if driver := p.plan.text("driver"); driver != p.prior.text("driver") {
		return field.Errorf("driver", "the host that was imported is on %s", p.prior.text("driver"))
	}
	for _, name := range []string{"id", "owner", "address", "addresses", "ssh_port", "resources"} {
		p.plan.at[name] = p.prior.at[name]
	}
	p.plan.set("phase", string(p.goal()))
	p.plan.set("state", string(drivers.StateRunning))
	p.plan.set("changes", nil)
	return errors.Join(p.key(), p.truth(ctx))
}

// truth shows what is decided for the host, when all is known that it takes.
func (p *planning) truth(ctx context.Context) error {
	if len(p.unknown) > 0 || !p.known(p.host.Driver) {
		return nil
	}
	if err := p.setAccount(p.host); err != nil {
		return err
	}
	stand, err := remote.GenerateKey("")
	if err != nil {
		return err
	}
	w, err := p.look(ctx, p.host, stand.Signer)
	if err != nil {
		return err
	}
	rec := lifecycle.NewRecord(p.host)
	if rec.Owner = drivers.Owner(p.plan.text("owner")); !p.prior.none() {
		rec.Phase = lifecycle.PhaseReady // nothing more of the quota is needed
	}
	plans, err := w.Plan(ctx, []*lifecycle.Record{rec})
	if err != nil {
		return err
	}
	return show(p.plan, plans[0], stand.Signer)
}

// decided are the attributes that show sets.
var decided = []string{"link_mtu", "engine_mtu", "mtu_sum", "image_id", "login_user", "user_data_sha256", "choices"}

func show(o object, plan *lifecycle.Plan, key ssh.Signer) error {
	o.set("link_mtu", plan.Resolved.LinkMTU)
	o.set("engine_mtu", plan.MTU.Total)
	o.set("mtu_sum", plan.Sum())
	o.set("image_id", plan.Resolved.Image.ID)
	o.set("login_user", plan.User)
	o.set("choices", choices(plan.Choices))
	// The key that stands in for the host's in a plan is another one each time.
	text := strings.ReplaceAll(plan.Preview, remote.AuthorizedKey(key.PublicKey()), "(the key to log in with)")
	sum := sha256.Sum256([]byte(text))
	o.set("user_data_sha256", hex.EncodeToString(sum[:]))
	return nil
}

// agree holds what is about to be made against what was planned.
func agree(planned object, key ssh.Signer) func(*lifecycle.Plan) error {
	return func(plan *lifecycle.Plan) error {
		now := planned.clone()
		if err := show(now, plan, key); err != nil {
			return err
		}
		var errs []error
		for _, name := range decided {
			if planned.given(name) && !planned.same(name, now) {
				errs = append(errs, field.Errorf("", "%s was planned as %s, and is %s now", name, text(planned.plain(name)), text(now.plain(name))).
					WithHint("plan again: the platform has changed since the plan was made"))
			}
		}
		return errors.Join(errs...)
	}
}

// replaces notes that the host must be made anew.
func (p *planning) replaces(option string) { p.replace = append(p.replace, option) }
