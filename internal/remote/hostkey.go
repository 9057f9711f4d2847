package remote

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"golang.org/x/crypto/ssh"
)

// HostKeyError tells of a host that has none of the keys that were pinned for it. It is never to be tried again.
type HostKeyError struct {
	Addr   string
	Got    string   // fingerprint of the key it showed; empty: it has no key of a pinned type
	Pinned []string // fingerprints
}

// Error tells both fingerprints.
func (e *HostKeyError) Error() string {
	got := "no key of the type pinned"
	if e.Got != "" {
		got = "the key " + e.Got
	}
	return fmt.Sprintf("the host at %s shows %s; pinned: %s", e.Addr, got, strings.Join(e.Pinned, ", "))
}

// Hint says what that may mean.
func (e *HostKeyError) Hint() string {
	return "another machine answers at this address, or someone stands between; nothing was sent to it. " +
		"If the host was reinstalled on purpose, remove and create it again"
}

// pinned is the keys of one host.
type pinned struct {
	addr string
	keys []ssh.PublicKey
}

func (p pinned) check(_ string, _ net.Addr, key ssh.PublicKey) error {
	if slices.ContainsFunc(p.keys, func(k ssh.PublicKey) bool { return SameKey(k, key) }) {
		return nil
	}
	return p.wrong(ssh.FingerprintSHA256(key))
}

func (p pinned) wrong(got string) *HostKeyError {
	e := &HostKeyError{Addr: p.addr, Got: got}
	for _, k := range p.keys {
		e.Pinned = append(e.Pinned, ssh.FingerprintSHA256(k))
	}
	return e
}

// algorithms asks the host for keys of the pinned types alone: it may well have others, which nobody knows.
func (p pinned) algorithms() []string {
	var out []string
	for _, k := range p.keys {
		if k.Type() == ssh.KeyAlgoRSA {
			out = append(out, ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256)
			continue
		}
		out = append(out, k.Type())
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// explain gives an error of a handshake its kind.
func (p pinned) explain(err error, user string) error {
	if wrong, ok := errors.AsType[*HostKeyError](err); ok {
		return wrong
	}
	if algo, ok := errors.AsType[*ssh.AlgorithmNegotiationError](err); ok && algo.What == "host key" {
		return p.wrong("")
	}
	if refused(err) {
		return fmt.Errorf("%w of user %q at %s: %w", ErrAuth, user, p.addr, err)
	}
	return err
}

// SameKey compares public keys.
func SameKey(a, b ssh.PublicKey) bool { return bytes.Equal(a.Marshal(), b.Marshal()) }
