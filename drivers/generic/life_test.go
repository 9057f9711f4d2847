package generic_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/cloudinit"
	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/generic"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/remote"
	"github.com/davit-io/davit/internal/wait"
)

// create takes a machine over with a document.
func create(ctx context.Context, t *testing.T, s drivers.Spec, c cloudinit.Config) (drivers.Host, error) {
	t.Helper()
	d := generic.New()
	r, err := d.Resolve(ctx, []drivers.Spec{s})
	if err != nil {
		return drivers.Host{}, err
	}
	render := func([]drivers.DiskIdentity) (drivers.Documents, error) {
		text, err := cloudinit.Script(c)
		return drivers.Documents{Script: text}, err
	}
	return d.Create(ctx, r[0], render, func(drivers.Resource) error { return nil })
}

// ended waits for the verdict on the machine.
func (m *machine) ended(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err := wait.Poll(ctx, wait.Pace{Min: 50 * time.Millisecond}, func(context.Context) (bool, string, error) {
		return m.Read("run/davit/result.json") != "", m.Read("run/davit/output.log"), nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func release(t *testing.T, m *machine, s drivers.Spec) error {
	t.Helper()
	d := generic.New(m.opts)
	rs := []drivers.Resource{{Kind: drivers.KindMachine, ID: fmt.Sprintf("%s:%d/%s", m.opts.Address, m.opts.SSHPort, s.Owner)}}
	return d.Delete(t.Context(), rs)
}

func settings() cloudinit.Config {
	return cloudinit.Config{
		Packages:   []any{"with-friend"},
		WriteFiles: []cloudinit.File{{Path: "/etc/app/conf", Content: "by davit\n"}, {Path: "/etc/fstab", Append: true, Content: "more\n"}},
	}
}

// A machine becomes a host and is given back, as it was but for data.
func TestTakenOverAndGivenBack(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	before, s := m.Files(t), m.spec("web-1")
	host, err := create(t.Context(), t, s, settings())
	if err != nil {
		t.Fatal(err)
	}
	m.ended(t)
	if host.State != drivers.StateRunning || host.HostKeys[0] != remote.AuthorizedKey(m.server.HostKeys()[0]) || m.Read("etc/app/conf") != "by davit\n" {
		t.Errorf("host %+v, and the log says:\n%s", host, m.Read("run/davit/output.log"))
	}
	if err := release(t, m, s); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, m.Files(t)); diff != "" {
		t.Error("not as before:", diff)
	}
}

// Another owner gets nothing, neither to take nor to give back.
func TestAnotherOwner(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	mine, yours := m.spec("web-1"), m.spec("db-1")
	if _, err := create(t.Context(), t, mine, settings()); err != nil {
		t.Fatal(err)
	}
	_, err := create(t.Context(), t, yours, cloudinit.Config{})
	if !errors.Is(err, drivers.ErrExists) || !strings.Contains(err.Error(), `for host "web-1"`) {
		t.Errorf("got %v", err)
	}
	m.ended(t)
	if err := release(t, m, yours); err != nil {
		t.Errorf("a machine that is not its own any more: %v", err)
	}
	if !strings.HasPrefix(m.Read("var/lib/davit/journal/owner"), string(mine.Owner)) || m.Read("etc/app/conf") == "" {
		t.Error("the other owner's machine was released")
	}
}

// Two that begin at once: one gets the machine.
func TestTakenOverByOneOfTwo(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	errs := make(chan error, 2)
	for _, name := range []string{"web-1", "db-1"} {
		go func() {
			_, err := create(t.Context(), t, m.spec(name), cloudinit.Config{})
			errs <- err
		}()
	}
	one, two := <-errs, <-errs
	if (one == nil) == (two == nil) || !errors.Is(errors.Join(one, two), drivers.ErrExists) {
		t.Errorf("got %v and %v", one, two)
	}
}

// A release that can't go on says why, keeps the owner, and goes on when run again.
func TestReleaseGoesOn(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	before, s := m.Files(t), m.spec("web-1")
	if _, err := create(t.Context(), t, s, settings()); err != nil {
		t.Fatal(err)
	}
	m.ended(t)
	good := m.Read("standin/dpkg")
	m.Replace(t, "dpkg", `[ "$1" != --purge ] || { echo "dpkg: error: the disk is full"; exit 2; }`)
	err := release(t, m, s)
	if err == nil || !strings.Contains(err.Error(), "the disk is full") || drivers.Hint(err) == "" {
		t.Errorf("got %v", err)
	}
	if m.Read("var/lib/davit/journal/owner") == "" {
		t.Error("the owner is gone, and the changes are not")
	}
	m.Write(t, "standin/dpkg", good)
	if err := release(t, m, s); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, m.Files(t)); diff != "" {
		t.Error("not as before:", diff)
	}
}

// An engine that doesn't run tells nothing: its configuration says where its data are.
func TestDataOfAnEngineThatIsOff(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.HasDocker(t, "{\"dns\": [],\n \"data-root\":\n\"/srv/docker\"}")
	m.Replace(t, "docker", "exit 1")
	m.Write(t, "srv/docker/image/overlay2/imagedb/content/sha256/abc", "{}")
	s := m.spec("web-1")
	s.Engine = "docker"
	_, err := create(t.Context(), t, s, cloudinit.Config{})
	if text := fmt.Sprint(err); !strings.Contains(text, "keeps data in /srv/docker") || !strings.Contains(text, "holds 1 images") {
		t.Errorf("got %v", err)
	}
}

// A create that goes on finds the machine's own configuration in the journal, also when that was a link.
func TestConfigurationOfBefore(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	s := m.spec("web-1")
	m.Write(t, "etc/docker/daemon.json", `{"mtu": 1400}`)
	m.Write(t, "etc/docker.json", `{"dns": []}`)
	m.Write(t, "var/lib/davit/journal/owner", string(s.Owner)+"\nweb-1\n")
	m.Write(t, "var/lib/davit/journal/notes/0001/what", "file /etc/docker/daemon.json\n")
	if err := os.Symlink("../docker.json", m.Path("var/lib/davit/journal/notes/0001/was")); err != nil {
		t.Fatal(err)
	}
	r, err := generic.New().Resolve(t.Context(), []drivers.Spec{s})
	if err != nil || string(r[0].EngineConfig) != `{"dns": []}` {
		t.Errorf("got %+v %v", r, err)
	}
}

func TestNoRoot(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.Replace(t, "id", "echo 1000")
	m.Replace(t, "sudo", `echo "sudo: a password is required" >&2; exit 1`)
	_, err := create(t.Context(), t, m.spec("web-1"), cloudinit.Config{})
	if f := field.All(err); len(f) != 1 || f[0].Path != "user" || !errors.Is(err, drivers.ErrAuth) || !strings.Contains(err.Error(), "a password is required") {
		t.Errorf("got %v", err)
	}
}

// A key that is not known, or another than the pinned one, is never logged in to.
func TestHostKeys(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	shown := ssh.FingerprintSHA256(m.server.HostKeys()[0])
	m.opts.SSHHostKey = ""
	_, err := create(t.Context(), t, m.spec("web-1"), cloudinit.Config{})
	if !strings.Contains(fmt.Sprint(err), shown) || !strings.Contains(drivers.Hint(err), "--ssh-host-key "+shown) {
		t.Errorf("got %v (%s)", err, drivers.Hint(err))
	}
	line, err := m.opts.ShownKey(t.Context())
	if err != nil || line != remote.AuthorizedKey(m.server.HostKeys()[0]) {
		t.Errorf("shown %q: %v", line, err)
	}
	m.opts.PinKey(line)
	if again, err := m.opts.ShownKey(t.Context()); again != "" || err != nil {
		t.Errorf("asked again, with a pinned key: %q %v", again, err)
	}
	key, err := remote.GenerateKey("other")
	if err != nil {
		t.Fatal(err)
	}
	m.server.SetHostKeys(key.Signer)
	for _, pin := range []string{shown, line} {
		m.opts.SSHHostKey = pin
		_, err := create(t.Context(), t, m.spec("web-1"), cloudinit.Config{})
		if _, ok := errors.AsType[*remote.HostKeyError](err); !ok || field.All(err)[0].Path != "generic.ssh_host_key" {
			t.Errorf("got %v", err)
		}
	}
	if n := len(m.server.Commands()); n != 0 {
		t.Errorf("%d commands were sent", n)
	}
}

func TestDiagnose(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	d := generic.New(m.opts)
	id := fmt.Sprintf("%s:%d/x", m.opts.Address, m.opts.SSHPort)
	if causes, err := d.Diagnose(t.Context(), id, m.opts.SSHPort); err != nil || len(causes) != 0 {
		t.Errorf("got %v %v", causes, err)
	}
	if causes, err := d.Diagnose(t.Context(), id, 1); err != nil || len(causes) != 1 || !strings.Contains(causes[0], "refused") {
		t.Errorf("got %v %v", causes, err)
	}
	m.server.Stop()
	host, err := d.Get(t.Context(), id)
	// A process that another test is just starting may have the listener for a moment: then the connection is reset.
	refused := strings.Contains(host.Fault, "refused") || strings.Contains(host.Fault, "reset by peer")
	if err != nil || host.State != drivers.StateUnknown || !refused {
		t.Errorf("got %+v %v", host, err)
	}
}

func TestScriptsAreShell(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"claim.sh", "inspect.sh", "owner.sh", "release.sh", "released.sh", "start.sh"} {
		cmd := exec.CommandContext(t.Context(), "sh", "-n")
		cmd.Stdin = strings.NewReader(generic.ScriptForTest(name))
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}
