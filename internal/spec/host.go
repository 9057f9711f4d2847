// Package spec is what a user may ask for: the Host document, the same as YAML, flags and environment. Every option
// is one struct field; one walk over the fields yields the options, and from these come decoding, encoding, checks,
// the JSON Schema and the reference. The package is pure: it opens no file and reads no environment by itself.
package spec

import (
	"fmt"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
)

// Host is the document a user writes. The tags are read by the walk (walk.go explains them).
type Host struct {
	Name      string `opt:"name,argument,required" help:"Name of the host: lower-case letters, digits and hyphens, 63 at most." example:"web-1" change:"replace"`
	Driver    string `opt:"driver,required" help:"Driver of the platform that the host runs on." change:"replace"`
	Image     string `opt:"image" help:"Image to boot, by name or id." example:"debian-12" change:"replace"`
	CPUs      int    `opt:"cpus" help:"CPUs at least; the smallest size that fits is taken." min:"1" example:"2" change:"replace"`
	MemoryGiB int    `opt:"memory_gib" help:"Memory at least; the smallest size that fits is taken." unit:"GiB" min:"1" example:"4" change:"replace"`
	Network   string `opt:"network" help:"Network to attach, by name or id. Empty: the only one there is." example:"private" change:"replace"`
	User      string `opt:"user" help:"Login user. Empty: the image's own." example:"debian" change:"replace"`
	SSHKey    string `opt:"ssh_key" help:"File with the private key to log in with. Empty: a key is made for the host." example:"~/.ssh/id_ed25519" change:"replace"`
	HostKey   string `opt:"host_key" help:"How the host's SSH key becomes known: platform reads it through the platform's own channel (OpenStack's console log, vSphere's guestinfo), injected hands one over and rotates it on first contact, auto takes what platform and image can do." default:"auto" values:"auto,platform,injected" change:"replace"`
	Disks     []Disk `opt:"disks" help:"Data disks." example:"size_gib=20,type=fast" change:"replace"`
	Engine    Engine `opt:"engine"`
	MTU       int    `opt:"mtu" help:"MTU of the engine's networks. 0: computed from the network's." unit:"bytes" min:"576" max:"9216" why:"IPv4 needs 576 and IPv6 1280; jumbo frames end at 9216" example:"1450" change:"engine restart"`
	UserData  string `opt:"user_data,file" help:"Cloud-config of your own, merged with the host's; yours wins." example:"@extra.yaml" change:"replace"`

	// Options is the driver's own block, a pointer to its options struct. In the document its key is the driver's
	// name. After json.Unmarshal it is raw until Bind.
	Options any
}

// Disk is a data disk.
type Disk struct {
	SizeGiB    int    `opt:"size_gib,required" help:"Size." unit:"GiB" min:"1" example:"20" change:"replace"`
	Type       string `opt:"type" help:"Volume type or storage policy. Empty: the platform's default." example:"fast" change:"replace"`
	Filesystem string `opt:"filesystem" help:"Filesystem it gets when it carries none." default:"ext4" values:"ext4,xfs" change:"replace"`
	Mount      string `opt:"mount" help:"Folder to mount it at. Empty: it holds the engine's data; one disk at most." example:"/srv/data" change:"reboot"`
	Keep       bool   `opt:"keep" help:"Keep the disk when the host is removed." change:"in place"`
}

// Engine is the container engine.
type Engine struct {
	Name               string            `opt:"name" help:"Container engine; none installs nothing." default:"docker" values:"docker,none" change:"replace"`
	RegistryMirrors    []string          `opt:"registry_mirrors" help:"Mirrors of Docker Hub to pull through, tried in order." example:"https://mirror.example.com" change:"engine restart"`
	InsecureRegistries []string          `opt:"insecure_registries" help:"Registries (host, host:port or network) that may speak plain HTTP." example:"registry.example.com:5000" change:"engine restart"`
	Labels             map[string]string `opt:"labels" help:"Labels of the engine." example:"tier=web,zone=a" change:"engine restart"`
}

// New makes a host with every default. With a driver its block is there too; with "" there is none yet.
// A driver that the table doesn't have is a finding at "driver".
func New(table drivers.Table, driver string) (*Host, error) {
	h := &Host{}
	setDefaults(h.slots())
	if driver == "" {
		return h, nil
	}
	return h, h.choose(table, driver)
}

// choose sets the driver and gives the host the driver's block with its defaults.
func (h *Host) choose(table drivers.Table, driver string) error {
	c, ok := table.Find(driver)
	if !ok {
		return field.Errorf("driver", "%s", notOneOf(driver, table.Names()))
	}
	h.Driver, h.Options = driver, c.Options()
	setDefaults(walk(h.Options))
	return nil
}

// DriverSpec is the host as its driver needs it. With again set, an earlier try with this owner may have made something.
func (h *Host) DriverSpec(owner drivers.Owner, again bool) drivers.Spec {
	s := drivers.Spec{
		Name: h.Name, Owner: owner, Image: h.Image, CPUs: h.CPUs, MemoryGiB: h.MemoryGiB,
		Network: h.Network, Again: again, Options: h.Options,
	}
	if h.Engine.Name != "none" {
		s.Engine = h.Engine.Name
	}
	for i, d := range h.Disks {
		s.Disks = append(s.Disks, drivers.Disk{Name: h.diskName(i), SizeGiB: d.SizeGiB, Type: d.Type, Filesystem: d.Filesystem, Mount: d.Mount})
	}
	return s
}

func (h *Host) diskName(i int) string {
	if h.Disks[i].Mount == "" {
		return h.Name + "-data"
	}
	return fmt.Sprintf("%s-%d", h.Name, i+1)
}
