// Package remote runs commands on hosts over SSH. A host proves itself with one of the keys that were pinned for it;
// there is no way to connect to a host whose keys are not known.
package remote

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
)

// ErrAuth is the kind of an error that tells of a host that refuses the user or the user's key.
var ErrAuth = errors.New("the host refuses the login")

// Target is a host to connect to.
type Target struct {
	Addr     netip.AddrPort
	User     string
	Signer   ssh.Signer
	HostKeys []ssh.PublicKey // the keys that the host may prove itself with
}

// handshakeLimit ends a handshake with a host that accepts connections and says nothing.
const handshakeLimit = 30 * time.Second

// Dial connects and logs in. The caller closes the connection; ctx ends only the dialing. A host with another key than
// those pinned is a *HostKeyError, one that refuses the login an ErrAuth; both stay so when tried again, the second
// once a booting host has all its users.
func Dial(ctx context.Context, t Target) (*Conn, error) {
	if len(t.HostKeys) == 0 {
		return nil, fmt.Errorf("no host key is pinned for %s", t.Addr)
	}
	ctx, cancel := context.WithTimeout(ctx, handshakeLimit)
	defer cancel()
	raw, err := (&net.Dialer{}).DialContext(ctx, "tcp", t.Addr.String())
	if err != nil {
		return nil, cause(ctx, err)
	}
	client, err := handshake(ctx, raw, t)
	if err != nil {
		return nil, cause(ctx, err)
	}
	return newConn(ctx, client), nil
}

// Answers says whether a server speaks first, as SSH's does: nil, or why not. That a connection comes about says less:
// what stands before the host may take it and have nobody to hand it on to.
func Answers(ctx context.Context, addr netip.AddrPort) error {
	conn, err := (&net.Dialer{Timeout: answerLimit}).DialContext(ctx, "tcp", addr.String())
	if err != nil {
		return cause(ctx, err)
	}
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	_ = conn.SetReadDeadline(time.Now().Add(greetLimit))
	if _, err := conn.Read(make([]byte, 1)); err != nil {
		return cause(ctx, fmt.Errorf("%s takes a connection and says nothing: %w", addr, err))
	}
	return nil
}

const (
	answerLimit = 5 * time.Second  // for one connection: a packet that a filter drops must not hold up the next try
	greetLimit  = 20 * time.Second // for a busy server's first word
)

// handshake ends with ctx by closing the connection below it.
func handshake(ctx context.Context, raw net.Conn, t Target) (*ssh.Client, error) {
	stop := context.AfterFunc(ctx, func() { _ = raw.Close() })
	pins := pinned{addr: t.Addr.String(), keys: t.HostKeys}
	conn, channels, requests, err := ssh.NewClientConn(raw, t.Addr.String(), &ssh.ClientConfig{
		User:              t.User,
		Auth:              []ssh.AuthMethod{ssh.PublicKeys(t.Signer)},
		HostKeyCallback:   pins.check,
		HostKeyAlgorithms: pins.algorithms(),
	})
	if !stop() && err == nil {
		err = ctx.Err()
		_ = conn.Close()
	}
	if err != nil {
		_ = raw.Close()
		return nil, pins.explain(err, t.User)
	}
	return ssh.NewClient(conn, channels, requests), nil
}

// cause prefers the reason why ctx ended over the error that this led to.
func cause(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return fmt.Errorf("%w (%w)", context.Cause(ctx), err)
}

// refused tells of an error with which x/crypto/ssh says that no method of login worked; it has no type for it.
func refused(err error) bool {
	return strings.Contains(err.Error(), "unable to authenticate")
}
