package provider

import (
	"context"
	"regexp"
	"testing"

	tftest "github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	tfstate "github.com/hashicorp/terraform-plugin-testing/terraform"
	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/fake"
	"github.com/davit-io/davit/drivers/fake/guest"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/remote"
	"github.com/davit-io/davit/internal/spec"
)

// elsewhere makes the host of w.host() by another process, which keeps its record to itself.
func (w *world) elsewhere(deployment string) (*lifecycle.Record, error) {
	w.t.Helper()
	h, err := spec.New(drivers.Table{w.cloud.Constructor()}, "fake")
	if err != nil {
		w.t.Fatal(err)
	}
	h.Name, h.Image, h.Network, h.SSHKey = "web-1", "debian-12", "private", w.key
	h.Disks = []spec.Disk{{SizeGiB: 2, Filesystem: "ext4"}}
	h.Options.(*fake.Options).AddressPool = "outside"
	rec := lifecycle.NewRecord(h)
	rec.Owner = lifecycle.OwnerOf(deployment, "web-1")
	key, err := remote.ReadSigner(w.key)
	if err != nil {
		w.t.Fatal(err)
	}
	r := &lifecycle.Runner{
		Driver: w.cloud.Driver(), Limits: quick, Save: func(context.Context, *lifecycle.Record) error { return nil },
		Signer: func(*lifecycle.Record) (ssh.Signer, error) { return key, nil },
	}
	return rec, r.Ensure(w.t.Context(), rec, lifecycle.CreateOptions{})
}

// TestHostHeals kills an apply at each call, with its state, and applies again.
func TestHostHeals(t *testing.T) {
	t.Parallel()
	for _, op := range fake.CreateOps {
		t.Run(op, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.cloud.Fault(fake.Fault{Op: op, After: true, Kill: true, Times: 1})
			begun, err := w.elsewhere("test")
			if err == nil {
				t.Fatal("the kill did not show")
			}
			w.run(
				tftest.TestStep{Config: w.host(), Check: func(s *tfstate.State) error {
					w.holds(1, 1, 1)
					id := s.RootModule().Resources[web].Primary.ID
					if begun.HostID != "" && id != begun.HostID {
						t.Errorf("host %s, begun as %s", id, begun.HostID)
					}
					return nil
				}},
				noDiff(w.host()),
			)
			w.holds(0, 0, 0)
		})
	}
}

// TestHostIsThere finds a complete host, says how to import it, and imports it.
func TestHostIsThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	made, err := w.elsewhere("test")
	if err != nil {
		t.Fatal(err)
	}
	w.run(
		tftest.TestStep{Config: w.host(), ExpectError: wrapped(`import { to = davit_host.web, id = "` + made.HostID + `" }`)},
		tftest.TestStep{Config: w.host(), ResourceName: web, ImportState: true, ImportStateId: made.HostID, ImportStatePersist: true},
		tftest.TestStep{
			Config: w.host(),
			ConfigPlanChecks: before(action(plancheck.ResourceActionUpdate), planned("id", knownvalue.StringExact(made.HostID)),
				planned("engine_mtu", knownvalue.Int64Exact(1450))),
			ConfigStateChecks: []statecheck.StateCheck{
				isValue("host_keys", knownvalue.ListSizeExact(1)), isValue("disk_devices", knownvalue.ListSizeExact(1)),
				isValue("owner", knownvalue.StringExact(string(made.Owner))),
			},
		},
		noDiff(w.host()),
		tftest.TestStep{Config: w.host(`image = "silent-1"`), ConfigPlanChecks: before(action(plancheck.ResourceActionDestroyBeforeCreate))},
	)
	w.holds(0, 0, 0)
}

// TestHostImportRefuses names what isn't davit's.
func TestHostImportRefuses(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	stranger := w.cloud.Plant(drivers.KindServer, "stranger", "")
	w.run(
		tftest.TestStep{Config: w.host(), ResourceName: web, ImportState: true, ImportStateId: stranger.ID, ExpectError: wrapped("was not made by davit")},
		tftest.TestStep{Config: w.host(), ResourceName: web, ImportState: true, ImportStateId: "fake/none", ExpectError: wrapped("there is no server none")},
	)
}

