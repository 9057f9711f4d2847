package remote

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"

	"golang.org/x/crypto/ssh"
)

// ShownKey asks which host keys a machine shows, the best first, for a human to compare or for a fingerprint to be found
// among: it gives the first that is wanted, or else the first of all and false. Nothing is trusted: each connection ends
// when its key is seen, before anybody logs in.
func ShownKey(ctx context.Context, addr netip.AddrPort, want func(ssh.PublicKey) bool) (key ssh.PublicKey, wanted bool, err error) {
	var first ssh.PublicKey
	for _, algorithm := range []string{
		ssh.KeyAlgoED25519, ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521, ssh.KeyAlgoRSASHA512,
	} {
		key, err := shownKey(ctx, addr, algorithm)
		if err != nil {
			return nil, false, err
		}
		if key != nil && want(key) {
			return key, true, nil
		}
		if first == nil {
			first = key
		}
	}
	if first == nil {
		return nil, false, fmt.Errorf("the SSH server at %s shows no key of a known type", addr)
	}
	return first, false, nil
}

// errSeen ends a handshake at the key.
var errSeen = errors.New("seen")

// shownKey gives the key of one type; nil: the machine has none.
func shownKey(ctx context.Context, addr netip.AddrPort, algorithm string) (ssh.PublicKey, error) {
	ctx, cancel := context.WithTimeout(ctx, handshakeLimit)
	defer cancel()
	raw, err := (&net.Dialer{Timeout: answerLimit}).DialContext(ctx, "tcp", addr.String())
	if err != nil {
		return nil, cause(ctx, err)
	}
	defer context.AfterFunc(ctx, func() { _ = raw.Close() })()
	defer func() { _ = raw.Close() }()
	var seen ssh.PublicKey
	_, _, _, err = ssh.NewClientConn(raw, addr.String(), &ssh.ClientConfig{
		HostKeyAlgorithms: []string{algorithm},
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			seen = key
			return errSeen
		},
	})
	if algo, ok := errors.AsType[*ssh.AlgorithmNegotiationError](err); seen != nil || ok && algo.What == "host key" {
		return seen, nil
	}
	return nil, cause(ctx, fmt.Errorf("ask %s for its host key: %w", addr, err))
}
