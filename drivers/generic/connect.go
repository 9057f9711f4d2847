package generic

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/remote"
)

// session is a connection to a machine that proved itself.
type session struct {
	*remote.Conn
	addrs []netip.Addr
	key   ssh.PublicKey // that it proved itself with, or could have
}

// connect logs in. Its errors are findings.
func (o *Options) connect(ctx context.Context) (*session, error) {
	addrs, err := o.addresses(ctx)
	if err != nil {
		return nil, err
	}
	keys, err := o.pinned(ctx)
	if err != nil {
		return nil, err
	}
	signer, err := remote.ReadSigner(o.keyFile)
	if err != nil {
		return nil, field.Errorf("ssh_key", "%w", err).WithHint("name the private key, without a passphrase, that the machine knows")
	}
	target := remote.Target{Addr: netip.AddrPortFrom(addrs[0], uint16(o.port())), User: o.login(), Signer: signer, HostKeys: keys}
	conn, err := remote.Dial(ctx, target)
	if err != nil {
		return nil, o.explain(err)
	}
	return &session{conn, addrs, keys[0]}, nil
}

// explain gives an error of a connection its place and its kind.
func (o *Options) explain(err error) error {
	_, wrong := errors.AsType[*remote.HostKeyError](err)
	switch {
	case wrong:
		return field.Errorf("generic.ssh_host_key", "%w", err)
	case errors.Is(err, remote.ErrAuth):
		return field.Errorf("ssh_key", "%w", &drivers.Error{Kind: drivers.ErrAuth, Err: err}).
			WithHint("is its public half in ~%s/.ssh/authorized_keys on the machine? --user names another user", o.login())
	}
	return field.Errorf("generic.address", "SSH to %s: %w", o.where(), err).WithHint("is the machine on, and does its firewall let SSH in?")
}

// addresses looks the name up, IPv4 first.
func (o *Options) addresses(ctx context.Context) ([]netip.Addr, error) {
	if addr, err := netip.ParseAddr(o.Address); err == nil {
		return []netip.Addr{addr}, nil
	}
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip4", o.Address)
	if err != nil || len(addrs) == 0 {
		addrs, err = net.DefaultResolver.LookupNetIP(ctx, "ip", o.Address)
	}
	if err != nil {
		return nil, field.Errorf("generic.address", "%w", &drivers.Error{Kind: drivers.ErrNotFound, Err: err})
	}
	for i, addr := range addrs {
		addrs[i] = addr.Unmap()
	}
	return addrs, nil
}

func (o *Options) shownKey(ctx context.Context, want func(ssh.PublicKey) bool) (key ssh.PublicKey, wanted bool, err error) {
	addrs, err := o.addresses(ctx)
	if err != nil {
		return nil, false, err
	}
	key, wanted, err = remote.ShownKey(ctx, netip.AddrPortFrom(addrs[0], uint16(o.port())), want)
	if err != nil {
		return nil, false, o.explain(err)
	}
	return key, wanted, nil
}

// rootShell runs a script from its standard input as root.
const rootShell = `if [ "$(id -u)" -eq 0 ]; then exec sh -s; fi
command -v sudo >/dev/null || { echo "there is no sudo" >&2; exit 126; }
sudo -n true || exit 126
exec sudo -n sh -s`

// root runs a script of this package as root and gives what it prints. A script that fails is an error with what it said.
func (s *session) root(ctx context.Context, o *Options, name string, args ...string) (string, error) {
	words := []string{"set", "--"}
	for _, arg := range args {
		words = append(words, "'"+strings.ReplaceAll(arg, "'", `'\''`)+"'")
	}
	res, err := s.Run(ctx, rootShell, strings.NewReader(strings.Join(words, " ")+"\n"+script(name)))
	switch {
	case err != nil:
		return "", fmt.Errorf("%s: %w", o.where(), err)
	case res.Exit == 126:
		return "", field.Errorf("user", "%w", &drivers.Error{
			Kind: drivers.ErrAuth, Err: fmt.Errorf("%s can't become root on %s: %s", o.login(), o.where(), lastLine(res.Stderr)),
		}).WithHint("take root, or let the user: echo '%s ALL=(ALL) NOPASSWD:ALL' >/etc/sudoers.d/%[1]s", o.login())
	case res.Exit != 0:
		return "", fmt.Errorf("%s: %s: exit %d: %s", o.where(), name, res.Exit, lastLine(res.Stderr))
	}
	return res.Stdout, nil
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}
