package provider

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-log/tflog"
	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/remote"
	"github.com/davit-io/davit/internal/spec"
)

var (
	_ resource.ResourceWithConfigure      = (*hostResource)(nil)
	_ resource.ResourceWithValidateConfig = (*hostResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*hostResource)(nil)
	_ resource.ResourceWithImportState    = (*hostResource)(nil)
	_ resource.ResourceWithIdentity       = (*hostResource)(nil)
)

// hostResource is davit_host.
type hostResource struct {
	*session // nil as long as the provider isn't configured
	table    drivers.Table
}

func (d *davit) hostResource() resource.Resource { return &hostResource{table: d.pool.table} }

// Metadata implements resource.Resource.
func (r *hostResource) Metadata(_ context.Context, req resource.MetadataRequest, resp *resource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_host"
}

// Configure implements resource.ResourceWithConfigure.
func (r *hostResource) Configure(_ context.Context, req resource.ConfigureRequest, _ *resource.ConfigureResponse) {
	r.session, _ = req.ProviderData.(*session)
}

// ValidateConfig implements resource.ResourceWithValidateConfig.
func (r *hostResource) ValidateConfig(_ context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	config := objectOf(req.Config.Raw)
	_, _, err := document(r.table, config)
	report(&resp.Diagnostics, hostPath(r.table), "The host", errors.Join(err, keyGiven(config)))
}

// keyGiven misses the key to log in with: Terraform has no place for one that davit would make.
func keyGiven(config object) error {
	for _, name := range []string{"ssh_key", keyAttribute} {
		if config.given(name) || config.unknown(name) {
			return nil
		}
	}
	return field.Errorf("ssh_key", "the host has no key to log in with").
		WithHint("name the file with a private key, or give the key itself as %s", keyAttribute)
}

// signer is the key to log in with.
func signer(config object) (ssh.Signer, error) {
	if file := config.text("ssh_key"); file != "" {
		key, err := remote.ReadSigner(file)
		return key, field.Under("ssh_key", err)
	}
	key, err := remote.ParseSigner(field.Secret(config.text(keyAttribute)), "in "+keyAttribute)
	return key, field.Under(keyAttribute, err)
}

// work is what one operation on a host needs.
type work struct {
	*lifecycle.Runner
	account *account
	done    func()
}

// work opens the driver of a host to change something, and waits for a place. key is nil where nobody logs in.
func (r *hostResource) work(ctx context.Context, h *spec.Host, key ssh.Signer) (*work, error) {
	return r.workOn(ctx, h, key, 1)
}

// workOn opens the driver of hosts to change something, and waits for as many places.
func (r *hostResource) workOn(ctx context.Context, h *spec.Host, key ssh.Signer, places int64) (*work, error) {
	w, err := r.look(ctx, h, key)
	if err != nil {
		return nil, err
	}
	w.done = w.account.survey.forget
	if r.places == nil {
		return w, nil
	}
	if err := r.places.Acquire(ctx, places); err != nil {
		return nil, fmt.Errorf("wait for a place among max_parallel: %w", err)
	}
	w.done = func() { w.account.survey.forget(); r.places.Release(places) }
	return w, nil
}

// look opens the driver of a host to look at something.
func (r *hostResource) look(ctx context.Context, h *spec.Host, key ssh.Signer) (*work, error) {
	a, err := r.open(ctx, h)
	if err != nil {
		return nil, err
	}
	return &work{account: a, done: func() {}, Runner: &lifecycle.Runner{
		Driver: a.Driver, Together: &a.together, Limits: r.limits,
		Save:   func(context.Context, *lifecycle.Record) error { return nil }, // Terraform writes the state when the operation ends
		Signer: func(*lifecycle.Record) (ssh.Signer, error) { return key, nil },
		Report: func(e lifecycle.Event) {
			tflog.Info(ctx, e.Text, map[string]any{"host": e.Host, "phase": string(e.Phase)})
		},
	}}, nil
}

// timeLimit is the limit of an operation, as the state or the plan has it.
func timeLimit(ctx context.Context, o object, operation string, otherwise time.Duration) (context.Context, context.CancelFunc) {
	all, _ := o.plain("timeouts").(map[string]any)
	text, _ := all[operation].(string)
	if limit, err := time.ParseDuration(text); err == nil {
		otherwise = limit
	}
	return context.WithTimeout(ctx, otherwise)
}

// tell reports an error of the lifecycle. What it advises to do next is the command line's; Terraform's next step is
// another.
func (r *hostResource) tell(diags *diag.Diagnostics, name string, err error, next string) {
	if e, ok := errors.AsType[*lifecycle.PhaseError](err); ok {
		e.Next = next
	}
	report(diags, hostPath(r.table), "Host "+name, err)
}

// protected refuses to remove a host or a pool.
func protected(diags *diag.Diagnostics, what string, state object, why string) bool {
	if on, _ := state.plain("deletion_protection").(bool); !on {
		return false
	}
	diags.AddAttributeError(path.Root("deletion_protection"), what+" "+state.text("name")+" is protected",
		why+"\n\nNext: set deletion_protection to false and apply that first.")
	return true
}
