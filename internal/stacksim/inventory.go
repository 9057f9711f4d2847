package stacksim

import (
	"maps"
	"slices"
	"time"
)

// Server is a server as the cloud has it.
type Server struct {
	ID, Name, Status, TaskState string
	Description, Hostname       string
	ImageID                     string // "": booted from a volume
	FlavorID                    string
	AvailabilityZone            string // where it runs; "" before it is placed
	KeyName                     string
	UserData                    []byte // decoded
	Metadata                    map[string]string
	Tags                        []string
	SecurityGroups              []string // names
	Volumes                     []Attachment
	Fault                       string // why it is in ERROR
	ConfigDrive                 bool
	Created                     time.Time
}

// Attachment is a volume of a server.
type Attachment struct {
	ID, VolumeID, Device, Tag string
	DeleteOnTermination       bool
}

// Port is a network port. ByNova tells that it goes with its server.
type Port struct {
	ID, Name, Description, NetworkID, DeviceID, MAC, Address, Status string
	SecurityGroups                                                   []string // ids
	ByNova                                                           bool
}

// FloatingIP is a floating IP; PortID is empty while it is not bound.
type FloatingIP struct {
	ID, Address, NetworkID, PortID, FixedAddress, Description, Status string
}

// Volume is a Cinder volume.
type Volume struct {
	ID, Name, Description, Status, Type, AvailabilityZone string
	SizeGiB                                               int
	Metadata                                              map[string]string
	ServerID, Device                                      string // what it is attached to
	AttachmentID                                          string
	ImageID                                               string // what it was made from
	Created                                               time.Time
}

// KeyPair is a public key known to Nova.
type KeyPair struct{ Name, PublicKey string }

// Servers returns all servers, oldest first.
func (c *Cloud) Servers() []Server {
	return inventory(c, &c.servers, func(s *server) Server { return s.copy() })
}

// Ports returns all ports, oldest first.
func (c *Cloud) Ports() []Port { return inventory(c, &c.ports, func(p *port) Port { return p.Port }) }

// FloatingIPs returns all floating IPs, oldest first.
func (c *Cloud) FloatingIPs() []FloatingIP {
	return inventory(c, &c.floating, func(f *FloatingIP) FloatingIP { return *f })
}

// Volumes returns all volumes, oldest first.
func (c *Cloud) Volumes() []Volume {
	return inventory(c, &c.volumes, func(v *Volume) Volume {
		out := *v
		out.Metadata = maps.Clone(v.Metadata)
		return out
	})
}

// KeyPairs returns all key pairs; "ops" is there from the start.
func (c *Cloud) KeyPairs() []KeyPair {
	return inventory(c, &c.keys, func(k *KeyPair) KeyPair { return *k })
}

// Calls returns all calls so far in the order of their coming, logins and version discovery included.
func (c *Cloud) Calls() []Call {
	return inventory(c, &c.calls, func(call *Call) Call { return *call })
}

// ResetCalls forgets the calls so far and the peak.
func (c *Cloud) ResetCalls() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls, c.peak = nil, c.busy
}

// Peak is the most requests that were open at one time.
func (c *Cloud) Peak() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.peak
}

func inventory[T, V any](c *Cloud, items *[]*T, view func(*T) V) []V {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle()
	out := make([]V, 0, len(*items))
	for _, it := range *items {
		out = append(out, view(it))
	}
	return out
}

func (s *server) copy() Server {
	out := s.Server
	out.Metadata, out.Tags, out.Volumes = maps.Clone(s.Metadata), slices.Clone(s.Tags), slices.Clone(s.Volumes)
	return out
}

// find returns the item that is wanted, or nil.
func find[T any](items []*T, wanted func(*T) bool) *T {
	if i := slices.IndexFunc(items, wanted); i >= 0 {
		return items[i]
	}
	return nil
}
