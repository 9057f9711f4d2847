package openstack_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/stacksim"
)

func TestTagsAreTheUsersMetadata(t *testing.T) {
	t.Parallel()
	b := newBench(t, stacksim.Options{})
	s := spec("web")
	spoil(&s).Metadata = map[string]string{"team": "blue"}
	made, _ := b.mustCreate(s)
	host, err := b.Get(t.Context(), made.ID)
	if diff := cmp.Diff(map[string]string{"team": "blue"}, host.Tags); diff != "" || err != nil {
		t.Error(err, diff)
	}
}

func TestListsOfTheCloud(t *testing.T) {
	t.Parallel()
	b := newBench(t, stacksim.Options{})
	b.SetCarrier("private", "vxlan")
	networks, err := b.Networks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i := range networks {
		networks[i].ID = ""
	}
	if diff := cmp.Diff([]drivers.Network{
		{Name: "flat", MTU: 1500, Kind: drivers.NetworkShared},
		{Name: "private", MTU: 1450, Kind: drivers.NetworkProject, Carrier: "vxlan"},
		{Name: "public", MTU: 1500, Kind: drivers.NetworkExternal},
	}, networks); diff != "" {
		t.Error(diff)
	}
	for path, want := range map[string][]string{
		"openstack.flavor":                   {"m1.large", "m1.medium", "m1.small", "m1.tiny"},
		"openstack.floating_pool":            {"public"},
		"openstack.security_groups":          {"closed", "default"},
		"openstack.key_pair":                 {"ops"},
		"openstack.availability_zone":        {"nova", "zone-b"},
		"openstack.volume_availability_zone": {"nova", "zone-b"},
		"disks.type":                         {"fast", "standard"},
	} {
		values, err := b.Values(t.Context(), path)
		var got []string
		for _, v := range values {
			got = append(got, v.Name)
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", path, err, diff)
		}
	}
}
