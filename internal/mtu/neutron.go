package mtu

import "fmt"

const (
	neutronLib   = "neutron-lib neutron_lib/constants.py L272-275, L382-385"
	tunnelMTU    = "neutron plugins/ml2/drivers/type_tunnel.py L251-260 get_mtu"
	geneveOption = "neutron ovn/mech_driver/mech_driver.py L136-143: OVN refuses less than 38"
)

// What a Neutron network takes off its underlay. The result is the network's mtu attribute, so a host's link is never
// computed with these: they explain the number and check it.
var neutron = []Encap{
	{Name: "neutron-flat", Source: tunnelMTU},
	{Name: "neutron-vlan", Source: tunnelMTU},
	overIP("neutron-vxlan", false, 30, "Neutron VXLAN", neutronLib),
	overIP("neutron-vxlan-ipv6", true, 30, "Neutron VXLAN", neutronLib),
	overIP("neutron-gre", false, 22, "Neutron GRE: 4, key 4, Ethernet 14", neutronLib),
	overIP("neutron-gre-ipv6", true, 22, "Neutron GRE: 4, key 4, Ethernet 14", neutronLib),
	overIP("neutron-geneve", false, 30, "Neutron Geneve", neutronLib),
	overIP("neutron-geneve-ipv6", true, 30, "Neutron Geneve", neutronLib),
	overIP("neutron-geneve-ovn", false, 38, "Geneve of OVN", geneveOption),
	overIP("neutron-geneve-ovn-ipv6", true, 38, "Geneve of OVN", geneveOption),
}

// Neutron is the mtu attribute of a network: the less of global_physnet_mtu and path_mtu (0: not set), less the
// encapsulation of its type.
func Neutron(globalPhysnet, path int, network Encap) (Sum, error) {
	link, name := globalPhysnet, "global_physnet_mtu"
	if path > 0 && path < link {
		link, name = path, "path_mtu"
	}
	s, err := Overlay(link, network)
	if err != nil {
		return s, fmt.Errorf("%s: %w", name, err)
	}
	return s.Named(name), nil
}

func overIP(name string, ipv6 bool, bytes int, term, source string) Encap {
	return Encap{Name: name, Before: []Term{outer(ipv6), off(bytes, term, source)}, Source: source}
}
