// Package lan is the network of the sandbox's machines: a switch they are all plugged into, with DHCP, DNS and a way
// out, in this process alone. An address of a machine is reached from the host as well, at port 22, by a listener
// that the host's loopback holds in its name.
package lan

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"

	"github.com/containers/gvisor-tap-vsock/pkg/types"
	"github.com/containers/gvisor-tap-vsock/pkg/virtualnetwork"
)

const (
	bits       = 20 // of a sandbox's prefix
	holdPort   = 4096
	gatewayMAC = "5a:94:ef:e4:0c:dd"
)

// PrefixFor gives the sandbox in dir a prefix of 4096 addresses within 10.64.0.0/10. It is always the same, so that
// what a killed sandbox left can be found.
func PrefixFor(dir string) netip.Prefix {
	sum := sha256.Sum256([]byte(dir))
	n := binary.BigEndian.Uint32(sum[:4]) & (1<<(bits-10) - 1)
	var addr [4]byte
	binary.BigEndian.PutUint32(addr[:], 10<<24|1<<22|n<<(32-bits))
	return netip.PrefixFrom(netip.AddrFrom4(addr), bits)
}

// LAN is the switch and what serves on it.
type LAN struct {
	prefix netip.Prefix
	held   net.Listener
	net    *virtualnetwork.VirtualNetwork
	ports  ports
}

// New makes a network of prefix with links of mtu bytes, and lets the host reach its addresses, for which it needs
// the right to administer the host's network. A prefix of the loopback needs no right.
func New(ctx context.Context, prefix netip.Prefix, mtu int) (*LAN, error) {
	gateway := prefix.Addr().Next().String()
	network, err := virtualnetwork.New(&types.Configuration{
		MTU: mtu, Subnet: prefix.String(), GatewayIP: gateway, GatewayMacAddress: gatewayMAC,
		DHCPStaticLeases: map[string]string{}, NAT: map[string]string{}, GatewayVirtualIPs: []string{},
	})
	if err != nil {
		return nil, fmt.Errorf("network %s: %w", prefix, err)
	}
	if err := claim(prefix); err != nil {
		return nil, err
	}
	held, err := hold(ctx, prefix)
	if err != nil {
		return nil, err
	}
	return &LAN{prefix: prefix, held: held, net: network}, nil
}

// hold keeps other sandboxes from a prefix for as long as this process lives: by a port of its first address, to which
// nobody ever connects.
func hold(ctx context.Context, prefix netip.Prefix) (net.Listener, error) {
	held, err := (&net.ListenConfig{}).Listen(ctx, "tcp", netip.AddrPortFrom(prefix.Addr(), holdPort).String())
	if err != nil {
		return nil, fmt.Errorf("another sandbox of this machine has the network %s: use another folder for this one (DAVIT_HOME), which gives another network: %w", prefix, err)
	}
	return held, nil
}

// Plug connects a machine's card until conn or ctx ends.
func (l *LAN) Plug(ctx context.Context, conn net.Conn) error {
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	return l.net.AcceptQemu(ctx, conn)
}

// Close takes back what the host was told. Machines are to be unplugged before.
func (l *LAN) Close() error {
	l.ports.closeAll()
	_ = l.held.Close()
	return unclaim(l.prefix)
}

// Release takes back what a killed sandbox told the host of its network, unless another sandbox has it now.
func Release(ctx context.Context, prefix netip.Prefix) error {
	held, err := hold(ctx, prefix)
	if err != nil {
		return nil // another's, or told no more
	}
	defer func() { _ = held.Close() }()
	return unclaim(prefix)
}
