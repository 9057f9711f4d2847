package remote_test

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/internal/remote"
)

const (
	ed25519Line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFoPt/2k20sRrB/n/NVJh1cJH9Ju4PFCCdVQAO4+BaC/ root@web-1"
	ecdsaLine   = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBJgTQ7cb6KCl4iKFJrRTg8356C1tp9OxVXq8v2HnP1W/mdT2LLGQ2vxYVBXbeZAUtVsSLYFyqQz8NJY8NI2GnOI= root@web-1"
	rsaLine     = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQCq8+0Tv3AocAlW3eUpM8UCZYGTqim/mvbPW+i0TqScBqOMbsBElI1XNBQGm23UbqGVXTILajxZ9Kgx7LFJOA2fZ1GiUFzUybtBGi51oQuwoEI2jV6Q5w2PP97+lGdP1He/dmVbdG5so/4yB4a88a5GwpzVMMOhrzwt4OdBomYam7JufaAH6mQEQ1+4SVN8HOd8h9pc4DE1k81fLOx7n1R5c/OkyAx4NLDHR8TiVzg6vDxnbyoS7HuWgiRAUfXz5qhcsQbGDQ/Ta/dwpZ4RzFMFgqee5xtKi1TAHsybSBXH3y5eDQcDz+1Qhl81W+1vKfwqNLGDWDPjZrg4wBRLli7jhdy2DONgYOD7NoHU/LKDjEjDbG+G+mov+0okzLg/OmDB2FuT2ZjQpKa3x40Z30Q2MOtsz4myQp0ZlZiPJdNEfyUPybyD2CE0/053M+GYyuGMnT3dGAOsIDPF+XM/vjoZPkAZ//1wSlgxuqyqwMLOT5HSyCYlps9P8Da1n//SgwU= root@web-1"
)

// console is what a Debian 12 guest shows at the end of its first boot.
const console = `
[   31.204711] cloud-init[612]: Cloud-init v. 22.4.2 running 'modules:final' at Wed, 25 Nov 2026 10:00:00 +0000.
ci-info: +++++++++++++Authorized keys from /home/debian/.ssh/authorized_keys for user debian++++++++++++++
ci-info: | ssh-ed25519 | 1a:2b | - | davit |
<14>Nov 25 10:00:01 cloud-init: #############################################################
<14>Nov 25 10:00:01 cloud-init: -----BEGIN SSH HOST KEY FINGERPRINTS-----
<14>Nov 25 10:00:01 cloud-init: 256 SHA256:abc root@web-1 (ED25519)
<14>Nov 25 10:00:01 cloud-init: -----END SSH HOST KEY FINGERPRINTS-----
<14>Nov 25 10:00:01 cloud-init: #############################################################
-----BEGIN SSH HOST KEY KEYS-----
` + ecdsaLine + `
` + ed25519Line + `
` + rsaLine + `
-----END SSH HOST KEY KEYS-----
[   32.001122] cloud-init[612]: Cloud-init finished
Debian GNU/Linux 12 web-1 ttyS0
`

func TestParseHostKeys(t *testing.T) {
	t.Parallel()
	prefix := func(p string) string { return p + strings.ReplaceAll(console, "\n", "\n"+p) }
	before, list, _ := strings.Cut(console, "-----BEGIN SSH HOST KEY KEYS-----")
	other := remoteKey(t)
	for _, tc := range []struct {
		name, console string
		want          []string
	}{
		{"plain", console, []string{ecdsaLine, ed25519Line, rsaLine}},
		{"carriage returns", strings.ReplaceAll(console, "\n", "\r\n"), []string{ecdsaLine, ed25519Line, rsaLine}},
		{"time stamps", prefix("[   32.000001] cloud-init[612]: "), []string{ecdsaLine, ed25519Line, rsaLine}},
		{"ci-info", prefix("ci-info: "), []string{ecdsaLine, ed25519Line, rsaLine}},
		{"colours", strings.ReplaceAll(console, "ssh-", "\x1b[0;32m ssh-"), []string{ecdsaLine, ed25519Line, rsaLine}},
		{"cut off at the top", list, []string{ecdsaLine, ed25519Line, rsaLine}},
		{"the last boot counts", strings.ReplaceAll(console, ed25519Line, other) + console, []string{ecdsaLine, ed25519Line, rsaLine}},
		{"kernel message in a key", strings.ReplaceAll(console, ed25519Line, ed25519Line[:40]+"[   32.1] eth0: up\n"), []string{ecdsaLine, rsaLine}},
		{"not yet", before, nil},
		{"not ended", strings.ReplaceAll(console, "-----END SSH HOST KEY KEYS-----", ""), nil},
		{"nothing", "", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			want, err := remote.ParseKeys(tc.want)
			if err != nil {
				t.Fatal(err)
			}
			if got := remote.ParseHostKeys(tc.console); !slices.EqualFunc(got, want, remote.SameKey) {
				t.Errorf("got %d keys, want %d", len(got), len(want))
			}
		})
	}
}

func remoteKey(t *testing.T) string {
	t.Helper()
	pair, err := remote.GenerateKey("other")
	if err != nil {
		t.Fatal(err)
	}
	return pair.Public
}

func FuzzParseHostKeys(f *testing.F) {
	f.Add(console)
	f.Add("-----END SSH HOST KEY KEYS-----")
	f.Fuzz(func(t *testing.T, text string) {
		for _, key := range remote.ParseHostKeys(text) {
			if _, err := remote.ParseKeys([]string{remote.AuthorizedKey(key)}); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestGenerateKey(t *testing.T) {
	t.Parallel()
	pair, err := remote.GenerateKey("davit web-1")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.ParsePrivateKey([]byte(pair.Private.Reveal()))
	if err != nil {
		t.Fatal(err)
	}
	keys, err := remote.ParseKeys([]string{pair.Public})
	if err != nil || !remote.SameKey(keys[0], signer.PublicKey()) {
		t.Errorf("the halves differ: %v", err)
	}
	if !strings.HasSuffix(pair.Public, " davit web-1") {
		t.Errorf("no comment in %q", pair.Public)
	}
}

func TestParseKeysNamesTheLine(t *testing.T) {
	t.Parallel()
	if _, err := remote.ParseKeys([]string{"nonsense"}); err == nil || !strings.Contains(err.Error(), "nonsense") {
		t.Errorf("got %v", err)
	}
}

func TestKnownHosts(t *testing.T) {
	t.Parallel()
	keys, err := remote.ParseKeys([]string{ed25519Line})
	if err != nil {
		t.Fatal(err)
	}
	for addr, want := range map[string]string{
		"203.0.113.5:22":    "203.0.113.5 ",
		"127.0.0.1:2222":    "[127.0.0.1]:2222 ",
		"[2001:db8::1]:22":  "2001:db8::1 ",
		"[2001:db8::1]:222": "[2001:db8::1]:222 ",
	} {
		if got := remote.KnownHosts(netip.MustParseAddrPort(addr), keys); !strings.HasPrefix(got, want+"ssh-ed25519 AAAA") {
			t.Errorf("%s: got %q", addr, got)
		}
	}
}
