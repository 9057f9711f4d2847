package fake

import "github.com/davit-io/davit/drivers"

// Tamper changes the server of a host behind davit's back.
func (c *Cloud) Tamper(host string, change func(*drivers.Host)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, th := range c.made {
		if th.Kind == drivers.KindServer && th.Name == host {
			th.host.State = c.view(th).State
			change(&th.host)
		}
	}
}

// Vanish removes the server of a host behind davit's back; what else the host has stays.
func (c *Cloud) Vanish(host string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, th := range c.made {
		if th.Kind == drivers.KindServer && th.Name == host {
			c.remove(th.Resource)
			return
		}
	}
}

// SetMTU changes the MTU of all networks, and of what is on them.
func (c *Cloud) SetMTU(bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.Networks {
		c.Networks[i].MTU = bytes
	}
	for _, th := range c.made {
		th.host.LinkMTU = bytes
	}
}
