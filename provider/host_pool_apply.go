package provider

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/remote"
)

// The time limits of operations that have none of their own.
const (
	poolCreateLimit = time.Hour
	poolUpdateLimit = 2 * time.Hour
	poolDeleteLimit = 30 * time.Minute
)

const goesOn = "apply again: what works stays, what failed is made anew"

// Create implements resource.Resource. Terraform taints what ends with an error and would remove the whole pool, so
// hosts that fail while others come up are a warning.
func (r *poolResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	plan := objectOf(req.Plan.Raw)
	ctx, cancel := timeLimit(ctx, plan, "create", poolCreateLimit)
	defer cancel()
	a := &poolApply{poolResource: r, plan: plan}
	err := a.run(ctx, objectOf(req.Config.Raw), nil)
	if a.pool == nil || err != nil && len(a.pool.Members) == 0 { // nothing was made
		r.tell(&resp.Diagnostics, plan, err, goesOn)
		return
	}
	resp.State.Raw = a.state.value()
	saveMembers(ctx, resp.Private, a.pool.Members, &resp.Diagnostics)
	var failed diag.Diagnostics
	r.tell(&failed, plan, err, goesOn)
	for _, d := range failed {
		if a.ready > 0 {
			d = diag.NewWarningDiagnostic(d.Summary(), fmt.Sprintf("%s\n\n%d of %d hosts are ready, and stay.", d.Detail(), a.ready, a.pool.Count))
		}
		resp.Diagnostics.Append(d)
	}
}

// Update implements resource.Resource.
func (r *poolResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	plan := objectOf(req.Plan.Raw)
	ctx, cancel := timeLimit(ctx, plan, "update", poolUpdateLimit)
	defer cancel()
	members, err := r.load(ctx, req.Private)
	a := &poolApply{poolResource: r, plan: plan}
	if err == nil {
		err = a.run(ctx, objectOf(req.Config.Raw), members)
	}
	if a.pool != nil {
		resp.State.Raw = a.state.value()
		saveMembers(ctx, resp.Private, a.pool.Members, &resp.Diagnostics)
	}
	r.tell(&resp.Diagnostics, plan, err, goesOn)
}

// poolApply makes a pool what its plan says.
type poolApply struct {
	*poolResource
	plan  object
	pool  *lifecycle.Pool // nil: nothing was done
	state object
	ready int
}

func (a *poolApply) run(ctx context.Context, config object, members []*lifecycle.PoolMember) error {
	key, err := signer(config)
	if err != nil {
		return err
	}
	a.plan.set("authorized_key", remote.AuthorizedKey(key.PublicKey()))
	pool, err := a.poolResource.pool(a.plan, members)
	if err != nil {
		return err
	}
	w, err := a.work(ctx, pool.Template, key)
	if err != nil {
		return err
	}
	defer w.done()
	a.pool = pool
	err = w.Converge(ctx, pool, lifecycle.CreateOptions{Until: until(a.plan)})
	a.state = a.plan.known()
	look, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookLimit)
	defer cancel()
	recs := each(pool.Members, func(m *lifecycle.PoolMember) *lifecycle.Record { return m.Record })
	for _, rec := range recs {
		w.account.remember(rec)
	}
	a.ready = fillPool(a.state, pool, w.Status(look, recs))
	return err
}

// Read implements resource.Resource.
func (r *poolResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	state := objectOf(req.State.Raw)
	if !r.hosts.known(state.text("driver")) {
		return
	}
	ctx, cancel := timeLimit(ctx, state, "read", lookLimit)
	defer cancel()
	members, err := r.load(ctx, req.Private)
	if err == nil {
		err = r.read(ctx, state, members)
	}
	if err != nil {
		r.tell(&resp.Diagnostics, state, err, "try again")
		return
	}
	resp.State.Raw = state.value()
}

