// Package lifecycle takes hosts from a document to a running container engine and back to nothing. Both front ends
// use it; it knows no platform by name and no front end.
//
// A Record is all that is known of a host between two runs. It is saved before anything is made and after every
// resource, so a run that was killed at any instant can be continued or taken back.
package lifecycle

import (
	"net/netip"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/spec"
)

// RecordVersion is the version of records that this program writes, and the newest it reads.
const RecordVersion = 1

// Record is what is known of a host. It holds no secret.
type Record struct {
	Version   int                    `json:"version"`
	Name      string                 `json:"name"`
	Owner     drivers.Owner          `json:"owner"` // written into everything made for the host
	Driver    string                 `json:"driver"`
	Spec      *spec.Host             `json:"spec,omitempty"`
	Phase     Phase                  `json:"phase"`
	Resources []drivers.Resource     `json:"resources,omitempty"` // in the order in which they were made
	HostID    string                 `json:"host_id,omitempty"`
	Addresses []drivers.Address      `json:"addresses,omitempty"`
	SSHPort   int                    `json:"ssh_port,omitempty"` // 0: 22
	User      string                 `json:"user,omitempty"`
	KeyFile   string                 `json:"key_file,omitempty"`  // the private key to log in with
	HostKeys  []string               `json:"host_keys,omitempty"` // pinned, as lines of authorized_keys
	Rotate    bool                   `json:"rotate,omitempty"`    // a pinned key was handed over in the user-data and is still to be replaced
	Image     drivers.ImageFacts     `json:"image"`
	Disks     []drivers.DiskIdentity `json:"disks,omitempty"` // in the order of the spec's
	MTU       int                    `json:"mtu,omitempty"`   // bytes, of the engine's networks
	MTUSum    string                 `json:"mtu_sum,omitempty"`
	Choices   []drivers.Choice       `json:"choices,omitempty"`
	Warnings  []string               `json:"warnings,omitempty"` // what went less well on the host itself
	Problem   string                 `json:"problem,omitempty"`  // the last error; empty: none
	Created   time.Time              `json:"created"`
	Changed   time.Time              `json:"changed"`

	found string // the stamp of a server that was found by its owner
}

// NewRecord gives a host its record and its owner. Nothing is saved or made.
func NewRecord(h *spec.Host) *Record {
	now := time.Now().UTC().Truncate(time.Second)
	return &Record{
		Version: RecordVersion, Name: h.Name, Owner: drivers.Owner(uuid.NewString()), Driver: h.Driver, Spec: h,
		KeyFile: h.SSHKey, Phase: PhasePlanned, Created: now, Changed: now,
	}
}

// Complete says whether a create has nothing left to do.
func (r *Record) Complete() bool { return r.Phase == PhaseReady }

// Dial is where the host answers SSH. The zero AddrPort: it has no address yet.
func (r *Record) Dial() netip.AddrPort {
	addr := drivers.Host{Addresses: r.Addresses}.Dial()
	if !addr.IsValid() {
		return netip.AddrPort{}
	}
	port := uint16(22)
	if r.SSHPort != 0 {
		port = uint16(r.SSHPort)
	}
	return netip.AddrPortFrom(addr, port)
}

// add notes a resource, once.
func (r *Record) add(made drivers.Resource) {
	if !slices.ContainsFunc(r.Resources, func(have drivers.Resource) bool { return isSame(have, made) }) {
		r.Resources = append(r.Resources, made)
	}
}

// isDisk says whether a volume is the i-th data disk. It is known by its identity; one that never had any, since no
// server was made for it so far, by its name.
func (r *Record) isDisk(i int, volume drivers.Resource) bool {
	if i < len(r.Disks) && r.Disks[i].ID != "" {
		return r.Disks[i].ID == volume.ID
	}
	return r.Spec.DriverSpec(r.Owner, true).Disks[i].Name == volume.Name
}

func isSame(a, b drivers.Resource) bool { return a.Kind == b.Kind && a.ID == b.ID }
