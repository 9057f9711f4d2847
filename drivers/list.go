package drivers

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// Image is what a host can boot from. What the platform doesn't tell is empty.
type Image struct {
	ID           string    `json:"id"`
	Name         string    `json:"name"`
	Distro       string    `json:"distro,omitempty"`
	User         string    `json:"user,omitempty"` // login user
	Architecture string    `json:"architecture,omitempty"`
	DiskGiB      int       `json:"disk_gib,omitempty"`   // the smallest root disk that it boots on
	MemoryMiB    int       `json:"memory_mib,omitempty"` // the least memory that it boots with
	Created      time.Time `json:"created,omitzero"`
}

// Network is what a host can be connected to.
type Network struct {
	ID      string      `json:"id"`
	Name    string      `json:"name"`
	MTU     int         `json:"mtu,omitempty"` // bytes; 0: the platform does not tell
	Kind    NetworkKind `json:"kind"`
	Carrier string      `json:"carrier,omitempty"` // how packets travel between hosts, for example "vxlan"; empty: not told
}

// NetworkKind is what a network is to those who connect hosts to it.
type NetworkKind string

// The kinds of networks.
const (
	NetworkProject     NetworkKind = "project"     // of one project of a cloud
	NetworkShared      NetworkKind = "shared"      // of all projects
	NetworkExternal    NetworkKind = "external"    // where floating addresses come from
	NetworkStandard    NetworkKind = "standard"    // a port group that every ESXi host has for itself
	NetworkDistributed NetworkKind = "distributed" // a port group of a distributed switch
	NetworkNSX         NetworkKind = "nsx"         // a segment that NSX manages
)

// Flavor is a size of hosts with a name.
type Flavor struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	CPUs      int    `json:"cpus"`
	MemoryMiB int    `json:"memory_mib"`
	DiskGiB   int    `json:"disk_gib,omitempty"` // of the root disk; 0: as large as the image
}

// Smaller compares by memory, then CPUs, then disk, and at last by name.
func (f Flavor) Smaller(than Flavor) int {
	return cmp.Or(cmp.Compare(f.MemoryMiB, than.MemoryMiB), cmp.Compare(f.CPUs, than.CPUs), cmp.Compare(f.DiskGiB, than.DiskGiB), cmp.Compare(f.Name, than.Name))
}

// Value is something that an option can name.
type Value struct {
	ID   string `json:"id,omitempty"` // empty: it has only its name
	Name string `json:"name"`
	Text string `json:"text,omitempty"` // for humans: what there is to know of it
}

// Values makes values of a list, sorted by name.
func Values[T any](list []T, value func(T) Value) []Value {
	out := make([]Value, len(list))
	for i, thing := range list {
		out[i] = value(thing)
	}
	slices.SortStableFunc(out, func(a, b Value) int { return cmp.Compare(a.Name, b.Name) })
	return out
}

// NoValues is the error of a platform that has no list for the option at path.
func NoValues(path string, have []string) error {
	slices.Sort(have)
	return &Error{Kind: ErrUnsupported, Err: fmt.Errorf("there is no list of values for %s", path), Next: fmt.Sprintf("there are lists for %q", have)}
}