// TestHostIsTainted lets the engine fail. What was made is in the state, with the cause, and is replaced or removed.
func TestHostIsTainted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	broken := true
	w.behave = func(string) guest.Behaviour {
		if broken {
			return guest.Behaviour{Errors: []string{"('scripts-user', RuntimeError('Runparts: 1 failures'))"}, Log: "davit: docker doesn't start"}
		}
		return guest.Behaviour{}
	}
	w.run(
		tftest.TestStep{Config: w.host(), ExpectError: regexp.MustCompile(`(?s)cloud-init failed in\s+module\s+scripts-user.*davit: docker doesn't start.*apply\s+again`)},
		tftest.TestStep{
			PreConfig:        func() { w.holds(1, 1, 1); broken = false },
			Config:           w.host(),
			ConfigPlanChecks: before(action(plancheck.ResourceActionDestroyBeforeCreate)),
			Check:            func(*tfstate.State) error { w.holds(1, 1, 1); return nil },
		},
		tftest.TestStep{PreConfig: func() { broken = true }, Config: w.host(`image = "silent-1"`), ExpectError: wrapped("cloud-init failed")},
	)
	w.holds(0, 0, 0) // what was half made is destroyed, too
}

// TestHostIsReplacedBeforeItIsDestroyed makes the new one of what was left half made: nothing of it may be destroyed.
func TestHostIsReplacedBeforeItIsDestroyed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	config := w.host(`lifecycle { create_before_destroy = true }`)
	w.cloud.Fault(fake.Fault{Op: fake.OpMark, Err: fake.ErrKilled, Times: 1})
	w.run(
		tftest.TestStep{Config: config, ExpectError: wrapped("the process was killed")},
		tftest.TestStep{
			Config: config, ConfigPlanChecks: before(action(plancheck.ResourceActionCreateBeforeDestroy)),
			Check: func(*tfstate.State) error { w.holds(1, 1, 1); return nil },
		},
		noDiff(config),
	)
	w.holds(0, 0, 0)
}

func TestHostIsProtected(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.run(
		tftest.TestStep{Config: w.host(`deletion_protection = true`)},
		tftest.TestStep{Config: w.host(`deletion_protection = true`, `image = "silent-1"`), ExpectError: wrapped("make it anew, because of image")},
		tftest.TestStep{Config: w.host(`deletion_protection = true`), Destroy: true, ExpectError: wrapped("Host web-1 is protected")},
		tftest.TestStep{Config: w.host(`deletion_protection = false`)},
	)
	w.holds(0, 0, 0)
}

// TestHostKeepsDisks destroys a host and makes it anew on the disk that it left.
func TestHostKeepsDisks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	config := w.host(`disks = [{ size_gib = 2, keep = true }]`)
	w.run(
		tftest.TestStep{Config: config},
		tftest.TestStep{Config: config, Destroy: true},
		tftest.TestStep{
			PreConfig: func() { w.holds(0, 1, 0) }, Config: config,
			Check: func(*tfstate.State) error { w.holds(1, 1, 1); return nil },
		},
	)
	w.holds(0, 1, 0)
}

// TestHostWaitsForValues has options, the account and the deployment come from another resource.
func TestHostWaitsForValues(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	config := `
resource "terraform_data" "x" { input = { image = "debian-12", account = "main", mirror = "https://mirror.example.com", size = 2 } }
` + w.with(`provider "davit" {
  deployment = "d-${terraform_data.x.output.account}"
  fake { account = terraform_data.x.output.account }
}`, "web-1",
		`image = terraform_data.x.output.image`, `engine = { registry_mirrors = [terraform_data.x.output.mirror] }`,
		`disks = [{ size_gib = terraform_data.x.output.size }]`)
	w.run(
		tftest.TestStep{
			Config: config, ConfigPlanChecks: before(action(plancheck.ResourceActionCreate)),
			ConfigStateChecks: []statecheck.StateCheck{isValue("owner", knownvalue.StringExact(string(lifecycle.OwnerOf("d-main", "web-1"))))},
		},
		noDiff(config),
	)
}
