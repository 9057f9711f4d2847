package stacksim

import (
	"crypto/ed25519"
	"crypto/rand"
	"net/netip"
	"strings"

	"github.com/google/uuid"
	"golang.org/x/crypto/ssh"
)

const gib = 1 << 30

// zones of compute and of volumes.
var zones = []string{"nova", "zone-b"}

// volumeTypes known to Cinder; the first is the default.
var volumeTypes = []obj{
	{"id": "a1d6c8c0-6f0e-4a55-9d7b-3b4e0c8f1a11", "name": "standard", "description": "spinning", "is_public": true, "extra_specs": obj{}},
	{"id": "b2e7d9d1-7a1f-4b66-8e8c-4c5f1d9a2b22", "name": "fast", "description": "flash", "is_public": true, "extra_specs": obj{}},
}

// seed fills the cloud with what a newcomer finds in one.
func (c *Cloud) seed() {
	c.images = []*image{
		newImage("debian-12", "debian", "debian", "12", 3),
		newImage("ubuntu-24.04", "ubuntu", "ubuntu", "24.04", 8),
		newImage("debian-12-docker", "debian", "debian", "12", 3),
	}
	c.flavors = []*flavor{
		newFlavor("m1.tiny", 1, 512, 1), newFlavor("m1.small", 1, 2048, 20),
		newFlavor("m1.medium", 2, 4096, 40), newFlavor("m1.large", 4, 8192, 80),
	}
	public := newNetwork("public", "172.24.0.0/20", 1500)
	public.external = true
	private := newNetwork("private", "10.20.0.0/16", 1450)
	private.router = newID()
	flat := newNetwork("flat", "192.168.128.0/18", 1500)
	flat.shared = true
	c.networks = []*network{public, private, flat}
	c.groups = []*securityGroup{newGroup("default", "Default security group", true), newGroup("closed", "No way in", false)}
	key := newHostKey()
	c.keys = []*KeyPair{newKeyPair("ops", authorized(key.PublicKey()))}
}

func newImage(name, user, distro, version string, minDisk int) *image {
	return &image{
		id: newID(), name: name, status: "active", visibility: "public", size: 400 << 20, minDisk: minDisk, minRAM: 256,
		properties: map[string]string{
			"os_admin_user": user, "os_distro": distro, "os_version": version, "hw_disk_bus": "virtio", "architecture": "x86_64",
		},
	}
}

func newFlavor(name string, cpus, ram, disk int) *flavor {
	return &flavor{id: newID(), name: name, cpus: cpus, ram: ram, disk: disk}
}

func newNetwork(name, cidr string, mtu int) *network {
	return &network{id: newID(), name: name, mtu: mtu, subnet: newID(), cidr: netip.MustParsePrefix(cidr)}
}

func newGroup(name, description string, open bool) *securityGroup {
	g := &securityGroup{id: newID(), name: name, description: description}
	g.rules = []rule{{id: newID(), direction: "egress", ether: "IPv4"}, {id: newID(), direction: "egress", ether: "IPv6"}}
	if open {
		g.rules = append(g.rules,
			rule{id: newID(), direction: "ingress", ether: "IPv4", protocol: "tcp", low: 22, high: 22, prefix: "0.0.0.0/0"},
			rule{id: newID(), direction: "ingress", ether: "IPv4", protocol: "icmp", prefix: "0.0.0.0/0"},
			rule{id: newID(), direction: "ingress", ether: "IPv4", group: g.id})
	}
	return g
}

func newKeyPair(name, public string) *KeyPair { return &KeyPair{Name: name, PublicKey: public} }

func newHostKey() ssh.Signer {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err) // no entropy: nothing on this machine works
	}
	s, err := ssh.NewSignerFromKey(private)
	if err != nil {
		panic(err) // an ed25519 key always signs
	}
	return s
}

func authorized(k ssh.PublicKey) string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(k)))
}

func newID() string { return uuid.NewString() }
