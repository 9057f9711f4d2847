package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/davit-io/davit/internal/remote"
	"github.com/davit-io/davit/internal/stacksim"
	"github.com/davit-io/davit/internal/vcsim"
)

// stand is a folder with a configuration that the real terraform works on, with the real provider, on a simulated cloud.
type stand struct {
	t     *testing.T
	cloud *stacksim.Cloud
	dir   string
	env   []string
	key   string // the private key, which must be nowhere
}

func newStand(t *testing.T, hosts int) *stand {
	t.Helper()
	if testing.Short() {
		t.Skip("builds the provider and runs terraform for several seconds")
	}
	env := binary(t)
	pair, err := remote.GenerateKey("planted")
	if err != nil {
		t.Fatal(err)
	}
	s := &stand{t: t, dir: t.TempDir(), key: pair.Private.Reveal(), cloud: stacksim.Start(t, stacksim.Options{BuildTime: 200 * time.Millisecond})}
	s.write("main.tf", fmt.Sprintf(`
terraform {
  required_providers { davit = { source = "davit-io/davit" } }
}
variable "key" {
  type      = string
  ephemeral = true
}
provider "davit" {
  deployment = "stand"
  openstack { cloud = "sim" }
}
resource "davit_host" "web" {
  count                      = %d
  name                       = "web-${count.index + 1}"
  image                      = "debian-12"
  network                    = "private"
  disks                      = [{ size_gib = 1 }]
  until                      = "active"
  ssh_private_key_wo         = var.key
  ssh_private_key_wo_version = 1
  openstack                  = { floating_pool = "public" }
}
`, hosts))
	s.env = slices.Concat(env, []string{"OS_CLIENT_CONFIG_FILE=" + s.cloud.CloudsYAML(), "TF_VAR_key=" + s.key, "TF_IN_AUTOMATION=1"})
	return s
}

