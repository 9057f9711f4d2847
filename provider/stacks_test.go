package provider

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/davit-io/davit/internal/remote"
	"github.com/davit-io/davit/internal/stacksim"
	"github.com/davit-io/davit/internal/vcsim"
)

// stack is a whole example with the real terraform, on clouds that are simulated: nobody answers there, so hosts are
// waited for until they run.
type stack struct {
	t   *testing.T
	dir string
	env []string
}

func newStack(t *testing.T, env []string, name string, vars map[string]string) *stack {
	t.Helper()
	key, err := remote.GenerateKey("test")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte(key.Private.Reveal()), 0o600); err != nil {
		t.Fatal(err)
	}
	s := &stack{t: t, dir: t.TempDir(), env: slices.Clone(env)}
	if err := os.CopyFS(s.dir, os.DirFS(filepath.Join("..", "examples", "stacks", name))); err != nil {
		t.Fatal(err)
	}
	vars["ssh_key"], vars["until"] = file, "active"
	for name, value := range vars {
		s.env = append(s.env, fmt.Sprintf("TF_VAR_%s=%s", name, value))
	}
	return s
}

// run runs terraform; a plan that is not empty is an error.
func (s *stack) run(args ...string) {
	s.t.Helper()
	run(s.t, s.dir, s.env, "terraform", append(args, "-no-color")...)
}

func (s *stack) holds() {
	s.t.Helper()
	s.run("apply", "-auto-approve")
	s.run("plan", "-detailed-exitcode")
}

func TestStacks(t *testing.T) {
	t.Parallel()
	sim := stacksim.Start(t, stacksim.Options{})
	vcenter, err := vcsim.Start(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(vcenter.Close)
	machines := len(vcenter.Map().All("VirtualMachine"))
	env := append(binary(t), "OS_CLIENT_CONFIG_FILE="+sim.CloudsYAML(), "DAVIT_VCENTER_PASSWORD=secret")

	web := newStack(t, env, "web", map[string]string{"cloud": "sim", "hosts": "2"})
	web.holds()
	if n := len(sim.Servers()); n != 2 {
		t.Errorf("%d servers, want 2", n)
	}
	web.env = append(web.env, "TF_VAR_hosts=3")
	web.holds()
	if n := len(sim.Servers()); n != 3 {
		t.Errorf("%d servers, want 3", n)
	}
	web.run("destroy", "-auto-approve")

	two := newStack(t, env, "two-clouds", map[string]string{
		"cloud": "sim", "vcenter": vcenter.URL, "vcenter_user": "ops", "datacenter": vcsim.Datacenter, "cluster": vcsim.Cluster, "vsphere_template": vcsim.Template,
	})
	two.holds()
	if n := len(vcenter.Map().All("VirtualMachine")); n != machines+1 || len(sim.Servers()) != 1 {
		t.Errorf("%d machines and %d servers", n-machines, len(sim.Servers()))
	}
	two.run("destroy", "-auto-approve")
	if n := len(vcenter.Map().All("VirtualMachine")); n != machines || len(sim.Servers())+len(sim.Volumes())+len(sim.FloatingIPs()) != 0 {
		t.Errorf("left: %d machines, %v, %v, %v", n-machines, sim.Servers(), sim.Volumes(), sim.FloatingIPs())
	}
}
