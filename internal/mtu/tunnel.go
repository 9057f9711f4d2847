package mtu

const (
	greBytes = "arithmetic from RFC 2784 and RFC 2890"
	wgBytes  = "arithmetic: type and reserved 4, receiver 4, counter 8, tag 16; agrees with Calico"
	espBytes = "arithmetic from RFC 4303: floor(link - IP - UDP - 8 - IV - ICV) - 2"
)

var tunnels = []Encap{
	{Name: "ipip", Before: []Term{outer(false)}},
	{Name: "ip6ip6", Before: []Term{outer(true)}},
	overIP("gre", false, 4, "GRE", greBytes),
	overIP("gre-key", false, 8, "GRE with key", greBytes),
	wireguard("wireguard", false),
	wireguard("wireguard-ipv6", true),
}

// WireGuard pads a payload to 16 bytes, but never above its own MTU, so padding costs nothing here.
func wireguard(name string, ipv6 bool) Encap {
	return Encap{Name: name, Before: []Term{outer(ipv6), off(udpHeader, "UDP", "RFC 768"), off(32, "WireGuard", wgBytes)}}
}

// Suite is what a cipher suite adds to an ESP packet, in bytes.
type Suite struct {
	Name  string
	IV    int
	ICV   int
	Block int // block of the cipher, or the alignment to 4 that ESP asks for
}

// The suites in common use.
var (
	AESGCM16        = Suite{Name: "aes-gcm-16", IV: 8, ICV: 16, Block: 4}
	AESCBCSHA1      = Suite{Name: "aes-cbc-sha1-96", IV: 16, ICV: 12, Block: 16}
	AESCBCSHA256128 = Suite{Name: "aes-cbc-sha256-128", IV: 16, ICV: 16, Block: 16}
)

// ESP is IPsec's tunnel mode, exact: padding makes its overhead differ from link to link.
func ESP(s Suite, ipv6, natTraversal bool) Encap {
	e := Encap{Name: "esp-" + s.Name, Before: []Term{outer(ipv6)}, Multiple: s.Block, Source: espBytes}
	if ipv6 {
		e.Name += "-ipv6"
	}
	if natTraversal {
		e.Name += "-nat"
		e.Before = append(e.Before, off(udpHeader, "UDP for NAT", "RFC 3948"))
	}
	e.Before = append(e.Before, off(8, "ESP header", espBytes), off(s.IV, "IV", espBytes), off(s.ICV, "ICV", espBytes))
	e.After = []Term{off(2, "ESP trailer", espBytes)}
	return e
}

// ESPSuites lists ESP for each common suite over IPv4 and IPv6, plain and through NAT.
func ESPSuites() []Encap {
	var out []Encap
	for _, s := range []Suite{AESGCM16, AESCBCSHA1, AESCBCSHA256128} {
		for _, ipv6 := range []bool{false, true} {
			out = append(out, ESP(s, ipv6, false), ESP(s, ipv6, true))
		}
	}
	return out
}
