package lan

import (
	"errors"
	"fmt"
	"net"
	"net/netip"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"
)

// claim makes all addresses of prefix the host's own, by one route, so that it can listen on each of them.
func claim(prefix netip.Prefix) error {
	if prefix.Addr().IsLoopback() {
		return nil
	}
	if err := unused(prefix); err != nil {
		return err
	}
	err := change(prefix, netlink.RouteReplace)
	if errors.Is(err, unix.EPERM) {
		return errRights
	}
	return err
}

// unclaim undoes claim; it may be undone already.
func unclaim(prefix netip.Prefix) error {
	if prefix.Addr().IsLoopback() {
		return nil
	}
	err := change(prefix, netlink.RouteDel)
	if errors.Is(err, unix.ESRCH) {
		return nil
	}
	return err
}

func change(prefix netip.Prefix, do func(*netlink.Route) error) error {
	lo, err := netlink.LinkByName("lo")
	if err != nil {
		return fmt.Errorf("loopback device: %w", err)
	}
	if err := do(&netlink.Route{
		LinkIndex: lo.Attrs().Index, Dst: &net.IPNet{IP: prefix.Addr().AsSlice(), Mask: net.CIDRMask(prefix.Bits(), 32)},
		Type: unix.RTN_LOCAL, Table: unix.RT_TABLE_LOCAL, Scope: netlink.SCOPE_HOST,
	}); err != nil {
		return fmt.Errorf("route for %s: %w", prefix, err)
	}
	return nil
}

// unused refuses a prefix the host is connected to by a device.
func unused(prefix netip.Prefix) error {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		return err
	}
	for _, addr := range addrs {
		theirs, err := netip.ParsePrefix(addr.String())
		if err == nil && theirs.Overlaps(prefix) {
			return fmt.Errorf("the sandbox's network %s overlaps %s of this machine: use another folder for the sandbox (DAVIT_HOME), which gives another network", prefix, theirs)
		}
	}
	return nil
}
