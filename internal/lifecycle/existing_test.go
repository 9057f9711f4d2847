package lifecycle_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/generic"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/machinetest"
	"github.com/davit-io/davit/internal/remote"
	"github.com/davit-io/davit/internal/remote/remotetest"
	"github.com/davit-io/davit/internal/spec"
)

// existing is a machine that was there before, and what a front end knows of it.
type existing struct {
	*machinetest.Machine
	rec    *lifecycle.Record
	runner *lifecycle.Runner
	forgot bool
}

// newExisting has a machine without an engine, for a document of the user's.
func newExisting(t *testing.T, document string) *existing {
	t.Helper()
	m := &existing{Machine: machinetest.New(t)}
	key, err := remote.GenerateKey("test")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(file, []byte(key.Private.Reveal()), 0o600); err != nil {
		t.Fatal(err)
	}
	server := remotetest.New(t, remotetest.Options{
		Handler: func(ctx context.Context, cmd string, stdin io.Reader) remotetest.Reply {
			stdout, stderr, exit := m.Run(ctx, cmd, stdin)
			return remotetest.Reply{Stdout: stdout, Stderr: stderr, Exit: exit}
		},
	})
	o := &generic.Options{
		Address: server.Addr.Addr().String(), SSHPort: int(server.Addr.Port()), SSHHostKey: remote.AuthorizedKey(server.HostKeys()[0]),
	}
	o.SetLogin("", file)
	m.rec = lifecycle.NewRecord(&spec.Host{
		Name: "web-1", Driver: "generic", SSHKey: file, Engine: spec.Engine{Name: "none"}, HostKey: "auto", UserData: document, Options: o,
	})
	m.runner = &lifecycle.Runner{
		Driver: generic.New(o),
		Save:   func(context.Context, *lifecycle.Record) error { return nil },
		Forget: func(context.Context, *lifecycle.Record) error { m.forgot = true; return nil },
		Signer: func(*lifecycle.Record) (ssh.Signer, error) { return key.Signer, nil },
		Limits: lifecycle.Limits{Tick: 20 * time.Millisecond},
	}
	return m
}

func (m *existing) create(t *testing.T) error {
	t.Helper()
	return m.runner.Create(t.Context(), []*lifecycle.Record{m.rec}, lifecycle.CreateOptions{})
}

// An existing machine is set up by the same documents, and given back.
func TestExistingMachine(t *testing.T) {
	t.Parallel()
	m := newExisting(t, "#cloud-config\nwrite_files: [{path: /etc/app, content: hello}]\n")
	before := m.Files(t)
	plans, err := m.runner.Plan(t.Context(), []*lifecycle.Record{m.rec})
	if err != nil {
		t.Fatal(err)
	}
	if p := plans[0]; p.Injects || p.User != "root" || strings.Contains(p.Preview, "ssh_authorized_keys") || !strings.Contains(p.Preview, "/etc/app") {
		t.Errorf("the plan injects a key, or shows another document:\n%s", p.Preview)
	}
	if err := m.create(t); err != nil {
		t.Fatal(err)
	}
	if !m.rec.Complete() || m.Read("etc/app") != "hello" || len(m.rec.Resources) != 1 || m.rec.HostID == "" || len(m.rec.HostKeys) != 1 {
		t.Errorf("%q and the record %+v", m.Read("etc/app"), m.rec)
	}
	if hosts, err := m.runner.Hosts(t.Context(), lifecycle.HostsWanted{}); err != nil || len(hosts) != 1 || hosts[0].ID != m.rec.HostID {
		t.Errorf("among the hosts of davit's are %+v: %v", hosts, err)
	}
	removed, err := m.runner.Remove(t.Context(), []*lifecycle.Record{m.rec}, lifecycle.RemoveOptions{})
	if err != nil || len(removed[0].Gone) != 1 || !m.forgot {
		t.Errorf("removed %+v, forgotten %v: %v", removed, m.forgot, err)
	}
	if diff := cmp.Diff(before, m.Files(t)); diff != "" {
		t.Error("not as before:", diff)
	}
}

