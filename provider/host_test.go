package provider

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	tftest "github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/fake"
	"github.com/davit-io/davit/drivers/fake/guest"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/remote"
)

// world is a fake cloud with guests that Terraform makes hosts on.
type world struct {
	t      *testing.T
	cloud  *fake.Cloud
	guests *guest.Guests
	key    string // file with a private key
	behave func(string) guest.Behaviour
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, cloud: fake.New(), behave: func(string) guest.Behaviour { return guest.Behaviour{} }}
	w.guests = guest.Attach(t, w.cloud, func(name string) guest.Behaviour { return w.behave(name) })
	w.key = w.newKey("id")
	return w
}

// newKey writes a private key into a file of its own.
func (w *world) newKey(name string) string {
	w.t.Helper()
	pair, err := remote.GenerateKey(name)
	file := filepath.Join(w.t.TempDir(), name)
	if err == nil {
		err = os.WriteFile(file, []byte(pair.Private.Reveal()), 0o600)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return file
}

// quick are limits that suit machines which answer at once.
var quick = lifecycle.Limits{
	Tick: 2 * time.Millisecond, Create: 20 * time.Second, Port: 20 * time.Second, HostKey: 20 * time.Second, CloudInit: 20 * time.Second, Check: 3 * time.Second,
}

// run runs the steps. Each command of terraform gets a provider of its own, and with it a client of the cloud of its
// own, as processes do.
func (w *world) run(steps ...tftest.TestStep) {
	w.t.Helper()
	needsTerraform(w.t)
	table := drivers.Table{w.cloud.Constructor()}
	tftest.UnitTest(w.t, tftest.TestCase{
		Steps: steps,
		ProtoV6ProviderFactories: map[string]func() (tfprotov6.ProviderServer, error){"davit": func() (tfprotov6.ProviderServer, error) {
			p := newPool(table)
			p.limits = quick
			return providerserver.NewProtocol6WithError(&davit{version: "test", pool: p})()
		}},
	})
}

// holds says how many servers, volumes and addresses there must be.
func (w *world) holds(servers, volumes, addresses int) {
	w.t.Helper()
	for kind, n := range map[drivers.Kind]int{drivers.KindServer: servers, drivers.KindVolume: volumes, drivers.KindFloatingIP: addresses} {
		if got := w.cloud.Count(kind); got != n {
			w.t.Errorf("%d of kind %s, want %d", got, kind, n)
		}
	}
}

// host is a configuration with one host; lines are more attributes of it.
func (w *world) host(lines ...string) string {
	return w.with(`provider "davit" { deployment = "test" }`, "web-1", lines...)
}

func (w *world) with(provider, name string, lines ...string) string {
	all := append([]string{`name = "` + name + `"`}, lines...)
	text := strings.Join(all, "\n  ")
	for attribute, usual := range map[string]string{
		"image": `"debian-12"`, "network": `"private"`, "ssh_key": `"` + w.key + `"`,
		"disks": `[{ size_gib = 2 }]`, "fake": `{ address_pool = "outside" }`,
	} {
		if !strings.Contains(text, attribute) {
			all = append(all, attribute+" = "+usual)
		}
	}
	return provider + "\nresource \"davit_host\" \"web\" {\n  " + strings.Join(all, "\n  ") + "\n}\n"
}

const web = "davit_host.web"

func isValue(attribute string, want knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(web, tfjsonpath.New(attribute), want)
}

func planned(attribute string, want knownvalue.Check) plancheck.PlanCheck {
	return plancheck.ExpectKnownValue(web, tfjsonpath.New(attribute), want)
}

func action(a plancheck.ResourceActionType) plancheck.PlanCheck {
	return plancheck.ExpectResourceAction(web, a)
}

func before(checks ...plancheck.PlanCheck) tftest.ConfigPlanChecks {
	return tftest.ConfigPlanChecks{PreApply: checks}
}

// noDiff is a step that plans again and must find nothing to do.
func noDiff(config string) tftest.TestStep {
	return tftest.TestStep{Config: config, ConfigPlanChecks: before(plancheck.ExpectEmptyPlan())}
}

func TestHostSchema(t *testing.T) {
	t.Parallel()
	var resp resource.SchemaResponse
	r := &hostResource{table: everyDriver()}
	r.Schema(t.Context(), resource.SchemaRequest{}, &resp)
	if diags := resp.Schema.ValidateImplementation(t.Context()); diags.HasError() {
		t.Fatal(diags)
	}
	var identity resource.IdentitySchemaResponse
	r.IdentitySchema(t.Context(), resource.IdentitySchemaRequest{}, &identity)
	if diags := identity.IdentitySchema.ValidateImplementation(t.Context()); diags.HasError() {
		t.Fatal(diags)
	}
	options, own, computed := optionAttributes(everyDriver()), ownAttributes(t.Context()), computedAttributes()
	if n := len(options) + len(own) + len(computed); n != len(resp.Schema.Attributes) {
		t.Errorf("%d attributes of %d: some have the same name", len(resp.Schema.Attributes), n)
	}
}

func TestHostIsMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run(
		tftest.TestStep{
			Config: w.host(),
			ConfigPlanChecks: before(
				action(plancheck.ResourceActionCreate),
				planned("engine_mtu", knownvalue.Int64Exact(1450)),
				planned("mtu_sum", knownvalue.StringExact("1450 (network private) = 1450")),
				planned("owner", knownvalue.StringExact(string(lifecycle.OwnerOf("test", "web-1")))),
				planned("driver", knownvalue.StringExact("fake")),
				planned("login_user", knownvalue.StringExact("debian")),
				planned("choices", knownvalue.ListPartial(map[int]knownvalue.Check{0: knownvalue.ObjectPartial(map[string]knownvalue.Check{
					"option": knownvalue.StringExact("fake.size"), "value": knownvalue.StringExact("small"),
				})})),
				plancheck.ExpectUnknownValue(web, tfjsonpath.New("disk_devices")),
			),
			ConfigStateChecks: []statecheck.StateCheck{
				isValue("phase", knownvalue.StringExact("ready")),
				isValue("state", knownvalue.StringExact("running")),
				isValue("host_keys", knownvalue.ListSizeExact(1)),
				isValue("resources", knownvalue.ListSizeExact(3)),
				isValue("disk_devices", knownvalue.ListSizeExact(1)),
			},
		},
		noDiff(w.host()),
	)
	w.holds(0, 0, 0)
}
