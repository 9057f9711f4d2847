package provider

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/remote"
	"github.com/davit-io/davit/internal/spec"
)

// The time limits of operations that have none of their own.
const (
	lookLimit   = 2 * time.Minute
	createLimit = 30 * time.Minute
	updateLimit = 30 * time.Minute
	deleteLimit = 20 * time.Minute
)

// Create implements resource.Resource. A host that was begun is in the state before the error is told, so that
// Terraform taints it, and the next apply takes back what was made.
func (r *hostResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	plan := objectOf(req.Plan.Raw)
	ctx, cancel := timeLimit(ctx, plan, "create", createLimit)
	defer cancel()
	c := &hostCreation{hostResource: r, plan: plan}
	err := c.run(ctx, objectOf(req.Config.Raw))
	if c.agreed != nil { // else nothing was made
		state := c.state(err)
		resp.State.Raw = state.value()
		save(ctx, resp.Private, c.rec, &resp.Diagnostics)
		identify(ctx, resp.Identity, state, &resp.Diagnostics)
	}
	r.tell(&resp.Diagnostics, plan.text("name"), err, "apply again: Terraform removes what was made and makes the host anew; what a killed apply left is found and continued")
}

// hostCreation is the making of one host.
type hostCreation struct {
	*hostResource
	plan   object
	host   *spec.Host
	key    ssh.Signer
	rec    *lifecycle.Record
	agreed *lifecycle.Plan // nil: nothing was made
}

func (c *hostCreation) run(ctx context.Context, config object) error {
	var err error
	if c.host, c.key, err = c.wanted(c.plan, config); err != nil {
		return err
	}
	c.rec = lifecycle.NewRecord(c.host)
	c.rec.Owner, c.rec.KeyFile = lifecycle.OwnerOf(c.deployment, c.host.Name), c.host.SSHKey
	w, err := c.work(ctx, c.host, c.key)
	if err != nil {
		return err
	}
	defer w.done()
	fits := agree(c.plan, c.key)
	err = w.Ensure(ctx, c.rec, lifecycle.CreateOptions{Until: until(c.plan), Agree: func(p *lifecycle.Plan) error {
		if err := fits(p); err != nil {
			return err
		}
		c.agreed = p
		return nil
	}})
	w.account.remember(c.rec)
	if errors.Is(err, drivers.ErrExists) && c.agreed == nil {
		return importable(err, c.rec)
	}
	return err
}

// wanted reads the host and the key to log in with.
func (r *hostResource) wanted(plan, config object) (*spec.Host, ssh.Signer, error) {
	h, _, err := document(r.table, plan)
	if err == nil {
		err = r.setAccount(h)
	}
	if err != nil {
		return nil, nil, err
	}
	key, err := signer(config)
	return h, key, err
}

func until(o object) lifecycle.Until { return lifecycle.Until(o.text("until")) }

// importable says how a host that is complete comes into the state.
func importable(err error, rec *lifecycle.Record) error {
	return &drivers.Error{
		Kind: drivers.ErrExists, Err: err,
		Next: fmt.Sprintf("take it into the state with a block like import { to = davit_host.web, id = %q }; "+
			"or give the host another name, or the provider another deployment", rec.HostID),
	}
}

// state is what is known of the host, however the create ended.
func (c *hostCreation) state(failed error) object {
	state := c.plan.clone()
	_ = show(state, c.agreed, c.key) // it was shown before
	fill(state, c.rec)
	state.set("authorized_key", remote.AuthorizedKey(c.key.PublicKey()))
	state.set("changes", nil)
	state.set("state", string(drivers.StateRunning))
	if failed != nil {
		state.set("state", nil)
	}
	return state.known()
}