// An engine that is there is refused with what it holds; accepted, it is configured, and given back as it was.
func TestExistingEngine(t *testing.T) {
	t.Parallel()
	m := newExisting(t, "")
	m.rec.Spec.Engine.Name, m.rec.Spec.MTU = "docker", 1450
	m.HasDocker(t, `{"dns": ["192.0.2.53"], "log-driver": "local", "mtu": 1400}`)
	if _, stderr, exit := m.Run(t.Context(), "systemctl start docker.service containerd.service", nil); exit != 0 {
		t.Fatal(stderr)
	}
	before := m.Files(t)
	err := m.create(t)
	if got := fmt.Sprint(err); !strings.Contains(got, "its Docker holds 1 images") || !strings.Contains(got, "daemon.json sets mtu") {
		t.Fatalf("got %v", err)
	}
	if diff := cmp.Diff(before, m.Files(t)); diff != "" {
		t.Error("a refusal changed something:", diff)
	}
	m.rec.Spec.Options.(*generic.Options).Accept = []string{"engine_data", "daemon_json"}
	if err := m.create(t); err != nil {
		t.Fatal(err)
	}
	var config map[string]any
	if err := json.Unmarshal([]byte(m.Read("etc/docker/daemon.json")), &config); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]any{"dns": []any{"192.0.2.53"}, "log-driver": "local", "mtu": 1450.0}, config); diff != "" {
		t.Error(diff)
	}
	if _, err := m.runner.Remove(t.Context(), []*lifecycle.Record{m.rec}, lifecycle.RemoveOptions{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, m.Files(t)); diff != "" {
		t.Error("not as before:", diff)
	}
	if _, _, exit := m.Run(t.Context(), "systemctl --quiet is-active docker.service && systemctl --quiet is-active containerd.service", nil); exit != 0 {
		t.Error("the engine ran before, and doesn't now")
	}
}

// A document that fails says which part and why; when that is mended, the create goes on.
func TestExistingMachineGoesOn(t *testing.T) {
	t.Parallel()
	m := newExisting(t, "#cloud-config\nruncmd: [\"test -e /etc/ready || { echo 'not ready yet' >&2; exit 4; }\"]\n")
	err := m.create(t)
	phaseError(t, err, lifecycle.PhaseBooted, "the document's script failed in module scripts_user", "not ready yet", "davit create web-1")
	m.Write(t, "etc/ready", "")
	if err := m.create(t); err != nil || !m.rec.Complete() {
		t.Errorf("%s: %v", m.rec.Phase, err)
	}
}

// A script that ended without a verdict, as after a restart of the machine, is told, and run again.
func TestExistingMachineIsRestarted(t *testing.T) {
	t.Parallel()
	m := newExisting(t, "#cloud-config\nruncmd: ['test -e /etc/second || { touch /etc/second; kill -9 $PPID; sleep 1; }']\n")
	err := m.create(t)
	phaseError(t, err, lifecycle.PhaseBooted, "ended before it was done", "davit create web-1")
	if err := m.create(t); err != nil || !m.rec.Complete() {
		t.Errorf("%s: %v", m.rec.Phase, err)
	}
}

// What can't be done to a machine that runs is a finding of the plan, at the user's document.
func TestExistingMachineRefusesADocument(t *testing.T) {
	t.Parallel()
	m := newExisting(t, "#cloud-config\nhostname: other\nswap: {size: 1}\n")
	_, err := m.runner.Plan(t.Context(), []*lifecycle.Record{m.rec})
	var paths []string
	for _, f := range field.All(err) {
		paths = append(paths, f.Path)
	}
	if diff := cmp.Diff([]string{"user_data.hostname", "user_data.swap"}, paths); diff != "" {
		t.Errorf("%v: %s", err, diff)
	}
	if errors.Is(err, drivers.ErrNotFound) || m.Read("var/lib/davit/journal/owner") != "" {
		t.Error("the machine was changed")
	}
}
