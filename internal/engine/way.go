package engine

import (
	"fmt"
	"strconv"
	"strings"
)

// pingHeaders is what IPv4 and ICMP add to a ping's payload.
const pingHeaders = 20 + 8

// way sends packets of the full size that may not be fragmented to the host's neighbours.
func way(total int) Check {
	return Check{
		Name:    fmt.Sprintf("packets of %d bytes pass", total),
		Command: "sh -c " + quote(script("probe.sh")) + " probe.sh " + strconv.Itoa(total-pingHeaders),
		Verify:  func(stdout string) error { return passed(stdout, total) },
	}
}

// passed reads what probe.sh says.
func passed(stdout string, total int) error {
	link, result, _ := strings.Cut(strings.TrimSpace(stdout), "\n")
	var device string
	var bytes int
	if _, err := fmt.Sscanf(link, "link %s %d", &device, &bytes); err != nil {
		return fmt.Errorf("the way out: %w: the probe says %q", ErrUnverified, link)
	}
	if bytes > 0 && bytes < total {
		return fmt.Errorf("%s carries %d bytes and the engine's networks send %d: does the image take its MTU from DHCP or cloud-init?", device, bytes, total)
	}
	verdict, target, _ := strings.Cut(result, " ")
	switch verdict {
	case "ok":
		return nil
	case "lost":
		return fmt.Errorf("packets of %d bytes to %s are lost and small ones pass: the way carries less than the platform says; set mtu to what it carries", total, target)
	default:
		return fmt.Errorf("the way out: %w: neither the gateway nor the metadata service answers a ping", ErrUnverified)
	}
}
