package provider

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/davit-io/davit/internal/lifecycle"
)

// ModifyPlan implements resource.ResourceWithModifyPlan.
func (r *poolResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	prior := objectOf(req.State.Raw)
	if req.Plan.Raw.IsNull() {
		protected(&resp.Diagnostics, "Pool", prior, "This plan would remove it.")
		return
	}
	if r.hosts.session == nil {
		return
	}
	p := &poolPlanning{planning: planning{hostResource: &r.hosts, config: objectOf(req.Config.Raw), plan: objectOf(req.Plan.Raw), prior: prior}, pools: r}
	ctx, cancel := timeLimit(ctx, p.plan, "read", lookLimit)
	defer cancel()
	if err := p.decide(ctx, req.Private); err != nil {
		r.tell(&resp.Diagnostics, p.plan, err, "plan again")
		return
	}
	for _, option := range p.replace {
		resp.RequiresReplace.Append(hostPath(r.hosts.table)(option))
	}
	if len(p.replace) > 0 && protected(&resp.Diagnostics, "Pool", prior, "This plan would make it anew, because of "+strings.Join(p.replace, ", ")+".") {
		return
	}
	resp.Plan.Raw = p.plan.value()
}

// poolPlanning decides what the plan of a pool shows.
type poolPlanning struct {
	planning
	pools *poolResource
}

func (p *poolPlanning) decide(ctx context.Context, from private) error {
	if err := p.choose(); err != nil {
		return err
	}
	if err := p.deployed(); err != nil {
		return err
	}
	if err := p.login(); err != nil {
		return err
	}
	p.plan.setUnknown("hosts", "ready", "steps")
	var err error
	if _, p.unknown, err = document(p.table, p.plan); err != nil {
		return err
	}
	for _, name := range []string{"name", "driver"} {
		if !p.prior.none() && !p.plan.same(name, p.prior) {
			p.replaces(name)
		}
	}
	if len(p.unknown) > 0 || len(p.replace) > 0 || !p.known(p.plan.text("driver")) || p.open() {
		return nil
	}
	return p.steps(ctx, from)
}

// open says that something of the pool itself isn't known yet.
func (p *poolPlanning) open() bool {
	for _, name := range []string{"size", "zones", "max_surge", "max_unavailable", "max_unhealthy_percent"} {
		if !p.plan.at[name].IsFullyKnown() {
			return true
		}
	}
	return false
}

// login shows the public half of the key; one that is given as a value is another when its version is.
func (p *poolPlanning) login() error {
	switch {
	case p.config.given("ssh_key"):
		return p.key()
	case !p.prior.none() && !p.config.unknown("ssh_key") && p.plan.same(versionAttribute, p.prior):
		p.plan.at["authorized_key"] = p.prior.at["authorized_key"]
	default:
		p.plan.setUnknown("authorized_key")
	}
	return nil
}

// steps shows what is to be done. Where that is nothing, all that is known stays as it is.
func (p *poolPlanning) steps(ctx context.Context, from private) error {
	members, err := p.pools.load(ctx, from)
	if err != nil {
		return err
	}
	pool, err := p.pools.pool(p.plan, members)
	if err != nil {
		return err
	}
	if !p.plan.given("authorized_key") && !p.prior.none() {
		return nil // which hosts it concerns is known when the key is
	}
	w, err := p.look(ctx, pool.Template, nil)
	if err != nil {
		return err
	}
	now, err := w.Look(ctx, pool, until(p.plan))
	if err != nil {
		return err
	}
	waves := pool.Steps(pool.Name, now)
	if len(waves) > 0 || p.prior.none() {
		p.plan.set("steps", inLines(waves))
		return nil
	}
	for _, name := range []string{"hosts", "ready", "steps"} {
		p.plan.at[name] = p.prior.at[name]
	}
	return nil
}

// inLines writes the steps, a line for those that are taken at once.
func inLines(waves [][]lifecycle.Step) []string {
	return each(waves, func(wave []lifecycle.Step) string {
		return strings.Join(each(wave, lifecycle.Step.String), ", ")
	})
}
