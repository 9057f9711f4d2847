package vsphere

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/internal/field"
)

// nic is a network as a card of a machine is connected to it.
type nic struct {
	thing
	backing types.BaseVirtualDeviceBackingInfo
	mtu     int // bytes; 0: nobody tells
}

// networkFor finds the network that is named, or the only one there is, and the MTU of its switch.
func (r *resolution) networkFor(want string, p place, choose chooser) (nic, *field.Error) {
	reach := refs(p.compute, "network")
	usable := only(r.all(p.datacenter.ref, "Network", "DistributedVirtualPortgroup", "OpaqueNetwork"), func(t thing) bool {
		return slices.Contains(reach, t.ref) && !uplink(t)
	})
	if p.compute.name == "" {
		return nic{}, nil // where it is to run is a finding already
	}
	found, e := r.kind("network of "+p.compute.name).OneOrOnly("network", want, usable)
	if e != nil {
		return nic{}, e
	}
	if want == "" {
		choose("network", found.name, "the only one there is")
	}
	n := nic{thing: found}
	var why string
	switch found.Type {
	case "DistributedVirtualPortgroup":
		n.backing, n.mtu, why = r.distributed(found)
	case "OpaqueNetwork":
		summary, _ := found.props["summary"].(types.OpaqueNetworkSummary)
		n.backing = &types.VirtualEthernetCardOpaqueNetworkBackingInfo{OpaqueNetworkId: summary.OpaqueNetworkId, OpaqueNetworkType: summary.OpaqueNetworkType}
		why = "NSX manages the network, and the vCenter isn't told the MTU of its segments"
	default:
		n.backing = &types.VirtualEthernetCardNetworkBackingInfo{VirtualDeviceDeviceBackingInfo: types.VirtualDeviceDeviceBackingInfo{DeviceName: found.name}, Network: &found.ref}
		n.mtu, why = r.standard(found, p, choose)
	}
	if n.mtu == 0 {
		choose("mtu", "unknown", why+"; the engine's networks get the mtu of the host document, or else the engine's default of 1500")
	}
	return n, nil
}

func uplink(t thing) bool {
	config, _ := t.props["config"].(types.DVPortgroupConfigInfo)
	return config.Uplink != nil && *config.Uplink
}

// distributed is a port group of a distributed switch, which has one MTU for all of its hosts.
func (r *resolution) distributed(group thing) (types.BaseVirtualDeviceBackingInfo, int, string) {
	config, _ := group.props["config"].(types.DVPortgroupConfigInfo)
	var sw thing
	if config.DistributedVirtualSwitch != nil {
		sw = r.things[*config.DistributedVirtualSwitch]
	}
	backing := &types.VirtualEthernetCardDistributedVirtualPortBackingInfo{
		Port: types.DistributedVirtualSwitchPortConnection{PortgroupKey: config.Key, SwitchUuid: prop[string](sw, "uuid")},
	}
	if config.BackingType == string(types.DistributedVirtualPortgroupBackingTypeNsx) {
		return backing, 0, "NSX manages the port group, and the vCenter isn't told the MTU of its segment"
	}
	vmware, ok := sw.props["config"].(types.VMwareDVSConfigInfo)
	if !ok || vmware.MaxMtu == 0 {
		return backing, 0, fmt.Sprintf("the account doesn't see the MTU of the distributed switch of %s", group.name)
	}
	return backing, int(vmware.MaxMtu), ""
}

// standard is a port group that every ESXi host has on a switch of its own, each with its own MTU: the smallest
// counts, since the host may run on any of them.
func (r *resolution) standard(network thing, p place, choose chooser) (int, string) {
	smallest, largest := 0, 0
	for _, host := range p.hosts() {
		mtu := switchMTU(r.details[host], network.name)
		if mtu == 0 {
			return 0, fmt.Sprintf("the account doesn't see the switch of %s on every ESXi host of %s", network.name, p.compute.name)
		}
		if smallest == 0 || mtu < smallest {
			smallest = mtu
		}
		largest = max(largest, mtu)
	}
	if smallest < largest {
		choose("mtu", strconv.Itoa(smallest), fmt.Sprintf("the switches of %s have MTUs from %d to %d on the ESXi hosts of %s, and the smallest fits all", network.name, smallest, largest, p.compute.name))
	}
	return smallest, fmt.Sprintf("%s has no ESXi host", p.compute.name)
}

// hosts are the ESXi hosts that a machine may run on.
func (p place) hosts() []ref {
	if p.esx != nil {
		return []ref{p.esx.ref}
	}
	return refs(p.compute, "host")
}

func switchMTU(host thing, group string) int {
	groups := prop[types.ArrayOfHostPortGroup](host, "config.network.portgroup").HostPortGroup
	i := slices.IndexFunc(groups, func(g types.HostPortGroup) bool { return g.Spec.Name == group })
	if i < 0 {
		return 0
	}
	for _, sw := range prop[types.ArrayOfHostVirtualSwitch](host, "config.network.vswitch").HostVirtualSwitch {
		if sw.Name == groups[i].Spec.VswitchName {
			return int(sw.Mtu)
		}
	}
	return 0
}
