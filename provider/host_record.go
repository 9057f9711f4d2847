package provider

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/lifecycle"
)

// The lifecycle's record of a host is in the private part of Terraform's state. It holds no secret.
const (
	recordKey   = "record"
	importedKey = "imported" // nobody has said yet what the host is to be
)

type private interface {
	GetKey(ctx context.Context, key string) ([]byte, diag.Diagnostics)
	SetKey(ctx context.Context, key string, value []byte) diag.Diagnostics
}

// load reads the record of a host; nil, with the reason in diags, when it can't be read.
func (r *hostResource) load(ctx context.Context, from private, state object, diags *diag.Diagnostics) *lifecycle.Record {
	text, more := from.GetKey(ctx, recordKey)
	diags.Append(more...)
	if diags.HasError() {
		return nil
	}
	rec, err := r.recordOf(text, state)
	if err == nil && rec.Spec != nil {
		err = r.setAccount(rec.Spec)
	}
	if err != nil {
		report(diags, hostPath(r.table), "The host's record", fmt.Errorf("the state has no record of the host that this version can read: %w", err))
		return nil
	}
	return rec
}

// recordOf reads a record. Terraform hands over no private part where it removes a tainted host to make it anew: what
// a removal needs is in the rest of the state, too.
func (r *hostResource) recordOf(text []byte, state object) (*lifecycle.Record, error) {
	if len(text) == 0 {
		return r.rebuilt(state)
	}
	rec := &lifecycle.Record{}
	if err := json.Unmarshal(text, rec); err != nil || rec.Spec == nil {
		return rec, err
	}
	return rec, rec.Spec.Bind(r.table)
}

func (r *hostResource) rebuilt(state object) (*lifecycle.Record, error) {
	h, _, err := document(r.table, state)
	rec := &lifecycle.Record{
		Version: lifecycle.RecordVersion, Name: state.text("name"), Driver: state.text("driver"), Spec: h,
		Owner: drivers.Owner(state.text("owner")), Phase: lifecycle.Phase(state.text("phase")), HostID: state.text("id"),
	}
	rows, _ := state.plain("resources").([]any)
	for _, row := range rows {
		cell := row.(map[string]any)
		name, _ := cell["name"].(string)
		rec.Resources = append(rec.Resources, drivers.Resource{Kind: drivers.Kind(text(cell["kind"])), ID: text(cell["id"]), Name: name})
	}
	return rec, err
}

func save(ctx context.Context, to private, rec *lifecycle.Record, diags *diag.Diagnostics) {
	text, err := json.Marshal(rec)
	if err != nil {
		report(diags, attributePath, "The host's record", err)
		return
	}
	diags.Append(to.SetKey(ctx, recordKey, text)...)
}

func isImported(ctx context.Context, from private) bool {
	text, _ := from.GetKey(ctx, importedKey)
	return string(text) == "true"
}

// fill puts what is known of a host into its state.
func fill(o object, rec *lifecycle.Record) {
	o.set("id", rec.HostID)
	o.set("owner", string(rec.Owner))
	o.set("phase", string(rec.Phase))
	o.set("login_user", rec.User)
	o.set("host_keys", rec.HostKeys)
	o.set("image_id", rec.Image.ID)
	o.set("engine_mtu", rec.MTU)
	o.set("mtu_sum", rec.MTUSum)
	o.set("disk_devices", each(rec.Disks, func(d drivers.DiskIdentity) string { return d.Path }))
	o.set("choices", choices(rec.Choices))
	o.set("resources", each(rec.Resources, func(r drivers.Resource) map[string]string {
		return map[string]string{"kind": string(r.Kind), "id": r.ID, "name": r.Name}
	}))
	fillAddress(o, rec)
}

func fillAddress(o object, rec *lifecycle.Record) {
	o.set("addresses", each(rec.Addresses, func(a drivers.Address) string { return a.IP.String() }))
	o.set("address", nil)
	o.set("ssh_port", nil)
	o.set("docker_host", nil)
	at := rec.Dial()
	if !at.IsValid() {
		return
	}
	o.set("address", at.Addr().String())
	o.set("ssh_port", int(at.Port()))
	if rec.User != "" && rec.Spec != nil && rec.Spec.Engine.Name != "none" {
		o.set("docker_host", "ssh://"+rec.User+"@"+at.String())
	}
}

// see puts what the platform tells now into the state, attribute by attribute.
func see(o object, rec *lifecycle.Record, now drivers.Host) {
	o.set("state", string(now.State))
	if now.LinkMTU != 0 {
		o.set("link_mtu", now.LinkMTU)
	}
	if len(now.Addresses) > 0 { // a host that is off may have none
		rec.Addresses = now.Addresses
		fillAddress(o, rec)
	}
}

func choices(list []drivers.Choice) []map[string]string {
	return each(list, func(c drivers.Choice) map[string]string {
		return map[string]string{"option": c.Path, "value": c.Value, "reason": c.Reason}
	})
}

// identify sets the identity of a host that has an id.
func identify(ctx context.Context, to *tfsdk.ResourceIdentity, o object, diags *diag.Diagnostics) {
	if to == nil || !o.given("id") {
		return
	}
	diags.Append(to.SetAttribute(ctx, path.Root("driver"), o.text("driver"))...)
	diags.Append(to.SetAttribute(ctx, path.Root("id"), o.text("id"))...)
}
