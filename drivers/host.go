package drivers

import (
	"net/netip"
	"slices"
)

// Owner is the id a host gets before anything of it exists. It is written into everything made for it.
type Owner string

// Spec is a host as a driver needs it: what every host has, and the driver's own block.
type Spec struct {
	Name      string
	Owner     Owner
	Image     string     // name or id
	CPUs      int        // at least; 0: not asked
	MemoryGiB int        // at least; 0: not asked
	Network   string     // name or id; empty: the only one there is
	Disks     []Disk     // data disks, in order
	Engine    string     // the container engine that the host gets, for example "docker"; empty: none
	Again     bool       // an earlier try with this owner may have made something: look before making
	Made      []Resource // what earlier tries told of, in the order in which they made it
	Stamp     string     // digest of all that the host is made of; its server carries it, and Get tells it
	Options   any        // the driver's own block, as its constructor made it
}

// Disk is a data disk.
type Disk struct {
	Name    string // for humans; "<host>-<n>" by habit
	SizeGiB int
	Type    string // volume type or storage policy; empty: the platform's default

	Filesystem string // "ext4" or "xfs", made in the guest
	Mount      string // where the guest has it; empty: it holds the engine's data
}

// Kind says what a resource is, in the platform's own word.
type Kind string

// The kinds of resources that drivers make.
const (
	KindServer     Kind = "server"
	KindVolume     Kind = "volume"
	KindFloatingIP Kind = "floating_ip"
	KindMachine    Kind = "machine" // one that was there before and is taken over: deleting releases it
)

// IsHost says whether a resource is the host itself, and not something that it has.
func (k Kind) IsHost() bool { return k == KindServer || k == KindMachine }

// Resource is one thing a driver made.
type Resource struct {
	Kind Kind   `json:"kind"`
	ID   string `json:"id"`
	Name string `json:"name,omitempty"` // for humans: a name or an address
}

// State is what a host is doing, one word on every platform.
type State string

// The states of a host.
const (
	StateBuilding State = "building"
	StateRunning  State = "running"
	StateStopped  State = "stopped"
	StatePaused   State = "paused"
	StateError    State = "error"
	StateDeleting State = "deleting"
	StateUnknown  State = "unknown"
)

// Host is a host as its platform sees it.
type Host struct {
	ID        string
	Name      string
	State     State
	Fault     string // why, in the platform's words; only with StateError
	Addresses []Address
	LinkMTU   int      // bytes; 0: not told
	SSHPort   int      // where its SSH server listens; 0: 22
	HostKeys  []string // of its SSH server, known already, as lines of authorized_keys; empty: still to be learned
	Complete  bool     // a Marker marked it so
	Stamp     string   // of the Spec that it was made from; empty: the platform has no place for it
	// Tags are what users noted on it at the platform: metadata of OpenStack, custom attributes of vSphere.
	Tags map[string]string
	// Disks are where the guest finds its data disks, in the order of Spec.Disks. Create alone tells.
	Disks []DiskIdentity
}

// Address is one address of a host.
type Address struct {
	IP       netip.Addr
	Floating bool // reached through a translation outside of the host
}

// Dial is the address to reach the host at: a floating one before a fixed one, IPv4 before IPv6. The zero Addr: none.
func (h Host) Dial() netip.Addr {
	best := slices.SortedStableFunc(slices.Values(h.Addresses), func(a, b Address) int { return a.rank() - b.rank() })
	if len(best) == 0 {
		return netip.Addr{}
	}
	return best[0].IP
}

func (a Address) rank() int {
	rank := 0
	if !a.Floating {
		rank += 2
	}
	if !a.IP.Is4() {
		rank++
	}
	return rank
}
