package provider

import (
	"os"
	"testing"

	tftest "github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	tfstate "github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/fake"
)

const (
	twoDisks   = `disks = [{ size_gib = 2 }, { size_gib = 1, mount = "/srv" }]`
	movedDisks = `disks = [{ size_gib = 2 }, { size_gib = 1, mount = "/data" }]`
	keptDisks  = `disks = [{ size_gib = 2, keep = true }, { size_gib = 1, mount = "/srv" }]`
)

func cost(option, class string) plancheck.PlanCheck {
	return planned("changes", knownvalue.MapExact(map[string]knownvalue.Check{option: knownvalue.StringExact(class)}))
}

// TestHostChanges makes one change of each class, and plans nothing more after each.
func TestHostChanges(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		to     []string
		action plancheck.ResourceActionType
		checks []plancheck.PlanCheck
		ran    int // how often the host was configured
		power  int // how often it was switched
	}{
		"in place": {
			[]string{keptDisks},
			plancheck.ResourceActionUpdate,
			[]plancheck.PlanCheck{cost("disks[0].keep", "in place")},
			0, 0,
		},
		"engine restart": {
			[]string{twoDisks, `engine = { labels = { tier = "web" } }`},
			plancheck.ResourceActionUpdate,
			[]plancheck.PlanCheck{cost("engine.labels", "engine restart"), planned("engine_mtu", knownvalue.Int64Exact(1450))},
			1, 0,
		},
		"another MTU": {
			[]string{twoDisks, `mtu = 1400`},
			plancheck.ResourceActionUpdate,
			[]plancheck.PlanCheck{cost("mtu", "engine restart"), planned("engine_mtu", knownvalue.Int64Exact(1400))},
			1, 0,
		},
		"reboot": {
			[]string{movedDisks},
			plancheck.ResourceActionUpdate,
			[]plancheck.PlanCheck{cost("disks[1].mount", "reboot"), plancheck.ExpectUnknownValue(web, tfjsonpath.New("address"))},
			1, 2,
		},
		"replace": {
			[]string{twoDisks, `image = "silent-1"`},
			plancheck.ResourceActionDestroyBeforeCreate,
			[]plancheck.PlanCheck{planned("image_id", knownvalue.StringExact("img-2")), plancheck.ExpectUnknownValue(web, tfjsonpath.New("id"))},
			0, 0,
		},
		"only Terraform's": {
			[]string{twoDisks, `timeouts = { create = "5m" }`}, plancheck.ResourceActionUpdate, nil, 0, 0,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			now := w.host(tc.to...)
			w.run(
				tftest.TestStep{Config: w.host(twoDisks)},
				tftest.TestStep{
					Config: now, ConfigPlanChecks: before(append(tc.checks, action(tc.action))...),
					Check: func(*tfstate.State) error {
						if got := len(w.guests.Machine("web-1").Reconfigured()); got != tc.ran {
							t.Errorf("configured %d times, want %d", got, tc.ran)
						}
						if got := w.cloud.Calls(fake.OpPower); got != tc.power {
							t.Errorf("switched %d times, want %d", got, tc.power)
						}
						w.holds(1, 2, 1)
						return nil
					},
				},
				noDiff(now),
			)
		})
	}
}

// TestHostKeyFileMoves names the same key by another path, and then another key.
func TestHostKeyFileMoves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	moved := w.newKey("moved")
	key, err := os.ReadFile(w.key)
	if err == nil {
		err = os.WriteFile(moved, key, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.run(
		tftest.TestStep{Config: w.host()},
		tftest.TestStep{Config: w.host(`ssh_key = "` + moved + `"`), ConfigPlanChecks: before(action(plancheck.ResourceActionUpdate))},
		tftest.TestStep{Config: w.host(`ssh_key = "` + w.newKey("other") + `"`), ConfigPlanChecks: before(action(plancheck.ResourceActionDestroyBeforeCreate))},
	)
}

// TestHostDrifts changes the host behind Terraform's back.
func TestHostDrifts(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		drift  func(*world)
		checks []plancheck.PlanCheck
	}{
		"stopped": {
			func(w *world) { w.cloud.Tamper("web-1", func(h *drivers.Host) { h.State = drivers.StateStopped }) },
			[]plancheck.PlanCheck{action(plancheck.ResourceActionUpdate), cost("state", "in place"), planned("state", knownvalue.StringExact("running"))},
		},
		"another MTU": {
			func(w *world) { w.cloud.SetMTU(1400) },
			[]plancheck.PlanCheck{action(plancheck.ResourceActionUpdate), cost("engine_mtu", "engine restart"), planned("engine_mtu", knownvalue.Int64Exact(1400))},
		},
		"broken": {
			func(w *world) {
				w.cloud.Tamper("web-1", func(h *drivers.Host) { h.State, h.Fault = drivers.StateError, "the hypervisor is gone" })
			},
			[]plancheck.PlanCheck{action(plancheck.ResourceActionDestroyBeforeCreate)},
		},
		"vanished": {
			func(w *world) { w.cloud.Vanish("web-1") },
			[]plancheck.PlanCheck{action(plancheck.ResourceActionCreate)},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.run(
				tftest.TestStep{Config: w.host()},
				tftest.TestStep{
					PreConfig: func() { tc.drift(w) }, Config: w.host(), ConfigPlanChecks: before(tc.checks...),
					ConfigStateChecks: []statecheck.StateCheck{isValue("state", knownvalue.StringExact("running"))},
				},
				noDiff(w.host()),
				tftest.TestStep{Config: w.host(), Check: func(*tfstate.State) error { w.holds(1, 1, 1); return nil }},
			)
			w.holds(0, 0, 0)
		})
	}
}
