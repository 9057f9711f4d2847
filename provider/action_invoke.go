package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	tfaction "github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/remote"
	"github.com/davit-io/davit/internal/spec"
)

// ValidateConfig implements action.ActionWithValidateConfig.
func (a *hostAction) ValidateConfig(_ context.Context, req tfaction.ValidateConfigRequest, resp *tfaction.ValidateConfigResponse) {
	config := objectOf(req.Config.Raw)
	if _, err := a.timeLimit(config); err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("timeout"), "No time limit", err.Error())
	}
	if host := config.at["host"]; host.IsFullyKnown() && objectOf(host).text("id") == "" {
		resp.Diagnostics.AddAttributeError(path.Root("host"), "No host", "It has no id.\n\nNext: give all of a davit_host, as in host = davit_host.web.")
	}
}

func (a *hostAction) timeLimit(config object) (time.Duration, error) {
	if !config.given("timeout") {
		return a.limit, nil
	}
	return time.ParseDuration(config.text("timeout"))
}

// Invoke implements action.Action.
func (a *hostAction) Invoke(ctx context.Context, req tfaction.InvokeRequest, resp *tfaction.InvokeResponse) {
	config := objectOf(req.Config.Raw)
	limit, err := a.timeLimit(config)
	if err == nil {
		limited, cancel := context.WithTimeout(ctx, limit)
		defer cancel()
		err = a.invoke(limited, config, func(text string) { resp.SendProgress(tfaction.InvokeProgressEvent{Message: text}) })
	}
	if phase, ok := errors.AsType[*lifecycle.PhaseError](err); ok {
		phase.Next = "invoke the action again: nothing is done twice"
	}
	if errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, drivers.ErrTimeout) {
		err = &drivers.Error{Kind: drivers.ErrTimeout, Err: fmt.Errorf("it did not end within %s: %w", limit, err), Next: "set a longer timeout"}
	}
	report(&resp.Diagnostics, func(option string) path.Path {
		switch option {
		case "":
			return path.Root("host")
		case "ssh_key":
			return path.Root(option)
		}
		return path.Empty() // the host's options are not the action's
	}, "The "+a.name+" of host "+hostOf(config).text("name"), err)
}

// hostOf is the host of an action's configuration.
func hostOf(config object) object {
	if kind, ok := config.at["host"].Type().(tftypes.Object); !ok || kind.AttributeTypes == nil {
		return object{}
	}
	return objectOf(config.at["host"])
}

func (a *hostAction) invoke(ctx context.Context, config object, progress func(string)) error {
	host := hostOf(config)
	key, err := keyOf(config, host)
	if err != nil {
		return err
	}
	h, err := a.document(host)
	if err != nil {
		return err
	}
	r := &hostResource{session: a.session, table: a.table}
	w, err := r.work(ctx, h, key)
	if err != nil {
		return err
	}
	defer w.done()
	w.Report = func(e lifecycle.Event) { progress(e.Host + ": " + e.Text) }
	rec, err := w.Recognize(ctx, host.text("id"))
	if err != nil {
		return err
	}
	complete(rec, h, host)
	if key == nil && rec.Complete() {
		if a.needsKey {
			return field.Errorf("", "the host has no key to log in with").WithHint("name the file with its key as ssh_key")
		}
		progress(rec.Name + ": there is no key to log in with, so its engine is not asked")
		rec.Phase = lifecycle.PhaseCreated
	}
	return a.do(ctx, w, rec, config)
}

// document is the host's own, or, of one that is given by its id alone, the account's.
func (a *hostAction) document(host object) (*spec.Host, error) {
	if !host.given("phase") {
		return a.host(a.driverOf(host.text("driver")))
	}
	h, _, err := document(a.table, host)
	if err != nil {
		return nil, err
	}
	return h, a.setAccount(h)
}

// keyOf is the key to log in with; nil: there is none.
func keyOf(config, host object) (ssh.Signer, error) {
	file := cmp.Or(config.text("ssh_key"), host.text("ssh_key"))
	if file == "" {
		return nil, nil
	}
	key, err := remote.ReadSigner(file)
	return key, field.Under("ssh_key", err)
}

// complete adds to what the platform tells of a host what Terraform knows of it.
func complete(rec *lifecycle.Record, h *spec.Host, host object) {
	rec.Driver, rec.Spec, rec.KeyFile = h.Driver, h, h.SSHKey
	rec.Phase = lifecycle.Phase(host.text("phase"))
	rec.User, rec.Image.ID = host.text("login_user"), host.text("image_id")
	rec.MTU, rec.MTUSum = host.number("engine_mtu"), host.text("mtu_sum")
	rec.HostKeys = textList(host.plain("host_keys"))
	rec.Disks = each(textList(host.plain("disk_devices")), func(device string) drivers.DiskIdentity { return drivers.DiskIdentity{Path: device} })
}

func textList(v any) []string {
	list, _ := v.([]any)
	return each(list, func(v any) string { text, _ := v.(string); return text })
}
