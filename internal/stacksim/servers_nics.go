package stacksim

// takeNetworks turns the wishes for networks into cards.
func (c *Cloud) takeNetworks(l *launch) error {
	mode, wishes, err := l.in.wishes(l.micro, func(raw []byte, v any) error { return c.decodeRaw(l.q, raw, v) })
	if err != nil || mode == "none" {
		return err
	}
	if mode == "auto" {
		return c.onlyNetwork(l)
	}
	for _, w := range wishes {
		n, err := c.card(w)
		if err != nil {
			return err
		}
		l.nics = append(l.nics, n)
	}
	return nil
}

// onlyNetwork takes the one network there is; Nova refuses to choose among several.
func (c *Cloud) onlyNetwork(l *launch) error {
	for _, n := range c.networks {
		if n.external {
			continue
		}
		if len(l.nics) > 0 {
			return conflict("", "Multiple possible networks found, use a Network ID to be more specific.")
		}
		l.nics = append(l.nics, nic{network: n})
	}
	return nil
}

func (c *Cloud) card(w nicBody) (nic, error) {
	if w.Port != "" {
		return c.cardInPort(w.Port)
	}
	n := c.networkByID(w.UUID)
	switch {
	case n == nil:
		return nic{}, bad("Network %s could not be found.", w.UUID)
	case n.external && !n.shared:
		return nic{}, forbidden("It is not allowed to create an interface on external network %s", n.id)
	}
	return nic{network: n, fixed: w.FixedIP}, nil
}

func (c *Cloud) cardInPort(id string) (nic, error) {
	p := c.portByID(id)
	switch {
	case p == nil:
		return nic{}, bad("Port %s could not be found.", id)
	case p.DeviceID != "":
		return nic{}, conflict("", "Port %s is still in use.", id)
	}
	return nic{network: c.networkByID(p.NetworkID), port: p}, nil
}

// plug gives the server its ports, as the hypervisor's agent does some way into the build.
func (c *Cloud) plug(s *server) {
	for _, n := range s.nics {
		p := n.port
		if p == nil {
			p = c.newPort(n.network, n.fixed)
			p.ByNova, p.SecurityGroups = true, s.groups
			c.ports = append(c.ports, p)
		}
		p.DeviceID, p.Status = s.ID, "DOWN"
	}
}
