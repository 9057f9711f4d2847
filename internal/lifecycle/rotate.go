package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/davit-io/davit/internal/remote"
	"github.com/davit-io/davit/internal/wait"
)

// rootShell runs a script from its standard input as root.
const rootShell = `if [ "$(id -u)" -eq 0 ]; then exec sh -s; else exec sudo -n sh -s; fi`

// newHostKey makes a key beside the one in use and shows its public half. The public file is made last, so that it
// stands for a whole key.
const newHostKey = `set -e
key=/etc/ssh/ssh_host_ed25519_key
if ! test -s $key.davit.pub; then
  rm -f $key.davit
  ssh-keygen -q -t ed25519 -N '' -C "root@$(hostname)" -f $key.davit
fi
cat $key.davit.pub
`

// useNewHostKey puts it into the place of the old one, which is gone then.
const useNewHostKey = `set -e
key=/etc/ssh/ssh_host_ed25519_key
mv -f $key.davit.pub $key.pub
mv -f $key.davit $key
systemctl reload ssh || systemctl reload sshd || service ssh reload || kill -HUP "$(cat /run/sshd.pid)"
test ! -e /run/davit/report.sh || sh /run/davit/report.sh keys
`

// rotate replaces the host key that was handed over in the user-data, which others may read. At every instant one of
// the pinned keys is the host's: the new one is pinned before the host uses it, and the old one is let go after the
// host proved that it has the new one.
func (c *creation) rotate(ctx context.Context) error {
	c.r.report(c.rec, PhaseTrusted, "replacing the host key that was handed over")
	fresh, err := c.makeHostKey(ctx)
	if err != nil {
		return err
	}
	c.rec.HostKeys = append(c.rec.HostKeys, fresh)
	if err := c.r.save(ctx, c.rec); err != nil {
		return err
	}
	if err := c.ask(ctx, rootShell, useNewHostKey, accept); err != nil {
		return err
	}
	c.close()
	if err := c.prove(ctx, fresh); err != nil {
		return err
	}
	c.rec.HostKeys, c.rec.Rotate = []string{fresh}, false
	return c.r.save(ctx, c.rec)
}

func (c *creation) makeHostKey(ctx context.Context) (string, error) {
	line := ""
	err := c.ask(ctx, rootShell, newHostKey, func(res remote.Result) (bool, string, error) {
		if res.Exit != 0 {
			return accept(res)
		}
		line = strings.TrimSpace(res.Stdout)
		return true, "", nil
	})
	if err != nil {
		return "", err
	}
	keys, err := remote.ParseKeys([]string{line})
	if err != nil {
		return "", fmt.Errorf("the host made no key: %w", err)
	}
	return remote.AuthorizedKey(keys[0]), nil
}

// prove connects with the new key alone. The host may show the old one for a moment: it is asked again, and nothing is
// sent to it before.
func (c *creation) prove(ctx context.Context, key string) error {
	return wait.Poll(ctx, c.limits.often(), func(ctx context.Context) (bool, string, error) {
		conn, err := c.dial(ctx, []string{key})
		if err == nil {
			c.conn = conn
			return true, "", nil
		}
		if _, old := errors.AsType[*remote.HostKeyError](err); old {
			return again(ctx, err, nil)
		}
		return again(ctx, err, c.final(ctx, err))
	})
}
