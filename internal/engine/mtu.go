package engine

import (
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/mtu"
	"github.com/davit-io/davit/internal/spec"
)

// MTU is the MTU of the engine's networks on a link with so many bytes (0: the platform doesn't tell) and a name for
// humans, for example "network private". The host's own mtu option comes first; it can't exceed a link that is known. With
// neither the Total is 0 and a warning says so.
func MTU(h *spec.Host, link int, name string) (mtu.Sum, error) {
	switch {
	case h.MTU > 0 && link > 0 && h.MTU > link:
		return mtu.Sum{}, field.Errorf("mtu", "%d is more than the %d of %s: larger packets would be lost", h.MTU, link, name).
			WithHint("leave mtu out: it is computed")
	case h.MTU > 0:
		return bridge(h.MTU, "option mtu")
	case link > 0:
		return bridge(link, name)
	default:
		return mtu.Sum{Warnings: []string{"the platform doesn't tell the MTU of " + name +
			": the engine's own default of 1500 stays; set mtu if the link carries less"}}, nil
	}
}

func bridge(link int, name string) (mtu.Sum, error) {
	s, err := mtu.Bridge(link)
	return s.Named(name), field.Under("mtu", err)
}
