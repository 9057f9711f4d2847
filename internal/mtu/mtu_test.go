package mtu_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/davit-io/davit/internal/mtu"
)

func find(t *testing.T, name string) mtu.Encap {
	t.Helper()
	e, ok := mtu.Find(name)
	if !ok {
		t.Fatalf("no encapsulation %q", name)
	}
	return e
}

func total(t *testing.T, link int, e mtu.Encap) int {
	t.Helper()
	s, err := mtu.Overlay(link, e)
	if err != nil {
		t.Fatal(err)
	}
	return s.Total
}

func TestOnto1500(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]int{
		"neutron-flat": 1500, "neutron-vlan": 1500,
		"neutron-vxlan": 1450, "neutron-vxlan-ipv6": 1430, "neutron-gre": 1458, "neutron-gre-ipv6": 1438,
		"neutron-geneve": 1450, "neutron-geneve-ipv6": 1430, "neutron-geneve-ovn": 1442, "neutron-geneve-ovn-ipv6": 1422,
		"swarm": 1450, "swarm-encrypted": 1424,
		"flannel-vxlan": 1450, "flannel-wireguard": 1420, "flannel-ipip": 1480, "flannel-udp": 1472,
		"flannel-ipsec": 1423, "flannel-ipsec-nat": 1415,
		"calico-vxlan": 1450, "calico-vxlan-ipv6": 1430, "calico-ipip": 1480, "calico-wireguard": 1440, "calico-wireguard-ipv6": 1420,
		"cilium-tunnel": 1450, "cilium-tunnel-ipv6": 1430, "cilium-tunnel-dsr": 1438, "cilium-ipsec": 1423,
		"cilium-ipsec-tunnel": 1373, "cilium-wireguard": 1405, "cilium-wireguard-before-2026-05": 1420, "cilium-ipip-ipv6": 1452,
		"weave": 1376, "rancher1-ipsec": 1402, "rancher1-vxlan": 1450, "rancher1-vxlan-1": 1402,
		"ipip": 1480, "ip6ip6": 1460, "gre": 1476, "gre-key": 1472, "wireguard": 1440, "wireguard-ipv6": 1420,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := total(t, 1500, find(t, name)); got != want {
				t.Errorf("got %d, want %d", got, want)
			}
		})
	}
}

// The table of nestings: an underlay, the network on it, and what fits inside on the host.
func TestNesting(t *testing.T) {
	t.Parallel()
	inside := []string{
		"swarm", "swarm-encrypted", "flannel-vxlan", "flannel-wireguard", "calico-vxlan", "calico-wireguard", "rancher1-ipsec",
	}
	for _, tc := range []struct {
		underlay int
		network  string
		link     int
		want     []int
	}{
		{1500, "neutron-vlan", 1500, []int{1450, 1424, 1450, 1420, 1450, 1440, 1402}},
		{1500, "neutron-gre", 1458, []int{1408, 1380, 1408, 1378, 1408, 1398, 1360}},
		{1500, "neutron-vxlan", 1450, []int{1400, 1372, 1400, 1370, 1400, 1390, 1352}},
		{1500, "neutron-geneve", 1450, []int{1400, 1372, 1400, 1370, 1400, 1390, 1352}},
		{1500, "neutron-geneve-ovn", 1442, []int{1392, 1364, 1392, 1362, 1392, 1382, 1344}},
		{1500, "neutron-vxlan-ipv6", 1430, []int{1380, 1352, 1380, 1350, 1380, 1370, 1332}},
		{9000, "neutron-vxlan", 8950, []int{8900, 8872, 8900, 8870, 8900, 8890, 8852}},
	} {
		t.Run(tc.network, func(t *testing.T) {
			t.Parallel()
			nic, err := mtu.Neutron(tc.underlay, 0, find(t, tc.network))
			if err != nil || nic.Total != tc.link {
				t.Fatalf("link %d (%v), want %d", nic.Total, err, tc.link)
			}
			if bridge, err := mtu.Bridge(nic.Total); err != nil || bridge.Total != tc.link {
				t.Errorf("bridge %d (%v), want %d", bridge.Total, err, tc.link)
			}
			for i, name := range inside {
				if s, err := nic.Over(find(t, name)); err != nil || s.Total != tc.want[i] {
					t.Errorf("%s: %s (%v), want %d", name, s, err, tc.want[i])
				}
			}
		})
	}
}

