package lifecycle

import (
	"slices"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/spec"
)

// Pool is hosts that are all made of one document. Converge makes it what it is to be; Members then has what there is,
// however that ended, and a front end keeps it.
type Pool struct {
	Name string
	Bounds
	Template   *spec.Host // its name doesn't matter
	Zones      []string   // to spread over; empty: the template's own
	ZoneOption string     // path of the option that names a host's zone
	Key        string     // public half of the key to log in with; "": the template's ssh_key tells keys apart
	// Owner derives the owner of a host from its name, for front ends whose records may be lost: Converge looks for what
	// carries one. nil: every host gets one of its own.
	Owner    func(host string) drivers.Owner
	Adopts   bool // complete hosts that carry such an owner are the pool's; else somebody has their records
	Parallel int  // steps at a time; 0: as many as are due
	Members  []*PoolMember
}

// PoolMember is a host of a pool.
type PoolMember struct {
	Place  int     `json:"place"`         // from 1; no other host takes it for as long as this one is there
	Key    string  `json:"key,omitempty"` // public half of the key that it was made with
	Marked bool    `json:"marked,omitempty"`
	Record *Record `json:"record"`
}

// document is what the host with a name is to be.
func (p *Pool) document(name, zone string) (*spec.Host, error) {
	h := p.Template.Clone()
	h.Name = name
	if zone == "" || p.ZoneOption == "" {
		return h, nil
	}
	return h, h.Set(p.ZoneOption, zone)
}

// Zone is the zone that a member was made in; "": the pool doesn't spread.
func (p *Pool) Zone(m *PoolMember) string {
	if p.ZoneOption == "" || m.Record.Spec == nil {
		return ""
	}
	zone, _ := m.Record.Spec.Get(p.ZoneOption)
	return zone
}

// zoneFor is where a new host goes: to the zone of the host that it replaces, else to where the fewest are.
func (p *Pool) zoneFor(place int) string {
	if len(p.Zones) == 0 {
		return ""
	}
	hosts := map[string]int{}
	for _, m := range p.Members {
		zone := p.Zone(m)
		if m.Place == place && slices.Contains(p.Zones, zone) {
			return zone
		}
		hosts[zone]++
	}
	return slices.MinFunc(p.Zones, func(a, b string) int { return hosts[a] - hosts[b] })
}

// add gives the pool a host of which nothing is made.
func (p *Pool) add(place int, name string) (*PoolMember, error) {
	h, err := p.document(name, p.zoneFor(place))
	if err != nil {
		return nil, err
	}
	m := &PoolMember{Place: place, Key: p.Key, Record: NewRecord(h)}
	m.Record.KeyFile = h.SSHKey
	if p.Owner != nil {
		m.Record.Owner = p.Owner(name)
	}
	p.Members = append(p.Members, m)
	return m, nil
}

func (p *Pool) drop(m *PoolMember) {
	p.Members = slices.DeleteFunc(p.Members, func(other *PoolMember) bool { return other == m })
}

func (p *Pool) named(name string) *PoolMember {
	i := slices.IndexFunc(p.Members, func(m *PoolMember) bool { return m.Record.Name == name })
	if i < 0 {
		return nil
	}
	return p.Members[i]
}

// wanted is what a member is to be: one in a zone that is still listed stays there.
func (p *Pool) wanted(m *PoolMember) (*spec.Host, error) {
	zone := p.Zone(m)
	if len(p.Zones) > 0 && !slices.Contains(p.Zones, zone) {
		zone = p.Zones[0]
	}
	if len(p.Zones) == 0 {
		zone = ""
	}
	return p.document(m.Record.Name, zone)
}

// change is the class of what a member has to change, on a link with so many bytes; "": nothing.
func (p *Pool) change(m *PoolMember, link int) (string, error) {
	to, err := p.wanted(m)
	if err != nil {
		return "", err
	}
	was := m.Record.Spec.Clone()
	if p.Key != "" {
		was.SSHKey = to.SSHKey // a file is no key
	}
	if p.Key != m.Key {
		return Replace, nil
	}
	class := Dearest(Changes(was, to))
	if class != "" && class != InPlace && !m.Record.Complete() {
		return Replace, nil // nobody was on it
	}
	if now := EngineMTU(to, link); class == "" && m.Record.Complete() && to.Engine.Name != "none" && now != 0 && now != m.Record.MTU {
		return EngineRestart, nil // the network's MTU is another one
	}
	return class, nil
}
