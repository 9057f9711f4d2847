//go:build !linux

package lan

import (
	"errors"
	"net/netip"
)

func claim(netip.Prefix) error {
	return errors.Join(errors.New("the sandbox runs on Linux"), errRights)
}

func unclaim(netip.Prefix) error { return nil }
