package vsphere_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vmware/govmomi/simulator"

	"github.com/davit-io/davit/drivers"
)

func TestListsOfTheVCenter(t *testing.T) {
	t.Parallel()
	c := start(t, func(m *simulator.Model) { m.PortgroupNSX, m.OpaqueNetwork = 1, 1 })
	dvsMTU(9000)(c)
	d := c.driver()
	networks, err := d.Networks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// The simulator doesn't mark the group of a switch's uplinks as one, as a vCenter does.
	networks = slices.DeleteFunc(networks, func(n drivers.Network) bool { return strings.Contains(n.Name, "DVUplinks") })
	for i := range networks {
		networks[i].ID = ""
	}
	if diff := cmp.Diff([]drivers.Network{
		{Name: "DC0_DVPG0", MTU: 9000, Kind: drivers.NetworkDistributed},
		{Name: "DC0_NSX0", Kind: drivers.NetworkNSX},
		{Name: "DC0_NSXPG0", Kind: drivers.NetworkNSX},
		{Name: "DC0_NSXPG1", Kind: drivers.NetworkNSX},
		{Name: "VM Network", MTU: 1500, Kind: drivers.NetworkStandard},
	}, networks); diff != "" {
		t.Error(diff)
	}
	for path, want := range map[string][]string{
		"vsphere.datacenter":        {"DC0"},
		"vsphere.cluster":           {"DC0_C0", "DC0_H0"},
		"vsphere.host_system":       {"DC0_C0_H0", "DC0_C0_H1", "DC0_H0"},
		"vsphere.resource_pool":     {"DC0_C0_RP1", "Resources", "Resources"},
		"vsphere.datastore":         {"LocalDS_0", "LocalDS_1"},
		"vsphere.datastore_cluster": {"DC0_POD0"},
	} {
		values, err := d.Values(t.Context(), path)
		var got []string
		for _, v := range values {
			got = append(got, v.Name)
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", path, err, diff)
		}
	}
	if policies, err := d.Values(t.Context(), "disks.type"); err != nil || len(policies) == 0 || policies[0].ID == "" {
		t.Errorf("storage policies: %+v, %v", policies, err)
	}
}
