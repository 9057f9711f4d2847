package remote

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/davit-io/davit/internal/field"
)

// KeyPair is an ed25519 key.
type KeyPair struct {
	Private field.Secret // PEM, in OpenSSH's format
	Public  string       // a line of authorized_keys, without its end
	Signer  ssh.Signer
}

// GenerateKey makes a key.
func GenerateKey(comment string) (KeyPair, error) {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return KeyPair{}, fmt.Errorf("make a key: %w", err)
	}
	block, err := ssh.MarshalPrivateKey(private, comment)
	if err != nil {
		return KeyPair{}, fmt.Errorf("make a key: %w", err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		return KeyPair{}, fmt.Errorf("make a key: %w", err)
	}
	return KeyPair{
		Private: field.Secret(pem.EncodeToMemory(block)),
		Public:  strings.TrimSpace(AuthorizedKey(signer.PublicKey()) + " " + comment),
		Signer:  signer,
	}, nil
}

// AuthorizedKey gives the key as a line of authorized_keys, without its end.
func AuthorizedKey(key ssh.PublicKey) string {
	return strings.TrimSuffix(string(ssh.MarshalAuthorizedKey(key)), "\n")
}

// ParseKeys reads lines of authorized_keys.
func ParseKeys(lines []string) ([]ssh.PublicKey, error) {
	keys := make([]ssh.PublicKey, len(lines))
	for i, line := range lines {
		key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(line))
		if err != nil {
			return nil, fmt.Errorf("key %q: %w", line, err)
		}
		keys[i] = key
	}
	return keys, nil
}

// KnownHosts gives the lines of a known_hosts file that pin keys for an address, each with its end.
func KnownHosts(addr netip.AddrPort, keys []ssh.PublicKey) string {
	var b strings.Builder
	for _, key := range keys {
		b.WriteString(knownhosts.Line([]string{addr.String()}, key) + "\n")
	}
	return b.String()
}
