package lan

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
)

// sshPort is the port of a machine that the host reaches.
const sshPort = 22

type ports struct {
	mu   sync.Mutex
	open map[netip.Addr]net.Listener
}

// Publish lets the host reach the machine at addr until Withdraw.
func (l *LAN) Publish(ctx context.Context, addr netip.Addr) error {
	if !l.prefix.Contains(addr) {
		return fmt.Errorf("address %s is not of the sandbox's network %s: the host can't reach it", addr, l.prefix)
	}
	listener, err := l.ports.listen(ctx, addr)
	if err != nil || listener == nil {
		return err
	}
	go l.serve(context.WithoutCancel(ctx), listener, netip.AddrPortFrom(addr, sshPort).String())
	return nil
}

// Withdraw ends what Publish began; connections that are open go on.
func (l *LAN) Withdraw(addr netip.Addr) { l.ports.close(addr) }

func (l *LAN) serve(ctx context.Context, listener net.Listener, target string) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go l.forward(ctx, conn, target)
	}
}

func (l *LAN) forward(ctx context.Context, conn net.Conn, target string) {
	defer func() { _ = conn.Close() }()
	guest, err := l.net.DialContextTCP(ctx, target)
	if err != nil {
		return // the client sees its connection end, as it would when the guest's server ends it
	}
	defer func() { _ = guest.Close() }()
	both := sync.WaitGroup{}
	both.Go(func() { pipe(guest, conn) })
	both.Go(func() { pipe(conn, guest) })
	both.Wait()
}

// pipe copies until from ends, and passes the end on.
func pipe(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	if half, ok := to.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
		return
	}
	_ = to.Close()
}

// listen gives no listener when there is one already.
func (p *ports) listen(ctx context.Context, addr netip.Addr) (net.Listener, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open[addr] != nil {
		return nil, nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", netip.AddrPortFrom(addr, sshPort).String())
	if err != nil {
		return nil, err
	}
	if p.open == nil {
		p.open = map[netip.Addr]net.Listener{}
	}
	p.open[addr] = listener
	return listener, nil
}

func (p *ports) close(addr netip.Addr) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if listener := p.open[addr]; listener != nil {
		_ = listener.Close()
		delete(p.open, addr)
	}
}

func (p *ports) closeAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, listener := range p.open {
		_ = listener.Close()
	}
	p.open = nil
}

// errRights is what a user without the right is told.
var errRights = errors.New("the machines' addresses become the host's own, for which davit has to run as root, in a container with CAP_NET_ADMIN")
