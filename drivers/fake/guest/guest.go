// Package guest puts machines behind the hosts of the fake cloud, so that a create can end ready: SSH servers inside
// the test that behave as a guest does whose boot document davit wrote. It is for tests alone.
package guest

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/drivers/fake"
	"github.com/davit-io/davit/internal/remote"
	"github.com/davit-io/davit/internal/remote/remotetest"
)

// Behaviour is how a machine differs from one on which all goes well.
type Behaviour struct {
	Deaf        bool            // nothing answers at its address
	Mute        bool            // it prints and reports no host keys
	ConsoleKeys []ssh.PublicKey // the console and the report show these instead of its own
	NoCloudInit bool
	BootTime    time.Duration       // until cloud-init is done
	Errors      []string            // as in cloud-init's result.json
	Recoverable map[string][]string // as in cloud-init's status.json
	Log         string              // what cloud-init's logs say
	Engine      error               // why docker info fails
	Stubborn    error               // why it can't be configured anew
	MTU         int                 // of its networks; 0: as its boot document says
}

// Guests are the machines of one cloud.
type Guests struct {
	t      testing.TB
	behave func(name string) Behaviour
	port   uint16

	mu       sync.Mutex
	addrs    map[string]netip.Addr
	machines map[string]*Machine
}

// Attach gives every host that c makes from now on a machine. behave tells of a host by its name; nil: all goes well.
func Attach(t testing.TB, c *fake.Cloud, behave func(name string) Behaviour) *Guests {
	t.Helper()
	if behave == nil {
		behave = func(string) Behaviour { return Behaviour{} }
	}
	// Guests differ by their loopback address and share a port, as real ones do. This listener keeps it.
	keeper := remotetest.New(t, remotetest.Options{})
	g := &Guests{t: t, behave: behave, port: keeper.Addr.Port(), addrs: map[string]netip.Addr{}, machines: map[string]*Machine{}}
	c.Guest, c.SSHPort = g.boot, int(g.port)
	return g
}

// Machine is the newest machine of a host, or nil.
func (g *Guests) Machine(name string) *Machine {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.machines[name]
}

func (g *Guests) boot(b fake.Boot) (fake.Guest, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	m, err := newMachine(b.UserData, g.behave(b.Name))
	if err != nil {
		return fake.Guest{}, fmt.Errorf("boot %s: %w", b.Name, err)
	}
	addr := g.address(b.Name)
	g.machines[b.Name] = m
	if !m.Deaf {
		m.Server = remotetest.New(g.t, remotetest.Options{
			Listen: netip.AddrPortFrom(addr, g.port).String(), HostKeys: m.hostKeys(g.t), Allow: m.allow, Handler: m.answer,
		})
	}
	return fake.Guest{Addr: addr, HostKeys: m.publicKeys(), Console: m.console, Report: m.report, Power: m.power}, nil
}

// address is the same for every machine of a host, as behind a floating address: the one before it is off by now.
func (g *Guests) address(name string) netip.Addr {
	if old, ok := g.machines[name]; ok && old.Server != nil {
		old.Server.Stop()
	}
	if addr, ok := g.addrs[name]; ok {
		return addr
	}
	g.addrs[name] = netip.AddrFrom4([4]byte{127, 77, 0, byte(len(g.addrs) + 2)})
	return g.addrs[name]
}

// console shows the keys where the machine is not mute, and what comes before and after them.
func (m *Machine) console() string {
	lines := []string{"[    0.000000] Linux version 6.1.0", "[   31.204711] cloud-init[612]: running 'modules:final'"}
	if m.Server != nil && !m.Mute {
		lines = append(lines, "-----BEGIN SSH HOST KEY KEYS-----")
		for _, key := range m.shown() {
			lines = append(lines, remote.AuthorizedKey(key)+" root@guest")
		}
		lines = append(lines, "-----END SSH HOST KEY KEYS-----")
	}
	return strings.Join(append(lines, "guest login: "), "\n")
}

func (m *Machine) shown() []ssh.PublicKey {
	if m.ConsoleKeys != nil {
		return m.ConsoleKeys
	}
	return m.Server.HostKeys()
}

func (m *Machine) power(on bool) {
	if m.Server != nil && !on {
		m.Server.Drop()
	}
}
