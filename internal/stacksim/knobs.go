package stacksim

import (
	"slices"

	"golang.org/x/crypto/ssh"
)

// PowerOff stops a server from outside, as a guest does that shuts itself down.
func (c *Cloud) PowerOff(id string) {
	c.change(id, func(s *server) { s.Status, s.TaskState = "SHUTOFF", "" })
}

// Break puts a server in ERROR with the fault text.
func (c *Cloud) Break(id, text string) {
	c.change(id, func(s *server) { s.Status, s.TaskState, s.Fault = "ERROR", "", text })
}

// Remove deletes a server at once and behind the client's back.
func (c *Cloud) Remove(id string) { c.change(id, c.vanish) }

// Reschedule gives a server other ports, as Nova does when it builds it anew on another hypervisor.
func (c *Cloud) Reschedule(id string) {
	c.change(id, func(s *server) {
		for _, p := range c.portsOf(s.ID) {
			c.dropPort(p)
		}
		c.plug(s)
	})
}

// SetConsole sets what the server's console says from now on.
func (c *Cloud) SetConsole(id, text string) {
	c.change(id, func(s *server) { s.console = &text })
}

// SetMTU changes the MTU of the networks of that name, in bytes.
func (c *Cloud) SetMTU(network string, mtu int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range c.networks {
		if n.name == network {
			n.mtu = mtu
		}
	}
}

// SetCarrier shows how a network is carried, for example "vxlan", as Neutron does to administrators.
func (c *Cloud) SetCarrier(network, carrier string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, n := range c.networks {
		if n.name == network {
			n.carrier = carrier
		}
	}
}

// SetImageProperty sets a property of the images of that name; an empty value removes it.
func (c *Cloud) SetImageProperty(name, key, value string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, i := range c.images {
		if i.name != name {
			continue
		}
		i.properties[key] = value
		if value == "" {
			delete(i.properties, key)
		}
	}
}

// AddImage adds an image, of the same name as another one if need be, and returns its id. Sizes are in GiB and MiB.
func (c *Cloud) AddImage(name string, minDiskGiB, minRAMMiB int) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := newImage(name, "", "", "", minDiskGiB)
	i.minRAM, i.properties = minRAMMiB, map[string]string{}
	c.images = append(c.images, i)
	return i.id
}

// AddNetwork adds a network behind the router and returns its id; mtu is in bytes.
func (c *Cloud) AddNetwork(name, cidr string, mtu int) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := newNetwork(name, cidr, mtu)
	n.router = newID()
	c.networks = append(c.networks, n)
	return n.id
}

// RemoveNetwork removes the networks of that name.
func (c *Cloud) RemoveNetwork(name string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.networks = slices.DeleteFunc(c.networks, func(n *network) bool { return n.name == name })
}

// AddKeyPair adds a key pair with a public key in the form of authorized_keys.
func (c *Cloud) AddKeyPair(name, public string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keys = append(c.keys, newKeyPair(name, public))
}

// AddVolume adds a volume that is available, as of another tool or a foreign owner, and returns its id.
func (c *Cloud) AddVolume(name string, sizeGiB int, metadata map[string]string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := &Volume{
		ID: newID(), Name: name, Status: "available", SizeGiB: sizeGiB, Type: defaultType(), AvailabilityZone: zones[0], Metadata: metadata,
	}
	c.volumes = append(c.volumes, v)
	return v.ID
}

// ExpireTokens ends all tokens given so far.
func (c *Cloud) ExpireTokens() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.tokens)
}

// HostKey is the SSH host key that the server's console tells of; nil for an unknown server.
func (c *Cloud) HostKey(id string) ssh.Signer {
	var key ssh.Signer
	c.change(id, func(s *server) { key = s.hostKey })
	return key
}

func (c *Cloud) change(id string, do func(*server)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.settle()
	if s := find(c.servers, func(s *server) bool { return s.ID == id }); s != nil {
		do(s)
	}
}
