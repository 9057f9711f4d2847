package mtu

import (
	"fmt"
	"slices"
)

// Encap is a way to carry packets inside of packets. The largest packet inside is the link less Before, rounded down to
// a multiple of Multiple, less After, and never more than Cap.
type Encap struct {
	Name     string // unique, for example "flannel-vxlan"
	Before   []Term // headers, before rounding; bytes negative
	Multiple int    // a cipher's block or alignment; 0: no rounding
	After    []Term // what rounding must leave room for; bytes negative
	Cap      int    // a fixed default that larger links don't raise; 0: none
	Source   string // of Multiple and Cap
}

// Overhead is the sum of all headers in bytes, without rounding.
func (e Encap) Overhead() int {
	n := 0
	for _, t := range slices.Concat(e.Before, e.After) {
		n -= t.Bytes
	}
	return n
}

// Over stacks e on another encapsulation: Cilium's WireGuard inside of Cilium's tunnel.
func (s Sum) Over(e Encap) (Sum, error) {
	inner, err := Overlay(s.Total, e)
	if err != nil {
		return inner, fmt.Errorf("inside of %s: %w", s, err)
	}
	inner.Terms = slices.Concat(s.Terms, inner.Terms[1:])
	return inner, nil
}

// All lists every known encapsulation.
func All() []Encap {
	return slices.Concat(neutron, docker, flannel, calico, cilium, weave, rancher, tunnels, ESPSuites())
}

// Find gives the encapsulation with a name.
func Find(name string) (Encap, bool) {
	all := All()
	i := slices.IndexFunc(all, func(e Encap) bool { return e.Name == name })
	if i < 0 {
		return Encap{}, false
	}
	return all[i], true
}

func (e Encap) over(s Sum) Sum {
	s.add(e.Before...)
	if e.Multiple > 1 && s.Total > 0 {
		s.add(Term{Name: fmt.Sprintf("down to a multiple of %d", e.Multiple), Bytes: -(s.Total % e.Multiple), Source: e.Source})
	}
	s.add(e.After...)
	if e.Cap > 0 && s.Total > e.Cap {
		s.add(Term{Name: "its fixed default", Bytes: e.Cap - s.Total, Source: e.Source})
	}
	return s
}

// off is a header of so many bytes.
func off(bytes int, name, source string) Term { return Term{Name: name, Bytes: -bytes, Source: source} }

func one(name string, bytes int, term, source string) Encap {
	return Encap{Name: name, Before: []Term{off(bytes, term, source)}, Source: source}
}

const (
	ipv4Header = 20
	ipv6Header = 40
	udpHeader  = 8
)

func outer(ipv6 bool) Term {
	if ipv6 {
		return off(ipv6Header, "outer IPv6", "RFC 8200")
	}
	return off(ipv4Header, "outer IPv4", "RFC 791")
}
