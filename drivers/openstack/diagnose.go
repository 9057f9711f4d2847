package openstack

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/security/groups"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/extensions/security/rules"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/pick"
)

// Diagnose looks at the server's state, its addresses, its port and the security groups of that port.
func (d *Driver) Diagnose(ctx context.Context, id string, tcp int) ([]string, error) {
	s, err := d.session(ctx)
	if err != nil {
		return nil, err
	}
	v, err := d.server(ctx, id)
	if err != nil {
		return nil, err
	}
	addresses, err := d.addresses(ctx, v)
	if err != nil {
		return nil, err
	}
	causes := append(ofState(v), ofAddresses(addresses)...)
	p, there, err := d.ports.Get(ctx, id)
	if err != nil {
		return causes, err
	}
	if !there {
		return append(causes, "The server has no port on any network."), nil
	}
	if !p.AdminStateUp {
		causes = append(causes, fmt.Sprintf("The server's port %s is switched off.", p.ID))
	}
	more, err := s.ofGroups(ctx, p, tcp)
	return append(causes, more...), err
}

func ofState(v server) []string {
	switch v.Status {
	case "ACTIVE":
		return nil
	case "ERROR":
		return []string{fmt.Sprintf("The server failed: %s.", strings.Join(strings.Fields(strings.TrimRight(v.Fault.Message, ". \n")), " "))}
	}
	return []string{fmt.Sprintf("The server does not run: %s.", statusOf(v))}
}

func ofAddresses(list []drivers.Address) []string {
	if len(list) == 0 {
		return []string{"The server has no address."}
	}
	reachable := func(a drivers.Address) bool { return a.Floating || !a.IP.IsPrivate() }
	if slices.ContainsFunc(list, reachable) {
		return nil
	}
	return []string{fmt.Sprintf("The server has no floating IP, and %s is private: only machines with a route to it get there (option openstack.floating_pool).", list[0].IP)}
}

// ofGroups says which groups let nobody, or only some, in to a TCP port.
func (s *session) ofGroups(ctx context.Context, p port, tcp int) ([]string, error) {
	if len(p.SecurityGroups) == 0 {
		return nil, nil
	}
	list, err := all(ctx, "security groups", groups.List(s.network, groups.ListOpts{}), groups.ExtractGroups)
	if err != nil {
		return nil, err
	}
	mine := only(list, func(g groups.SecGroup) bool { return slices.Contains(p.SecurityGroups, g.ID) })
	var some []string
	for _, g := range mine {
		for _, r := range only(g.Rules, func(r rules.SecGroupRule) bool { return letsIn(r, tcp) }) {
			from := source(r)
			if from == "" {
				return nil, nil
			}
			some = append(some, from)
		}
	}
	of := pick.Listed(names(mine, groupKind.Name))
	if len(some) == 0 {
		return []string{fmt.Sprintf("No rule of the server's security groups (%s) lets TCP port %d in.", of, tcp)}, nil
	}
	return []string{fmt.Sprintf("The server's security groups (%s) let TCP port %d in only from %s.", of, tcp, pick.Listed(some))}, nil
}

func letsIn(r rules.SecGroupRule, tcp int) bool {
	protocol := slices.Contains([]string{"", "any", "0", "tcp", "6"}, strings.ToLower(r.Protocol))
	ports := (r.PortRangeMin == 0 && r.PortRangeMax == 0) || (r.PortRangeMin <= tcp && tcp <= r.PortRangeMax)
	return r.Direction == "ingress" && r.EtherType != "IPv6" && protocol && ports
}

// source is where a rule lets in from; empty: from everywhere.
func source(r rules.SecGroupRule) string {
	switch {
	case r.RemoteGroupID != "":
		return "members of group " + r.RemoteGroupID
	case r.RemoteAddressGroupID != "":
		return "address group " + r.RemoteAddressGroupID
	case r.RemoteIPPrefix == "0.0.0.0/0":
		return ""
	}
	return r.RemoteIPPrefix
}
