package provider

import (
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	tftest "github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	tfstate "github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/davit-io/davit/drivers/fake"
	"github.com/davit-io/davit/drivers/fake/guest"
)

const webs = "davit_host_pool.web"

// pool is a configuration with one pool; lines are more attributes of it.
func (w *world) pool(size string, lines ...string) string {
	config := w.with(`provider "davit" { deployment = "test" }`, "web", append(lines, "size = "+size)...)
	return strings.Replace(config, `"davit_host"`, `"davit_host_pool"`, 1)
}

// steps are what a plan does, a line for each wave.
func poolSteps(lines ...string) plancheck.PlanCheck {
	var all []knownvalue.Check
	for _, line := range lines {
		all = append(all, knownvalue.StringExact(line))
	}
	return plancheck.ExpectKnownValue(webs, tfjsonpath.New("steps"), knownvalue.ListExact(all))
}

// poolHosts are the hosts that a state has, as place=name.
func poolHosts(ready int64, hosts ...string) []statecheck.StateCheck {
	all := map[string]knownvalue.Check{}
	for _, h := range hosts {
		place, name, _ := strings.Cut(h, "=")
		all[place] = knownvalue.ObjectPartial(map[string]knownvalue.Check{"name": knownvalue.StringExact(name)})
	}
	return []statecheck.StateCheck{
		statecheck.ExpectKnownValue(webs, tfjsonpath.New("hosts"), knownvalue.MapExact(all)),
		statecheck.ExpectKnownValue(webs, tfjsonpath.New("ready"), knownvalue.Int64Exact(ready)),
	}
}

func TestPoolSchema(t *testing.T) {
	t.Parallel()
	var resp resource.SchemaResponse
	(&poolResource{hostResource{table: everyDriver()}}).Schema(t.Context(), resource.SchemaRequest{}, &resp)
	if diags := resp.Schema.ValidateImplementation(t.Context()); diags.HasError() {
		t.Fatal(diags)
	}
}

func TestPoolGrowsAndShrinks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	update := plancheck.ExpectResourceAction(webs, plancheck.ResourceActionUpdate)
	w.run(
		tftest.TestStep{
			Config: w.pool("3"), ConfigPlanChecks: before(poolSteps("create web-1, create web-2, create web-3")),
			ConfigStateChecks: poolHosts(3, "web-1=web-1", "web-2=web-2", "web-3=web-3"),
		},
		noDiff(w.pool("3")),
		tftest.TestStep{
			Config: w.pool("5"), ConfigPlanChecks: before(update, poolSteps("create web-4, create web-5")),
			ConfigStateChecks: poolHosts(5, "web-1=web-1", "web-2=web-2", "web-3=web-3", "web-4=web-4", "web-5=web-5"),
		},
		tftest.TestStep{
			PreConfig: func() { w.cloud.Vanish("web-1") },
			Config:    w.pool("2"), ConfigPlanChecks: before(update, poolSteps("remove web-1, remove web-5, remove web-4")),
			ConfigStateChecks: poolHosts(2, "web-2=web-2", "web-3=web-3"),
			Check:             func(*tfstate.State) error { w.holds(2, 2, 2); return nil },
		},
		tftest.TestStep{Config: w.pool("2", `deletion_protection = true`)},
		tftest.TestStep{Config: w.pool("2", `deletion_protection = true`), Destroy: true, ExpectError: wrapped("Pool web is protected")},
		tftest.TestStep{Config: w.pool("2", `deletion_protection = false`)},
	)
	w.holds(0, 0, 0)
}

// TestPoolKeepsWhatSucceeds lets one of three hosts fail: the others are in the state, and the next apply goes on.
func TestPoolKeepsWhatSucceeds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	broken := "web-2"
	w.behave = func(name string) guest.Behaviour { return guest.Behaviour{NoCloudInit: name == broken} }
	all := []string{"web-1=web-1", "web-2=web-2", "web-3=web-3"}
	w.run(
		tftest.TestStep{Config: w.pool("3"), ConfigStateChecks: poolHosts(2, all...), ExpectNonEmptyPlan: true},
		tftest.TestStep{
			PreConfig: func() { w.holds(3, 3, 3); broken = "web-4" }, Config: w.pool("4"),
			ConfigPlanChecks: before(plancheck.ExpectResourceAction(webs, plancheck.ResourceActionUpdate), poolSteps("remove web-2", "create web-2, create web-4")),
			ExpectError:      regexp.MustCompile(`(?s)web-4.*cloud-init`),
		},
		tftest.TestStep{
			PreConfig: func() { w.holds(4, 4, 4); broken = "" }, Config: w.pool("4"),
			ConfigPlanChecks: before(poolSteps("remove web-4", "create web-4")), ConfigStateChecks: poolHosts(4, append(all, "web-4=web-4")...),
		},
		noDiff(w.pool("4")),
	)
	w.holds(0, 0, 0)
}