func TestESP(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		suite                            mtu.Suite
		plain, nat, ipv6, on1450, on1442 int
	}{
		{mtu.AESGCM16, 1446, 1438, 1426, 1394, 1386},
		{mtu.AESCBCSHA1, 1438, 1422, 1422, 1390, 1374},
		{mtu.AESCBCSHA256128, 1438, 1422, 1406, 1374, 1374},
	} {
		t.Run(tc.suite.Name, func(t *testing.T) {
			t.Parallel()
			got := []int{
				total(t, 1500, mtu.ESP(tc.suite, false, false)), total(t, 1500, mtu.ESP(tc.suite, false, true)),
				total(t, 1500, mtu.ESP(tc.suite, true, false)),
				total(t, 1450, mtu.ESP(tc.suite, false, false)), total(t, 1442, mtu.ESP(tc.suite, false, false)),
			}
			if want := []int{tc.plain, tc.nat, tc.ipv6, tc.on1450, tc.on1442}; !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestNeutronTakesTheSmallerMTU(t *testing.T) {
	t.Parallel()
	s, err := mtu.Neutron(9000, 1550, find(t, "neutron-vxlan"))
	if err != nil || s.String() != "1550 (path_mtu) - 20 (outer IPv4) - 30 (Neutron VXLAN) = 1500" {
		t.Errorf("%s (%v)", s, err)
	}
	if _, err := mtu.Neutron(0, 0, find(t, "neutron-vxlan")); err == nil || !strings.Contains(err.Error(), "global_physnet_mtu") {
		t.Errorf("got %v", err)
	}
}

func TestWeaveDoesNotExceedASmallLink(t *testing.T) {
	t.Parallel()
	for link, want := range map[int]int{1460: 1376, 1450: 1366, 9000: 1376} {
		if got := total(t, link, find(t, "weave")); got != want {
			t.Errorf("link %d: got %d, want %d", link, got, want)
		}
	}
}

func TestString(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		link int
		e    mtu.Encap
		want string
	}{
		{1450, mtu.Encap{}, "1450 (network private) = 1450"},
		{1450, mtu.Swarm, "1450 (network private) - 50 (vxlan of the overlay) = 1400"},
		{
			1450, mtu.SwarmEncrypted, "1450 (network private) - 50 (vxlan of the overlay) - 26 (ESP of the overlay: SPI 4, " +
				"sequence 4, IV 8, padding length 1, next header 1, ICV 8) - 2 (down to a multiple of 4) = 1372",
		},
	} {
		s, err := mtu.Overlay(tc.link, tc.e)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Named("network private").String(); got != tc.want {
			t.Errorf("got  %s\nwant %s", got, tc.want)
		}
	}
}

func TestFloors(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		link           int
		e              mtu.Encap
		warning, error string
	}{
		{1330, mtu.Swarm, "", ""},
		{1329, mtu.Swarm, "1279 is below 1280", ""},
		{1279, mtu.Encap{}, "1279 is below 1280", ""},
		{600, mtu.Swarm, "", "fewer than the 576 bytes"},
		{0, mtu.Encap{}, "", "a link MTU of 0 bytes"},
		{70000, mtu.Encap{}, "", "outside of 576 to 65535"},
	} {
		s, err := mtu.Overlay(tc.link, tc.e)
		if got := strings.Join(s.Warnings, "; "); !strings.Contains(got, tc.warning) || (tc.warning == "") != (got == "") {
			t.Errorf("%d: warnings %q, want %q", tc.link, got, tc.warning)
		}
		if (tc.error == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), tc.error) {
			t.Errorf("%d: error %v, want %q", tc.link, err, tc.error)
		}
	}
}

func TestEveryNumberHasASource(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, e := range mtu.All() {
		if seen[e.Name] {
			t.Errorf("two are named %s", e.Name)
		}
		seen[e.Name] = true
		for _, term := range slices.Concat(e.Before, e.After) {
			if term.Source == "" || term.Bytes >= 0 {
				t.Errorf("%s: %q takes %d off and names %q", e.Name, term.Name, -term.Bytes, term.Source)
			}
		}
		if s, err := mtu.Overlay(9000, e); err != nil || e.Multiple == 0 && e.Cap == 0 && s.Total != 9000-e.Overhead() {
			t.Errorf("%s: %s (%v), overhead %d", e.Name, s, err, e.Overhead())
		}
	}
}
