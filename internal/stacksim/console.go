package stacksim

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
)

func (c *Cloud) consoleOutput(s *server, length *int) (reply, error) {
	if c.o.NoConsole {
		return reply{}, &failure{status: http.StatusNotImplemented, text: "Unable to get console log, functionality not implemented"}
	}
	if s.launched.IsZero() {
		return reply{}, conflict("", "Instance %s is not ready", s.ID)
	}
	text := c.consoleText(s)
	if length != nil && *length >= 0 {
		lines := strings.SplitAfter(text, "\n")
		text = strings.Join(lines[max(0, len(lines)-*length):], "")
	}
	return ok(obj{"output": text})
}

func (c *Cloud) consoleText(s *server) string {
	switch {
	case s.console != nil:
		return *s.console
	case c.o.ConsoleText != nil:
		return c.o.ConsoleText(s.copy())
	case time.Since(s.launched) < c.o.BootTime:
		return bootLines(s.Hostname)
	}
	return bootLines(s.Hostname) + hostKeyLines(s.Hostname, s.hostKey.PublicKey()) + lastLines(s.Hostname)
}

func bootLines(host string) string {
	return "[    0.000000] Linux version 6.1.0-31-cloud-amd64 (debian-kernel@lists.debian.org)\n" +
		"[    1.204211] EXT4-fs (vda1): mounted filesystem with ordered data mode. Quota mode: none.\n" +
		"[    6.301127] cloud-init[412]: Cloud-init v. 22.4.2 running 'init' at Tue, 25 Nov 2025 10:15:00 +0000. Up 6.27 seconds.\n" +
		"\nDebian GNU/Linux 12 " + host + " ttyS0\n\n"
}

// hostKeyLines is how cloud-init's last stage tells the host keys: fingerprints through the log, keys as they are.
func hostKeyLines(host string, key ssh.PublicKey) string {
	const prefix = "<14>Nov 25 10:15:20 cloud-init: "
	rule := strings.Repeat("#", 61)
	fingerprint := fmt.Sprintf("256 %s root@%s (ED25519)", ssh.FingerprintSHA256(key), host)
	var b strings.Builder
	for _, line := range []string{
		rule, "-----BEGIN SSH HOST KEY FINGERPRINTS-----", fingerprint, "-----END SSH HOST KEY FINGERPRINTS-----", rule,
	} {
		b.WriteString(prefix + line + "\n")
	}
	fmt.Fprintf(&b, "-----BEGIN SSH HOST KEY KEYS-----\n%s root@%s\n-----END SSH HOST KEY KEYS-----\n", authorized(key), host)
	return b.String()
}

func lastLines(host string) string {
	return "[   21.004120] cloud-init[688]: Cloud-init v. 22.4.2 finished at Tue, 25 Nov 2025 10:15:21 +0000. " +
		"Datasource DataSourceOpenStackLocal [net,ver=2].  Up 21.00 seconds\n" + host + " login: "
}
