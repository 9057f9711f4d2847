package provider

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/lifecycle"
)

// Read implements resource.Resource. As long as the provider's account is not known, nobody can be asked, and the state
// stays as it is.
func (r *hostResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	state := objectOf(req.State.Raw)
	rec := r.load(ctx, req.Private, objectOf(req.State.Raw), &resp.Diagnostics)
	if rec == nil {
		return
	}
	identify(ctx, resp.Identity, state, &resp.Diagnostics)
	if rec.HostID == "" || !r.known(state.text("driver")) {
		return
	}
	ctx, cancel := timeLimit(ctx, state, "read", lookLimit)
	defer cancel()
	now, err := r.now(ctx, state.text("driver"), rec)
	switch {
	case errors.Is(err, drivers.ErrNotFound):
		resp.State.RemoveResource(ctx)
		return
	case err != nil:
		r.tell(&resp.Diagnostics, rec.Name, err, "try again")
		return
	}
	see(state, rec, now)
	resp.State.Raw = state.value()
	save(ctx, resp.Private, rec, &resp.Diagnostics)
	if now.State == drivers.StateError {
		resp.Diagnostics.AddAttributeWarning(path.Root("state"), "Host "+rec.Name+" is broken",
			strings.TrimSpace("Its platform says: state error. "+now.Fault)+"\n\nNext: the next apply makes it anew.")
	}
}

func (r *hostResource) now(ctx context.Context, driver string, rec *lifecycle.Record) (drivers.Host, error) {
	a, err := r.accountFor(ctx, driver, rec)
	if err != nil {
		return drivers.Host{}, err
	}
	return a.survey.get(ctx, a.Driver, rec.HostID)
}

// accountFor opens the driver of a host; one that was imported has no document yet.
func (r *hostResource) accountFor(ctx context.Context, driver string, rec *lifecycle.Record) (*account, error) {
	h := rec.Spec
	if h == nil {
		var err error
		if h, err = r.host(driver); err != nil {
			return nil, err
		}
	}
	return r.open(ctx, h)
}

// ImportState implements resource.ResourceWithImportState: by the server's id at its platform, with the driver before
// it where the provider has several, as in "openstack/8a7c...", or by identity.
func (r *hostResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	driver, id := r.imports(ctx, req, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	rec, err := r.recognize(ctx, driver, id)
	if err != nil {
		r.tell(&resp.Diagnostics, id, err, "name the id of a server that davit made")
		return
	}
	state := recognized(objectOf(resp.State.Raw), driver, rec)
	resp.State.Raw = state.value()
	identify(ctx, resp.Identity, state, &resp.Diagnostics)
	save(ctx, resp.Private, rec, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.Private.SetKey(ctx, importedKey, []byte("true"))...)
}

// recognized is the state of a host of which only its platform has told.
func recognized(like object, driver string, rec *lifecycle.Record) object {
	state := like.empty()
	state.set("name", rec.Name)
	state.set("driver", driver)
	fill(state, rec)
	for _, name := range []string{"host_keys", "disk_devices", "choices"} {
		state.set(name, nil) // nobody knows them yet
	}
	return state
}

// imports reads which host is meant.
func (r *hostResource) imports(ctx context.Context, req resource.ImportStateRequest, diags *diag.Diagnostics) (driver, id string) {
	if id = req.ID; id == "" && req.Identity != nil {
		diags.Append(req.Identity.GetAttribute(ctx, path.Root("id"), &id)...)
		var named *string
		diags.Append(req.Identity.GetAttribute(ctx, path.Root("driver"), &named)...)
		if named != nil {
			driver = *named
		}
	}
	if before, after, ok := strings.Cut(id, "/"); ok && driver == "" {
		driver, id = before, after
	}
	if driver = r.driverOf(driver); driver == "" || id == "" {
		diags.AddError("Import of a host: what is it?", fmt.Sprintf("%q names no server.\n\n"+
			"Next: give the id of the server at its platform; with several platforms the driver before it, as in openstack/ID.", req.ID))
	}
	return driver, id
}

func (r *hostResource) recognize(ctx context.Context, driver, id string) (*lifecycle.Record, error) {
	h, err := r.host(driver)
	if err != nil {
		return nil, err
	}
	w, err := r.look(ctx, h, nil)
	if err != nil {
		return nil, err
	}
	rec, err := w.Recognize(ctx, id)
	if err == nil {
		rec.Driver = driver
	}
	return rec, err
}