func (r *poolResource) read(ctx context.Context, state object, members []*lifecycle.PoolMember) error {
	pool, err := r.pool(state, members)
	if err != nil {
		return err
	}
	w, err := r.hosts.look(ctx, pool.Template, nil)
	if err != nil {
		return err
	}
	now := each(members, func(m *lifecycle.PoolMember) lifecycle.Status {
		s := lifecycle.Status{Record: m.Record}
		if m.Record.HostID != "" {
			s.Host, s.Err = w.account.survey.get(ctx, w.account.Driver, m.Record.HostID)
		}
		return s
	})
	for _, s := range now {
		if s.Err != nil && !errors.Is(s.Err, drivers.ErrNotFound) {
			return s.Err
		}
	}
	fillPool(state, pool, now)
	return nil
}

// fillPool puts what is known of the hosts into a state, and says how many are ready.
func fillPool(state object, p *lifecycle.Pool, now []lifecycle.Status) (ready int) {
	kind := state.kind.AttributeTypes["hosts"].(tftypes.Map).ElementType
	all := map[string]tftypes.Value{}
	for i, m := range p.Members {
		works := m.Marked && now[i].Host.State == drivers.StateRunning
		if works {
			ready++
		}
		key := lifecycle.PlaceName(p.Name, m.Place)
		if _, other := all[key]; other && !works {
			continue // the one that it is to replace is shown
		}
		all[key] = tftypes.NewValue(kind, texts(columns(p, m, now[i])))
	}
	state.at["hosts"] = tftypes.NewValue(state.kind.AttributeTypes["hosts"], all)
	state.at["ready"] = tftypes.NewValue(tftypes.Number, ready)
	return ready
}

func columns(p *lifecycle.Pool, m *lifecycle.PoolMember, now lifecycle.Status) map[string]string {
	rec := m.Record
	row := map[string]string{
		"name": rec.Name, "id": rec.HostID, "owner": string(rec.Owner), "zone": p.Zone(m), "phase": string(rec.Phase),
		"state": string(now.Host.State), "login_user": rec.User, "problem": rec.Problem, "address": "", "docker_host": "",
	}
	if at := rec.Dial(); at.IsValid() {
		row["address"] = at.Addr().String()
		if rec.User != "" && rec.Spec.Engine.Name != "none" {
			row["docker_host"] = "ssh://" + rec.User + "@" + at.String()
		}
	}
	return row
}

// Delete implements resource.Resource. Where the state's private part is missing, as in a tainted pool's, the hosts are
// found by their owners.
func (r *poolResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	state := objectOf(req.State.Raw)
	if protected(&resp.Diagnostics, "Pool", state, "It is not removed.") {
		return
	}
	ctx, cancel := timeLimit(ctx, state, "delete", poolDeleteLimit)
	defer cancel()
	members, err := r.load(ctx, req.Private)
	if err == nil {
		err = r.remove(ctx, state, members)
	}
	r.tell(&resp.Diagnostics, state, err, "apply again")
}

func (r *poolResource) remove(ctx context.Context, state object, members []*lifecycle.PoolMember) error {
	pool, err := r.pool(state, members)
	if err != nil {
		return err
	}
	pool.Count, pool.Adopts = 0, true
	w, err := r.work(ctx, pool.Template, nil)
	if err != nil {
		return err
	}
	defer w.done()
	spare(pool, w.account)
	return w.Converge(ctx, pool, lifecycle.CreateOptions{})
}

// spare leaves to a pool what it has taken over of this one, as it does when a pool that was left half made is replaced
// before it is destroyed.
func spare(p *lifecycle.Pool, a *account) {
	own := p.Owner
	p.Owner = func(host string) drivers.Owner {
		if owner := own(host); !a.took(owner) {
			return owner
		}
		return "" // nothing is found by it
	}
	p.Members = slices.DeleteFunc(p.Members, func(m *lifecycle.PoolMember) bool { return a.spares(m.Record) })
}