func (s *stand) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// command is a run of terraform in a process group of its own.
func (s *stand) command(ctx context.Context, args ...string) *exec.Cmd {
	if args[0] != "state" {
		args = slices.Insert(args, 1, "-no-color")
	}
	cmd := exec.CommandContext(ctx, "terraform", args...)
	cmd.Dir, cmd.Env = s.dir, s.env
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// must runs terraform to its end and gives what it said.
func (s *stand) must(args ...string) string {
	s.t.Helper()
	out, err := s.command(s.t.Context(), args...).CombinedOutput()
	if err != nil {
		s.t.Fatalf("terraform %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// ids are what the cloud has, a word for each thing.
func (s *stand) ids() []string {
	var all []string
	for _, v := range s.cloud.Servers() {
		all = append(all, "server "+v.ID)
	}
	for _, v := range s.cloud.Volumes() {
		all = append(all, "volume "+v.ID)
	}
	for _, v := range s.cloud.FloatingIPs() {
		all = append(all, "floating "+v.ID)
	}
	return all
}

// importComplete takes over the hosts that were complete when terraform was killed before it wrote that down: an apply
// refuses them, and says so.
func (s *stand) importComplete() {
	s.t.Helper()
	known, _ := s.command(s.t.Context(), "state", "list").Output() // fails as long as there is no state
	for _, server := range s.cloud.Servers() {
		var n int
		_, _ = fmt.Sscanf(server.Name, "web-%d", &n)
		address := fmt.Sprintf("davit_host.web[%d]", n-1)
		if server.Metadata["davit.complete"] == "" || strings.Contains(string(known), address) {
			continue
		}
		out, err := s.command(s.t.Context(), "apply", "-auto-approve", "-target="+address).CombinedOutput()
		if err == nil || !strings.Contains(string(out), server.ID) {
			s.t.Errorf("a complete host is made again: %s", out)
		}
		s.must("import", address, server.ID)
	}
}

// TestApplyAfterAKill kills terraform and its provider with SIGKILL at five points of an apply, and applies again: what
// was made is used, and there is one of everything.
func TestApplyAfterAKill(t *testing.T) {
	t.Parallel()
	for _, op := range []string{"volumes.create", "servers.create", "floatingips.create", "servers.list", "servers.metadata.update"} {
		t.Run(op, func(t *testing.T) {
			t.Parallel()
			s := newStand(t, 2)
			cmd := s.command(t.Context(), "apply", "-auto-approve")
			begun := make(chan int, 1)
			s.cloud.Fault(stacksim.Fault{Op: op, Then: func() { _ = syscall.Kill(-<-begun, syscall.SIGKILL) }})
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			begun <- cmd.Process.Pid
			if err := cmd.Wait(); err == nil {
				t.Fatal("the apply came to its end")
			}
			left := s.ids()
			s.importComplete()
			s.must("apply", "-auto-approve")
			now := s.ids()
			if len(now) != 6 {
				t.Errorf("%d things, want 2 servers, volumes and addresses: %q", len(now), now)
			}
			for _, id := range left {
				if !slices.Contains(now, id) {
					t.Errorf("%s was left by the kill, and is gone", id)
				}
			}
			if out := s.must("plan"); !strings.Contains(out, "No changes.") {
				t.Error(out)
			}
			s.must("destroy", "-auto-approve")
			if now := s.ids(); len(now) > 0 {
				t.Errorf("left behind: %q", now)
			}
		})
	}
}

// TestBothPlatforms has one configuration with an OpenStack, a vCenter, and a second deployment by way of an alias whose
// host has the name of another.
func TestBothPlatforms(t *testing.T) {
	t.Parallel()
	s := newStand(t, 1)
	v, err := vcsim.Start(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	s.env = append(s.env, vcsim.Env(v.URL)...)
	s.write("more.tf", fmt.Sprintf(`
provider "davit" {
  alias      = "other"
  deployment = "other"
  openstack { cloud = "sim" }
  vsphere {}
}
resource "davit_host" "other" {
  provider                   = davit.other
  name                       = "web-1"
  image                      = "debian-12"
  network                    = "private"
  until                      = "active"
  ssh_private_key_wo         = var.key
  ssh_private_key_wo_version = 1
  openstack                  = {}
}
resource "davit_host" "v" {
  provider                   = davit.other
  name                       = "v-1"
  image                      = %q
  network                    = %q
  user                       = "debian"
  disks                      = [{ size_gib = 1 }]
  until                      = "active"
  ssh_private_key_wo         = var.key
  ssh_private_key_wo_version = 1
  vsphere                    = { datacenter = %q, cluster = %q, datastore = %q }
}
`, vcsim.Template, vcsim.Network, vcsim.Datacenter, vcsim.Cluster, vcsim.Datastore))
	s.must("apply", "-auto-approve")
	if n := len(s.cloud.Servers()); n != 2 {
		t.Errorf("%d servers, want 2", n)
	}
	if out := s.must("plan"); !strings.Contains(out, "No changes.") {
		t.Error(out)
	}
	s.must("destroy", "-auto-approve")
	if now := s.ids(); len(now) > 0 {
		t.Errorf("left behind: %q", now)
	}
}

// TestRefreshIsOneList looks at a dozen hosts, which terraform asks for one by one.
func TestRefreshIsOneList(t *testing.T) {
	t.Parallel()
	s := newStand(t, 12)
	s.must("apply", "-auto-approve", "-parallelism=12")
	s.cloud.ResetCalls()
	if out := s.must("plan"); !strings.Contains(out, "No changes.") {
		t.Error(out)
	}
	var ops []string
	for _, call := range s.cloud.Calls() {
		if !strings.HasPrefix(call.Op, "identity.") && !strings.HasPrefix(call.Op, "tokens.") && !strings.Contains(call.Op, "version") {
			ops = append(ops, call.Op)
		}
	}
	if len(ops) > 3 {
		t.Errorf("%d calls: %v", len(ops), ops)
	}
	s.must("destroy", "-auto-approve", "-parallelism=12")
}

// TestSecretsAreNowhere searches state, plan and logs for the private key.
func TestSecretsAreNowhere(t *testing.T) {
	t.Parallel()
	s := newStand(t, 1)
	s.env = append(s.env, "TF_LOG=TRACE", "TF_LOG_PATH="+filepath.Join(s.dir, "terraform.log"))
	s.must("plan", "-out=plan.bin")
	s.write("plan.json", s.must("show", "-json", "plan.bin"))
	s.must("apply", "plan.bin")
	s.must("destroy", "-auto-approve")
	line := strings.Split(s.key, "\n")[2] // within the key
	inJSON, _ := json.Marshal(s.key)
	seen := 0
	for _, name := range []string{"plan.bin", "plan.json", "terraform.tfstate", "terraform.tfstate.backup", "terraform.log"} {
		text, err := os.ReadFile(filepath.Join(s.dir, name))
		if err != nil {
			t.Error(err)
		}
		if seen += len(text); strings.Contains(string(text), line) || strings.Contains(string(text), string(inJSON)) {
			t.Errorf("%s has the private key", name)
		}
	}
	if seen < 10_000 {
		t.Errorf("only %d bytes were searched", seen)
	}
}
