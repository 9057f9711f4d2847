// Package fake is a cloud in memory: it has names, sizes, quotas and time that passes, and it fails, hangs or is
// killed wherever a test asks for it.
package fake

import (
	"cmp"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/davit-io/davit/drivers"
)

// Cloud is what the platform holds. It outlives its drivers, as a cloud outlives the processes that use it. The
// exported fields are set before the first call. Guest and what it gives are called under a lock: they must not call
// the cloud.
type Cloud struct {
	Images      []drivers.ImageFacts
	Networks    []Network
	Sizes       []Size
	VolumeTypes []string
	Pools       []string
	Groups      []string
	Quota       Quota
	Delay       time.Duration             // of every call
	Delays      map[string]time.Duration  // of one operation, instead
	Guest       func(Boot) (Guest, error) // the machine behind a new host; nil: none
	SSHPort     int                       // where guests answer; 0: 22
	Causes      []string                  // what Diagnose tells of every host
	Reports     bool                      // guests report, their addresses too, and no console is shown: the driver is a Reporter
	KnowsKeys   bool                      // it knows the host keys of its hosts by itself

	mu     sync.Mutex
	calls  map[string]int
	faults []*Fault
	made   []*thing // in the order in which they were made
	count  int
}

// KindFolder is of what only Plant puts there: as on vSphere, a folder stays for as long as its owner has a volume in it.
const KindFolder drivers.Kind = "folder"

// Network is a network of the cloud.
type Network struct {
	Name string
	MTU  int // bytes
}

// Size is a size of hosts.
type Size struct {
	Name            string
	CPUs, MemoryGiB int
}

// Quota is how many there may be in all; 0: as many as one likes.
type Quota struct{ Servers, Volumes, Addresses int }

// Boot is what a machine starts with.
type Boot struct {
	Name     string
	Owner    drivers.Owner
	UserData []byte
}

// Guest is the machine behind a host.
type Guest struct {
	Addr     netip.Addr                 // where it answers
	HostKeys []string                   // of its SSH server, as lines of authorized_keys
	Console  func() string              // what its console shows
	Report   func() drivers.GuestReport // what it tells of itself; nil: nothing
	Power    func(on bool)              // told when the host starts or stops; nil: not
}

// thing is a server, a volume or an address.
type thing struct {
	drivers.Resource
	owner drivers.Owner
	host  drivers.Host // of a server
	ready time.Time    // of a server: when it runs
	guest Guest        // of a server
	mute  int          // of a server: how often it is looked at before its guest tells its addresses
	of    string       // of a volume or an address: the server that has it
}

// New makes a cloud with two images, one network, three sizes, a volume type and a pool of addresses.
func New() *Cloud {
	return &Cloud{
		Images: []drivers.ImageFacts{
			{ID: "img-1", Name: "debian-12", Distro: "debian", User: "debian", Architecture: "amd64"},
			{ID: "img-2", Name: "silent-1", Distro: "debian", User: "debian", Architecture: "amd64", NoHostKey: true},
		},
		Networks:    []Network{{Name: "private", MTU: 1450}},
		Sizes:       []Size{{"small", 1, 1}, {"medium", 2, 4}, {"large", 8, 32}},
		VolumeTypes: []string{"fast"},
		Pools:       []string{"outside"},
		Groups:      []string{"ssh"},
		calls:       map[string]int{},
	}
}

// Calls is how often an operation was asked for, by all drivers.
func (c *Cloud) Calls(op string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.calls[op]
}

// Count is how many of a kind there are, whoever owns them.
func (c *Cloud) Count(kind drivers.Kind) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.countOf(kind)
}

// Plant puts a resource there that this program did not make.
func (c *Cloud) Plant(kind drivers.Kind, name string, owner drivers.Owner) drivers.Resource {
	c.mu.Lock()
	defer c.mu.Unlock()
	th := c.add(kind, name, owner)
	if kind == drivers.KindServer {
		th.host = drivers.Host{ID: th.ID, Name: name, State: drivers.StateRunning}
	}
	return th.Resource
}

// The methods below want c.mu held.

func (c *Cloud) add(kind drivers.Kind, name string, owner drivers.Owner) *thing {
	th := &thing{Resource: drivers.Resource{Kind: kind, ID: uuid.NewString(), Name: name}, owner: owner}
	c.made = append(c.made, th)
	return th
}

func (c *Cloud) countOf(kind drivers.Kind) int {
	n := 0
	for _, th := range c.made {
		if th.Kind == kind {
			n++
		}
	}
	return n
}

func (c *Cloud) get(kind drivers.Kind, id string) (*thing, bool) {
	i := slices.IndexFunc(c.made, func(th *thing) bool { return th.Kind == kind && th.ID == id })
	if i < 0 {
		return nil, false
	}
	return c.made[i], true
}

// of finds the thing of an owner with a kind and a name; an empty name: the first of the kind.
func (c *Cloud) of(owner drivers.Owner, kind drivers.Kind, name string) (*thing, bool) {
	i := slices.IndexFunc(c.made, func(th *thing) bool {
		return th.owner == owner && th.Kind == kind && (name == "" || th.Name == name)
	})
	if i < 0 {
		return nil, false
	}
	return c.made[i], true
}

// newAddress counts through a range of addresses, so that no two things ever have the same.
func (c *Cloud) newAddress(a, b byte) netip.Addr {
	c.count++
	return netip.AddrFrom4([4]byte{a, b, byte(c.count / 250), byte(c.count%250 + 1)})
}

// outside is the floating address for a host: where its machine answers, if it has one.
func (c *Cloud) outside(host *thing) netip.Addr {
	if host.guest.Addr.IsValid() {
		return host.guest.Addr
	}
	return c.newAddress(198, 18)
}

// view is a server as the platform shows it now.
func (c *Cloud) view(th *thing) drivers.Host {
	h := th.host
	h.Addresses = slices.Clone(h.Addresses)
	if h.State == drivers.StateBuilding && !time.Now().Before(th.ready) {
		h.State = drivers.StateRunning
	}
	for _, a := range c.made {
		if a.Kind == drivers.KindFloatingIP && a.of == th.ID {
			h.Addresses = append(h.Addresses, drivers.Address{IP: netip.MustParseAddr(a.Name), Floating: true})
		}
	}
	if c.Reports && (h.State == drivers.StateStopped || th.mute > 0) {
		th.mute--
		h.Addresses = nil
	}
	return h
}

// rank is the order in which a create makes things.
func rank(a, b drivers.Found) int {
	order := []drivers.Kind{KindFolder, drivers.KindVolume, drivers.KindServer, drivers.KindFloatingIP}
	return cmp.Compare(slices.Index(order, a.Kind), slices.Index(order, b.Kind))
}
