// Package mtu is the arithmetic of links and overlays in bytes: how large a packet may be inside so many wrappings.
// Every constant is an Encap with the place where it is written; a result is a Sum that shows its own working.
package mtu

import (
	"fmt"
	"strings"
)

const (
	// IPv6Min is the least MTU that IPv6 works over (RFC 8200, neutron-lib constants.py IPV6_MIN_MTU).
	IPv6Min = 1280
	// IPv4Min is what every IPv4 host must take in one piece (RFC 791).
	IPv4Min = 576
	// Max is the largest IPv4 packet.
	Max = 65535
)

// Term is one summand.
type Term struct {
	Name   string // what the bytes are for
	Bytes  int    // negative: taken off
	Source string // where the number is written; empty for what the user or the platform gave
}

// Sum is an MTU with its working.
type Sum struct {
	Terms    []Term // the link first
	Total    int    // bytes
	Warnings []string
}

// String shows the working: "1450 (link) - 50 (vxlan) = 1400".
func (s Sum) String() string {
	var b strings.Builder
	for i, t := range s.Terms {
		switch {
		case i == 0:
			fmt.Fprintf(&b, "%d (%s)", t.Bytes, t.Name)
		case t.Bytes < 0:
			fmt.Fprintf(&b, " - %d (%s)", -t.Bytes, t.Name)
		default:
			fmt.Fprintf(&b, " + %d (%s)", t.Bytes, t.Name)
		}
	}
	fmt.Fprintf(&b, " = %d", s.Total)
	return b.String()
}

// Named gives the sum with another name for the link, for example "network private".
func (s Sum) Named(link string) Sum {
	terms := append([]Term(nil), s.Terms...)
	if len(terms) > 0 {
		terms[0].Name = link
	}
	s.Terms = terms
	return s
}

// Bridge is the MTU of an engine's bridge on a host with a link MTU of so many bytes: a bridge wraps nothing.
func Bridge(link int) (Sum, error) { return Overlay(link, Encap{Name: "bridge"}) }

// Overlay is the MTU inside an encapsulation that runs over a link of so many bytes. It warns below IPv6's minimum and
// fails where not even IPv4 works.
func Overlay(link int, e Encap) (Sum, error) {
	if link < IPv4Min || link > Max {
		return Sum{}, fmt.Errorf("a link MTU of %d bytes is outside of %d to %d", link, IPv4Min, Max)
	}
	s := e.over(Sum{Terms: []Term{{Name: "link", Bytes: link}}, Total: link})
	if s.Total < IPv4Min {
		return s, fmt.Errorf("%s: fewer than the %d bytes that IPv4 needs: take fewer wrappings or a larger link", s, IPv4Min)
	}
	if s.Total < IPv6Min {
		s.Warnings = append(s.Warnings, fmt.Sprintf("%d is below %d: IPv6 doesn't work over it", s.Total, IPv6Min))
	}
	return s, nil
}

func (s *Sum) add(terms ...Term) {
	for _, t := range terms {
		if t.Bytes == 0 {
			continue
		}
		s.Terms = append(s.Terms, t)
		s.Total += t.Bytes
	}
}
