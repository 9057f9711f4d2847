//go:build !linux

package lan

import (
	"errors"
	"net/netip"
)

// Claim is for Linux.
func Claim(netip.Prefix) error {
	return errors.Join(errors.New("the sandbox runs on Linux"), errRights)
}

// Release is for Linux.
func Release(netip.Prefix) error { return nil }
