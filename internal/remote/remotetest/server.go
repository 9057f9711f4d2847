// Package remotetest is an SSH server inside a test.
package remotetest

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/internal/wait"
)

// Handler answers a command; an interactive shell is the empty command. Its context ends with the connection.
type Handler func(ctx context.Context, cmd string, stdin io.Reader) Reply

// Reply is what a command leaves.
type Reply struct {
	Stdout, Stderr string
	Exit           int
}

// Options are what a server starts with. The zero value is a server on a free port of 127.0.0.1 that lets everyone in
// and answers nothing.
type Options struct {
	Listen   string       // address and port
	HostKeys []ssh.Signer // none: a new one
	Allow    func(user string, key ssh.PublicKey) bool
	Handler  Handler
	Silent   bool // it accepts connections and says nothing
}

// Server is a running server.
type Server struct {
	Addr netip.AddrPort

	options  Options
	listener net.Listener
	mu       sync.Mutex
	keys     []ssh.Signer
	conns    []net.Conn
	commands []string
}

// listen waits for an address that is taken: a process that a test is just starting has the listeners of all servers
// for a moment, also of those that were stopped.
func listen(t testing.TB, addr string) (l net.Listener) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	err := wait.Poll(ctx, wait.Pace{Min: 10 * time.Millisecond, Max: 100 * time.Millisecond, Grow: 1.5}, func(ctx context.Context) (bool, string, error) {
		var err error
		l, err = (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
		if errors.Is(err, syscall.EADDRINUSE) {
			return false, err.Error(), nil
		}
		return true, "", err
	})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// New starts a server that ends with the test.
func New(t testing.TB, o Options) *Server {
	t.Helper()
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	listener := listen(t, o.Listen)
	if len(o.HostKeys) == 0 {
		o.HostKeys = []ssh.Signer{NewKey(t)}
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	s := &Server{
		Addr:    netip.MustParseAddrPort(listener.Addr().String()),
		options: o, listener: listener, keys: o.HostKeys,
	}
	done := make(chan struct{})
	go func() { defer close(done); s.accept(ctx) }()
	t.Cleanup(func() {
		cancel()
		s.Stop()
		<-done
	})
	return s
}

// NewKey makes an ed25519 key.
func NewKey(t testing.TB) ssh.Signer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

// HostKeys are the public host keys that the server has now.
func (s *Server) HostKeys() []ssh.PublicKey {
	s.mu.Lock()
	defer s.mu.Unlock()
	keys := make([]ssh.PublicKey, len(s.keys))
	for i, k := range s.keys {
		keys[i] = k.PublicKey()
	}
	return keys
}

// SetHostKeys gives the server other keys, for connections to come.
func (s *Server) SetHostKeys(keys ...ssh.Signer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys = keys
}

// Drop cuts all connections.
func (s *Server) Drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.conns {
		_ = c.Close()
	}
	s.conns = nil
}

// Stop ends the server before the test does. Its address is free then.
func (s *Server) Stop() {
	_ = s.listener.Close()
	s.Drop()
}

// Commands are the commands that were asked for, in order.
func (s *Server) Commands() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.commands)
}

func (s *Server) accept(ctx context.Context) {
	var conns sync.WaitGroup
	defer conns.Wait()
	for {
		conn, err := s.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue
		}
		s.mu.Lock()
		s.conns = append(s.conns, conn)
		s.mu.Unlock()
		if !s.options.Silent {
			conns.Go(func() { s.serve(ctx, conn) })
		}
	}
}

func (s *Server) config() *ssh.ServerConfig {
	c := &ssh.ServerConfig{PublicKeyCallback: func(meta ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		if s.options.Allow == nil || s.options.Allow(meta.User(), key) {
			return &ssh.Permissions{}, nil
		}
		return nil, errors.New("no such key")
	}}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.keys {
		c.AddHostKey(k)
	}
	return c
}