// TestPoolOfWhichNothingWorks is tainted, and made anew without a rest.
func TestPoolOfWhichNothingWorks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	broken := true
	w.behave = func(string) guest.Behaviour { return guest.Behaviour{NoCloudInit: broken} }
	w.run(
		tftest.TestStep{Config: w.pool("2"), ExpectError: wrapped("cloud-init")},
		tftest.TestStep{
			PreConfig: func() { w.holds(2, 2, 2); broken = false }, Config: w.pool("2"),
			Check: func(*tfstate.State) error { w.holds(2, 2, 2); return nil },
		},
		noDiff(w.pool("2")),
	)
	w.holds(0, 0, 0)
}

// TestPoolTakesNobodysHosts makes a pool whose hosts another state has already: it is refused, and what removes it then,
// as Terraform does after an error, or makes it with no hosts, leaves those alone.
func TestPoolTakesNobodysHosts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := strings.ReplaceAll(w.pool("2"), `"davit_host_pool" "web"`, `"davit_host_pool" "other"`)
	w.run(
		tftest.TestStep{Config: other},
		tftest.TestStep{Config: other + strings.SplitN(w.pool("2"), "\n", 2)[1], ExpectError: wrapped("exists already, complete")},
		tftest.TestStep{Config: other + strings.SplitN(w.pool("0"), "\n", 2)[1], ExpectError: wrapped("exists already, complete")},
		tftest.TestStep{Config: other, Check: func(*tfstate.State) error { w.holds(2, 2, 2); return nil }},
		noDiff(other),
	)
	w.holds(0, 0, 0)
}

// TestPoolIsReplacedBeforeItIsDestroyed makes the new one of what was left half made: nothing of it may be destroyed.
func TestPoolIsReplacedBeforeItIsDestroyed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	config := w.pool("2", `lifecycle { create_before_destroy = true }`)
	w.cloud.Fault(fake.Fault{Op: fake.OpMark, Err: fake.ErrKilled, Times: 2})
	w.run(
		tftest.TestStep{Config: config, ExpectError: wrapped("the process was killed")},
		tftest.TestStep{
			Config: config, ConfigPlanChecks: before(plancheck.ExpectResourceAction(webs, plancheck.ResourceActionCreateBeforeDestroy)),
			Check: func(*tfstate.State) error { w.holds(2, 2, 2); return nil },
		},
		noDiff(config),
	)
	w.holds(0, 0, 0)
}

func TestPoolRolls(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	labels := `engine = { labels = { a = "b" } }`
	other := []string{`image = "silent-1"`, `host_key = "injected"`}
	w.run(
		tftest.TestStep{Config: w.pool("2", `max_surge = 0`), ExpectError: wrapped("none could ever be replaced")},
		tftest.TestStep{Config: w.pool("2", `fake = { address_pool = "outside" }`, `zones = ["north", "south"]`), ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue(webs, tfjsonpath.New("hosts").AtMapKey("web-2").AtMapKey("zone"), knownvalue.StringExact("south")),
		}},
		tftest.TestStep{
			Config:            w.pool("2", append(other, `zones = ["north", "south"]`)...),
			ConfigPlanChecks:  before(poolSteps("create web-1-b", "remove web-1", "create web-2-b", "remove web-2")),
			ConfigStateChecks: poolHosts(2, "web-1=web-1-b", "web-2=web-2-b"),
		},
		noDiff(w.pool("2", append(other, `zones = ["north", "south"]`)...)),
		tftest.TestStep{
			Config:           w.pool("2", append(other, `zones = ["north", "south"]`, `max_unavailable = 1`, labels)...),
			ConfigPlanChecks: before(poolSteps("update web-1-b", "update web-2-b")),
		},
	)
	w.holds(0, 0, 0)
}
