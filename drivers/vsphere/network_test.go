package vsphere_test

import (
	"strings"
	"testing"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/drivers"
)

func TestMTU(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, network string
		prepare       func(*cloud)
		want          int
		says          string // in a choice about the MTU
	}{
		{"distributed switch", "DC0_DVPG0", dvsMTU(9000), 9000, ""},
		{"distributed switch that doesn't tell", "DC0_DVPG0", dvsMTU(0), 0, "doesn't see the MTU of the distributed switch"},
		{"standard switch", "VM Network", nil, 1500, ""},
		{"standard switches that differ", "VM Network", hostMTU("DC0_C0_H1", 1400), 1400, "the smallest fits all"},
		{"standard switch that an ESXi host lacks", "VM Network", hostMTU("DC0_C0_H1", 0), 0, "doesn't see the switch"},
		{"NSX port group", "DC0_NSXPG0", nil, 0, "NSX manages the port group"},
		{"NSX network", "DC0_NSX0", reachable, 0, "NSX manages the network"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := start(t, func(m *simulator.Model) { m.PortgroupNSX, m.OpaqueNetwork = 1, 1 })
			if tc.prepare != nil {
				tc.prepare(c)
			}
			s := newSpec("web")
			s.Network = tc.network
			rs, err := c.driver().Resolve(t.Context(), []drivers.Spec{s})
			c.must(err)
			equal(t, rs[0].LinkMTU, tc.want)
			said := reasons(rs[0].Choices, "mtu")
			if (tc.says == "") != (said == "") || !strings.Contains(said, tc.says) {
				t.Errorf("says %q", said)
			}
		})
	}
}

func dvsMTU(mtu int32) func(*cloud) {
	return func(c *cloud) {
		sw := c.Map().Get(c.Find("DistributedVirtualSwitch", "DVS0")).(*simulator.DistributedVirtualSwitch)
		sw.Config.(*types.VMwareDVSConfigInfo).MaxMtu = mtu
	}
}

// reachable tells the cluster of an opaque network, as a vCenter does.
func reachable(c *cloud) {
	cluster := c.Map().Get(c.Find("ClusterComputeResource", "DC0_C0")).(*simulator.ClusterComputeResource)
	cluster.Network = append(cluster.Network, c.Map().All("OpaqueNetwork")[0].Reference())
}

// hostMTU changes the standard switch of one ESXi host; 0 takes its port groups away.
func hostMTU(name string, mtu int32) func(*cloud) {
	return func(c *cloud) {
		host := c.Map().Get(c.Find("HostSystem", name)).(*simulator.HostSystem)
		network := *host.Config.Network
		network.Vswitch = append([]types.HostVirtualSwitch(nil), network.Vswitch...)
		for i := range network.Vswitch {
			network.Vswitch[i].Mtu = mtu
		}
		if mtu == 0 {
			network.Portgroup = nil
		}
		config := *host.Config
		config.Network = &network
		host.Config = &config
	}
}

// reasons are those of the choices about an option.
func reasons(choices []drivers.Choice, path string) string {
	var out []string
	for _, choice := range choices {
		if choice.Path == path {
			out = append(out, choice.Reason)
		}
	}
	return strings.Join(out, "; ")
}
