// Package drivers is the contract between davit and a cloud. A driver implements Driver and whichever capabilities
// its cloud has; nothing above this package knows the name of a cloud or a type of an SDK.
//
// Three rules make a kill at any instant safe. The owner is written in the very call that makes a resource, so that
// Find shows all there is. Every resource is reported through made as soon as it exists. Delete touches only what it
// is handed, and what it is handed was recorded or carries the owner.
package drivers

import "context"

// Driver is what every cloud can do. All methods may be called from many goroutines at once, and a driver shares
// between them what can be shared: one login, one lookup of each name, one list per tick for all that wait.
type Driver interface {
	// Resolve turns names into ids and reads what planning needs (link MTU, image facts, the flavor that fits), for
	// all specs at once: each name is looked up once, quota and capacity are checked against the sum. It makes
	// nothing. The result has the order of specs. Findings come back joined as field.Errors with the path of their
	// option in the host document; a finding that concerns one host only names it.
	Resolve(ctx context.Context, specs []Spec) ([]Resolved, error)

	// Create makes the host and returns it running, with its addresses. It calls made for every resource as soon as
	// it exists and stops when made fails. It asks render for the boot documents once the data disks have an
	// identity in the guest, before the host itself is made. With Spec.Again set it first looks for what carries
	// the owner, adopts that (reporting it through made) and goes on, so it never makes a second one of anything.
	// On an error everything made so far stays; Delete is how it is taken back.
	Create(ctx context.Context, r Resolved, render Render, made func(Resource) error) (Host, error)

	// Get reports the host as the platform sees it now, or ErrNotFound. Concurrent calls become one list.
	Get(ctx context.Context, id string) (Host, error)

	// Delete removes rs, the last first, and returns when they are gone. A resource already gone is no error; one
	// that can't be removed doesn't keep the others, and the error names it.
	Delete(ctx context.Context, rs []Resource) error
}

// Render makes the boot documents from the identities of the data disks, in the order of Spec.Disks.
type Render func(disks []DiskIdentity) (Documents, error)

// Documents is what a host is set up by: user-data that it boots with, or a script where it runs already.
type Documents struct {
	UserData []byte // a cloud-config document, complete with its first line; possibly gzip
	Script   []byte // the same as a shell script for root, with Resolved.Existing alone; cloudinit.Script tells what it keeps
}

// DiskIdentity is where the guest finds a data disk, whatever the order of its controllers.
type DiskIdentity struct {
	Path string // a stable link, for example /dev/disk/by-id/virtio-1b9c7c1e-9d1c-4d0a-8
	ID   string // of its Resource; empty: it is none that Create makes
	// Filesystem is what the disk carries already and the user takes over with its data, whoever made it; empty: the
	// disk is blank, or of an earlier host of davit's.
	Filesystem string
}

// Resolved is a Spec whose names are ids.
type Resolved struct {
	Spec    Spec
	LinkMTU int // bytes; 0: the platform does not tell
	Image   ImageFacts
	// Existing says that the machine is there already: it doesn't boot with the documents, Create applies them.
	Existing     bool
	Disks        []DiskIdentity // known before they are made, in the order of Spec.Disks; nil: they are not
	EngineConfig []byte         // the daemon.json that an existing machine has; nil: none
	Found        []string       // what an existing machine is like, a line each, shown in every plan
	Choices      []Choice       // what was decided for the user, shown in every plan
	Makes        []string       // what Create will make, a line each ("volume web-1-data, 2 GiB, type fast"), shown in every plan

	Private any // the driver's own; nobody else looks inside
}

// ImageFacts is what the platform tells of an image. Every field may be empty.
type ImageFacts struct {
	ID, Name     string
	Distro       string // "debian", "ubuntu", ... as the platform spells it
	User         string // login user
	NoHostKey    bool   // the platform says that this image doesn't print its host keys on the console
	Architecture string
}

// Choice is one decision taken for the user.
type Choice struct {
	Path   string // option path, for example "openstack.flavor"
	Value  string
	Reason string
}
