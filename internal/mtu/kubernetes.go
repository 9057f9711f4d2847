package mtu

const (
	calicoDocs  = "Calico documentation, Configure MTU"
	ciliumMTU   = "cilium pkg/mtu/mtu.go"
	ciliumWG    = "cilium/cilium#45940: 15 bytes of padding to 16 were forgotten before"
	flannelEsp  = "flannel pkg/backend/ipsec/ipsec_network.go L31-45"
	weaveDocs   = "Weave Net documentation, WEAVE_MTU"
	weaveByHand = "arithmetic: 1376 is for a link of 1460"
)

var flannel = []Encap{
	one("flannel-vxlan", 50, "vxlan of flannel", "flannel pkg/backend/vxlan/device.go L63"),
	one("flannel-wireguard", 80, "WireGuard of flannel", "flannel pkg/backend/wireguard/wireguard_network.go L43"),
	one("flannel-ipip", 20, "IP in IP of flannel", "flannel pkg/backend/ipip/ipip.go L179-180"),
	one("flannel-udp", 28, "UDP of flannel", "flannel pkg/backend/udp/udp_network_amd64.go L37"),
	one("flannel-ipsec", 77, "ESP of flannel", flannelEsp),
	{Name: "flannel-ipsec-nat", Before: []Term{off(77, "ESP of flannel", flannelEsp), off(8, "UDP for NAT", flannelEsp)}},
}

var calico = []Encap{
	one("calico-vxlan", 50, "vxlan of Calico", calicoDocs),
	one("calico-vxlan-ipv6", 70, "vxlan of Calico over IPv6", calicoDocs),
	one("calico-ipip", 20, "IP in IP of Calico", calicoDocs),
	one("calico-wireguard", 60, "WireGuard of Calico", calicoDocs),
	one("calico-wireguard-ipv6", 80, "WireGuard of Calico over IPv6", calicoDocs),
}

var cilium = []Encap{
	one("cilium-tunnel", 50, "tunnel of Cilium", ciliumMTU),
	one("cilium-tunnel-ipv6", 70, "tunnel of Cilium over IPv6", ciliumMTU),
	{Name: "cilium-tunnel-dsr", Before: []Term{off(50, "tunnel of Cilium", ciliumMTU), off(12, "Geneve option of DSR", ciliumMTU)}},
	one("cilium-ipsec", 77, "ESP of Cilium", ciliumMTU),
	{Name: "cilium-ipsec-tunnel", Before: []Term{off(50, "tunnel of Cilium", ciliumMTU), off(77, "ESP of Cilium", ciliumMTU)}},
	one("cilium-wireguard", 95, "WireGuard of Cilium with padding", ciliumWG),
	one("cilium-wireguard-before-2026-05", 80, "WireGuard of Cilium", ciliumWG),
	one("cilium-ipip-ipv6", 48, "IP in IPv6 of Cilium", ciliumMTU),
}

// Weave's default doesn't follow the link; 84 bytes below the link is where its encrypted fast datapath still fits.
var weave = []Encap{{
	Name: "weave",
	Before: []Term{
		off(50, "vxlan of Weave", weaveByHand),
		off(34, "ESP of Weave: header 8, IV 8, trailer 2, ICV 16", weaveByHand),
	},
	Cap:    1376,
	Source: weaveDocs,
}}

const rancherCatalog = "rancher-catalog infra-templates/"

var rancher = []Encap{
	one("rancher1-ipsec", 98, "ipsec of Rancher 1.x", rancherCatalog+"ipsec/13/docker-compose.yml.tpl L87-88 linkMTUOverhead"),
	one("rancher1-vxlan", 50, "vxlan of Rancher 1.x", rancherCatalog+"vxlan/12/docker-compose.yml.tpl L74"),
	one("rancher1-vxlan-1", 98, "vxlan of Rancher 1.x, first templates", rancherCatalog+"vxlan/0 and vxlan/1"),
}
