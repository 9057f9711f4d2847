package provider

import (
	"context"
	"errors"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/remote"
	"github.com/davit-io/davit/internal/spec"
)

// Update implements resource.Resource.
func (r *hostResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	plan := objectOf(req.Plan.Raw)
	ctx, cancel := timeLimit(ctx, plan, "update", updateLimit)
	defer cancel()
	u := &hostUpdate{
		hostResource: r, plan: plan, prior: objectOf(req.State.Raw), imported: isImported(ctx, req.Private),
		rec: r.load(ctx, req.Private, objectOf(req.State.Raw), &resp.Diagnostics),
	}
	if u.rec == nil {
		return
	}
	err := u.run(ctx, objectOf(req.Config.Raw))
	save(ctx, resp.Private, u.rec, &resp.Diagnostics)
	if err != nil {
		r.tell(&resp.Diagnostics, u.rec.Name, err, "apply again: what is done is not done twice")
		return
	}
	state := u.state()
	resp.State.Raw = state.value()
	identify(ctx, resp.Identity, state, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, importedKey, []byte("false"))...)
}

// hostUpdate is the change of one host.
type hostUpdate struct {
	*hostResource
	plan, prior object
	imported    bool
	rec         *lifecycle.Record
	key         ssh.Signer
	agreed      *lifecycle.Plan // of a create that went on
}

func (u *hostUpdate) run(ctx context.Context, config object) error {
	h, key, err := u.wanted(u.plan, config)
	if err != nil {
		return err
	}
	u.key = key
	u.rec.KeyFile = h.SSHKey
	w, err := u.work(ctx, h, key)
	if err != nil {
		return err
	}
	defer w.done()
	o := lifecycle.CreateOptions{Until: until(u.plan), Agree: func(p *lifecycle.Plan) error {
		u.agreed = p
		return agree(u.plan, key)(p)
	}}
	switch {
	case u.imported:
		u.rec.Spec = h
		return w.Adopt(ctx, u.rec, o)
	case !u.plan.same("phase", u.prior):
		u.rec.Spec = h
		return w.Ensure(ctx, u.rec, o)
	}
	return u.change(ctx, w, h)
}

// change starts a host that is off, then changes what differs.
func (u *hostUpdate) change(ctx context.Context, w *work, h *spec.Host) error {
	recs := []*lifecycle.Record{u.rec}
	if !u.plan.same("state", u.prior) {
		if err := w.Start(ctx, recs); err != nil {
			return err
		}
	}
	u.rec.Spec.SSHKey = h.SSHKey // the same key, in another file
	if len(lifecycle.Changes(u.rec.Spec, h)) == 0 && u.plan.same("engine_mtu", u.prior) {
		return nil
	}
	return w.Update(ctx, recs, []*spec.Host{h})
}

// state is the plan with what became of it.
func (u *hostUpdate) state() object {
	state := u.plan.clone()
	if u.agreed != nil {
		_ = show(state, u.agreed, u.key) // it was shown before
	}
	fill(state, u.rec)
	state.set("state", string(drivers.StateRunning))
	state.set("authorized_key", remote.AuthorizedKey(u.key.PublicKey()))
	return state.known()
}

var errNotAdopted = errors.New("the host was imported and its configuration never applied")

// Delete implements resource.Resource. Disks with keep stay, and a host of the same name gets them again.
func (r *hostResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	state := objectOf(req.State.Raw)
	if protected(&resp.Diagnostics, "Host", state, "It is not removed.") {
		return
	}
	rec := r.load(ctx, req.Private, objectOf(req.State.Raw), &resp.Diagnostics)
	if rec == nil {
		return
	}
	ctx, cancel := timeLimit(ctx, state, "delete", deleteLimit)
	defer cancel()
	r.tell(&resp.Diagnostics, rec.Name, r.remove(ctx, rec), "apply again")
}

func (r *hostResource) remove(ctx context.Context, rec *lifecycle.Record) error {
	if rec.Spec == nil {
		return &drivers.Error{
			Err:  errNotAdopted,
			Next: "apply its configuration once, so that it is known which of its disks are to be kept; or forget it with a removed block",
		}
	}
	w, err := r.work(ctx, rec.Spec, nil)
	if err != nil {
		return err
	}
	defer w.done()
	if w.account.spares(rec) {
		return nil
	}
	_, err = w.Remove(ctx, []*lifecycle.Record{rec}, lifecycle.RemoveOptions{})
	return err
}
