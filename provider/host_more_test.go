package provider

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	tftest "github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"golang.org/x/sync/semaphore"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/fake"
	"github.com/davit-io/davit/internal/spec"
)

// TestHostIsImportedByIdentity does what terraform 1.12 does with an import block that has an identity.
func TestHostIsImportedByIdentity(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made, err := w.elsewhere("test")
	if err != nil {
		t.Fatal(err)
	}
	c := w.wire()
	identities, err := c.GetResourceIdentitySchemas(t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		t.Fatal(err)
	}
	identity := objectOf(tftypes.NewValue(identities.IdentitySchemas["davit_host"].ValueType(), nil)).empty()
	identity.set("id", made.HostID)
	got, err := c.ImportResourceState(t.Context(), &tfprotov6.ImportResourceStateRequest{
		TypeName: "davit_host", Identity: &tfprotov6.ResourceIdentityData{IdentityData: c.pack(identity.value())},
	})
	if err != nil || len(got.Diagnostics) > 0 || len(got.ImportedResources) != 1 {
		t.Fatalf("%v, %s", err, diagnosed(got.Diagnostics))
	}
	imported := got.ImportedResources[0]
	v, err := imported.State.Unmarshal(c.schemas.ResourceSchemas["davit_host"].ValueType())
	if err != nil {
		t.Fatal(err)
	}
	state := objectOf(v)
	if state.text("name") != "web-1" || state.text("driver") != "fake" || state.text("owner") != string(made.Owner) || state.text("address") == "" {
		t.Errorf("imported %s", v)
	}
	// Before its configuration was applied nobody knows which disks are to be kept.
	gone, err := c.ApplyResourceChange(t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: "davit_host", PriorState: imported.State, PlannedPrivate: imported.Private,
		PlannedState: c.pack(tftypes.NewValue(v.Type(), nil)), Config: c.pack(tftypes.NewValue(v.Type(), nil)),
	})
	if err != nil || !strings.Contains(diagnosed(gone.Diagnostics), "apply its configuration once") {
		t.Errorf("%v, %s", err, diagnosed(gone.Diagnostics))
	}
	w.holds(1, 1, 1)
}

// TestHostIsMovedAndForgotten gives a host another address in the configuration, and then lets it go.
func TestHostIsMovedAndForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	moved := strings.Replace(w.host(), `"davit_host" "web"`, `"davit_host" "shop"`, 1) + "moved {\n  from = davit_host.web\n  to   = davit_host.shop\n}\n"
	provider, _, _ := strings.Cut(w.host(), "\n")
	w.run(
		tftest.TestStep{Config: w.host()},
		tftest.TestStep{Config: moved, ConfigPlanChecks: before(plancheck.ExpectResourceAction("davit_host.shop", plancheck.ResourceActionNoop))},
		tftest.TestStep{Config: provider + "\nremoved {\n  from = davit_host.shop\n  lifecycle { destroy = false }\n}\n"},
	)
	w.holds(1, 1, 1)
}

// TestHostMeetsItsTimeLimit waits for a server that takes a minute.
func TestHostMeetsItsTimeLimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run(tftest.TestStep{
		Config:      w.host(`fake = { boot_wait = 60000 }`, `timeouts = { create = "2s" }`),
		ExpectError: regexp.MustCompile(`(?s)time\s+limit\s+reached.*the\s+platform\s+says:\s+state\s+building`),
	})
	w.holds(0, 0, 0)
}

// TestHostNeedsADeployment and a key, and says so before anything is asked.
func TestHostNeedsADeployment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run(
		tftest.TestStep{Config: w.with(`provider "davit" {}`, "web-1"), ExpectError: wrapped("the provider has no deployment")},
		tftest.TestStep{Config: strings.Replace(w.host(), `ssh_key =`, `user =`, 1), ExpectError: wrapped("the host has no key to log in with")},
		tftest.TestStep{Config: w.host(`image = "none"`), ExpectError: wrapped(`there is no image "none"`)},
	)
	if w.cloud.Calls(fake.OpServerCreate) > 0 {
		t.Error("something was made")
	}
}

// TestMaxParallel has one place for two.
func TestMaxParallel(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := newPool(drivers.Table{w.cloud.Constructor()})
	r := &hostResource{table: p.table, session: &session{pool: p, places: semaphore.NewWeighted(1)}}
	h, err := spec.New(p.table, "fake")
	if err != nil {
		t.Fatal(err)
	}
	first, err := r.work(t.Context(), h, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := r.work(ctx, h, nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the second did not wait: %v", err)
	}
	if _, err := r.look(t.Context(), h, nil); err != nil {
		t.Errorf("who only looks needs no place: %v", err)
	}
	first.done()
	second, err := r.work(t.Context(), h, nil)
	if err != nil {
		t.Fatal(err)
	}
	second.done()
}

// machineOptions are of a driver that logs in to its hosts itself.
type machineOptions struct{ user, keyFile string }

func (o *machineOptions) SetLogin(user, keyFile string) { o.user, o.keyFile = user, keyFile }
func (o *machineOptions) Account() string               { return o.user + " " + o.keyFile }

// TestDriversLearnTheLogin opens a driver that logs in to its hosts: it is told by whom, and another login is another
// driver.
func TestDriversLearnTheLogin(t *testing.T) {
	t.Parallel()
	var opened []machineOptions
	p := newPool(drivers.Table{{
		Name: "machine", Help: "Machines.", Options: func() any { return new(machineOptions) },
		Open: func(_ context.Context, options any) (drivers.Driver, error) {
			opened = append(opened, *options.(*machineOptions))
			return fake.New().Driver(), nil
		},
	}})
	for _, user := range []string{"ops", "ops", "admin"} {
		h := &spec.Host{Driver: "machine", User: user, SSHKey: "/keys/1", Options: new(machineOptions)}
		if _, err := p.open(t.Context(), h); err != nil {
			t.Fatal(err)
		}
	}
	if len(opened) != 2 || opened[0] != (machineOptions{"ops", "/keys/1"}) || opened[1].user != "admin" {
		t.Errorf("opened %+v", opened)
	}
}
