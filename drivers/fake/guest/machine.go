package guest

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/cloudinit"
	"github.com/davit-io/davit/internal/remote"
	"github.com/davit-io/davit/internal/remote/remotetest"
)

// Machine is one guest, made from a boot document.
type Machine struct {
	Behaviour
	Server   *remotetest.Server // nil: it is deaf
	Document cloudinit.Config

	booted time.Time
	mtu    string
	mu     sync.Mutex
	fresh  ssh.Signer // a host key that was made and is not in use yet
	given  []string   // scripts that configured it anew
}

// DefaultUser is the user of the image that machines boot.
const DefaultUser = "debian"

var documentMTU = regexp.MustCompile(`"mtu": *(\d+)`)

func newMachine(userData []byte, b Behaviour) (*Machine, error) {
	text, err := unzip(userData)
	if err != nil {
		return nil, err
	}
	c, err := cloudinit.Parse(text)
	if err != nil {
		return nil, err
	}
	m := &Machine{Behaviour: b, Document: c, booted: time.Now(), mtu: "1500"}
	for _, file := range c.WriteFiles {
		if found := documentMTU.FindStringSubmatch(file.Content); found != nil {
			m.mtu = found[1]
		}
	}
	if b.MTU != 0 {
		m.mtu = strconv.Itoa(b.MTU)
	}
	return m, nil
}

func unzip(data []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(data))
	if errors.Is(err, gzip.ErrHeader) || errors.Is(err, io.EOF) {
		return data, nil
	}
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// hostKeys are those of the document, or one of the machine's own.
func (m *Machine) hostKeys(t testing.TB) []ssh.Signer {
	private, ok := m.Document.SSHKeys["ed25519_private"]
	if !ok {
		return []ssh.Signer{remotetest.NewKey(t)}
	}
	signer, err := ssh.ParsePrivateKey([]byte(private))
	if err != nil {
		t.Errorf("the document's host key: %v", err)
		return []ssh.Signer{remotetest.NewKey(t)}
	}
	return []ssh.Signer{signer}
}

// allow lets in whom the document lets in.
func (m *Machine) allow(user string, key ssh.PublicKey) bool {
	lines := []string{}
	if user == DefaultUser {
		lines = append(lines, m.Document.SSHAuthorizedKeys...)
	}
	for _, u := range m.Document.Users {
		if u.Name == user {
			lines = append(lines, u.SSHAuthorizedKeys...)
		}
	}
	keys, err := remote.ParseKeys(lines)
	return err == nil && slices.ContainsFunc(keys, func(k ssh.PublicKey) bool { return remote.SameKey(k, key) })
}

// answer answers what davit asks of a host. A command that it does not know fails, so that a test tells of it.
func (m *Machine) answer(_ context.Context, cmd string, stdin io.Reader) remotetest.Reply {
	switch {
	case cmd == "true", cmd == "":
		return remotetest.Reply{}
	case strings.Contains(cmd, "/run/cloud-init/"):
		return remotetest.Reply{Stdout: m.cloudInit()}
	case strings.Contains(cmd, "sudo -n sh -s"):
		script, _ := io.ReadAll(stdin)
		return m.script(string(script))
	case strings.HasPrefix(cmd, "echo ") && !strings.Contains(cmd, "$"):
		return remotetest.Reply{Stdout: strings.TrimPrefix(cmd, "echo ") + "\n"}
	}
	return m.engine(cmd)
}

// script runs what davit gives to a root shell.
func (m *Machine) script(text string) remotetest.Reply {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case strings.Contains(text, "ssh-keygen"):
		if m.fresh == nil {
			pair, err := remote.GenerateKey("root@guest")
			if err != nil {
				return remotetest.Reply{Stderr: err.Error(), Exit: 1}
			}
			m.fresh = pair.Signer
		}
		return remotetest.Reply{Stdout: remote.AuthorizedKey(m.fresh.PublicKey()) + "\n"}
	case strings.Contains(text, "mv -f $key.davit $key") && m.fresh != nil:
		m.Server.SetHostKeys(m.fresh)
		m.fresh = nil
		return remotetest.Reply{}
	case strings.Contains(text, "docker.sh"), strings.Contains(text, "disk.sh"):
		return m.reconfigure(text)
	case strings.Contains(text, "cloud-init"), strings.Contains(text, "journalctl"):
		return remotetest.Reply{Stdout: m.Log}
	}
	return unknown(text)
}

func (m *Machine) reconfigure(text string) remotetest.Reply {
	if m.Stubborn != nil {
		return remotetest.Reply{Stderr: m.Stubborn.Error() + "\n", Exit: 1}
	}
	m.given = append(m.given, text)
	if found := documentMTU.FindStringSubmatch(text); found != nil && m.MTU == 0 {
		m.mtu = found[1]
	}
	return remotetest.Reply{}
}

// Reconfigured are the scripts that configured the machine after its boot.
func (m *Machine) Reconfigured() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.given)
}

func (m *Machine) cloudInit() string {
	if m.NoCloudInit {
		return "missing\n\n== status\n\n== result\n"
	}
	done := time.Since(m.booted) >= m.BootTime
	stage := any(nil)
	if !done {
		stage = "modules-final"
	}
	status := map[string]any{"v1": map[string]any{
		"datasource": "DataSourceOpenStack", "stage": stage,
		"modules-final": map[string]any{"errors": m.Errors, "recoverable_errors": m.Recoverable},
	}}
	text := "\n== status\n" + asJSON(status) + "\n== result\n"
	if done {
		text += asJSON(map[string]any{"v1": map[string]any{"datasource": "DataSourceOpenStack", "errors": append([]string{}, m.Errors...)}})
	}
	return text
}

var checkedPlaces = regexp.MustCompile(`"(/[^ ]*) \$\(readlink`)

// engine answers the checks of the engine.
func (m *Machine) engine(cmd string) remotetest.Reply {
	switch places := checkedPlaces.FindAllStringSubmatch(cmd, -1); {
	case places != nil:
		var b strings.Builder
		for _, place := range places {
			fmt.Fprintf(&b, "%s /dev/vdb /dev/vdb\n", place[1])
		}
		return remotetest.Reply{Stdout: b.String()}
	case strings.HasPrefix(cmd, "docker info") && m.Engine != nil:
		return remotetest.Reply{Stderr: m.Engine.Error() + "\n", Exit: 1}
	case strings.HasPrefix(cmd, "docker info"):
		return remotetest.Reply{Stdout: "20.10.24 /var/lib/docker\n"}
	case strings.Contains(cmd, "daemon.json"):
		return remotetest.Reply{Stdout: `{"mtu": ` + m.mtu + "}"}
	case strings.HasPrefix(cmd, "docker network inspect"):
		return remotetest.Reply{Stdout: m.mtu + "\n"}
	case strings.Contains(cmd, "probe.sh"):
		return remotetest.Reply{Stdout: "link eth0 " + m.mtu + "\nok 10.0.0.1\n"}
	}
	return unknown(cmd)
}

func unknown(cmd string) remotetest.Reply {
	return remotetest.Reply{Stderr: fmt.Sprintf("the guest does not know %q\n", cmd), Exit: 127}
}

func asJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(b)
}
