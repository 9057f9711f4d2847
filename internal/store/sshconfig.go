package store

import (
	"context"
	"fmt"
	"net/netip"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/davit-io/davit/internal/remote"
)

const sshConfigFile = "ssh_config"

// SSHConfig is the file that tells the system's ssh, and with it the docker CLI, how to reach and trust all hosts.
func (s *Store) SSHConfig() string { return filepath.Join(s.dir, sshConfigFile) }

// WriteSSHConfig makes the file anew from all records that can be read.
func (s *Store) WriteSSHConfig(ctx context.Context) error {
	unlock, err := s.Lock(ctx, sshConfigFile)
	if err != nil {
		return err
	}
	defer unlock()
	recs, err := s.Outlines()
	if recs == nil && err != nil {
		return err
	}
	if err := s.write(s.SSHConfig(), []byte(s.sshConfig(recs))); err != nil {
		return fmt.Errorf("the ssh configuration of all hosts: %w", err)
	}
	return nil
}

// sshConfig has one block per address. Networks of two clouds may have the same addresses: then the block names the
// keys of all hosts there, for ssh takes the first value it finds for an option and no second block.
func (s *Store) sshConfig(recs []*Outline) string {
	var order []netip.Addr
	at := map[netip.Addr][]*Outline{}
	for _, rec := range recs {
		addr := rec.Dial().Addr()
		if !addr.IsValid() || len(rec.HostKeys) == 0 {
			continue
		}
		if at[addr] == nil {
			order = append(order, addr)
		}
		at[addr] = append(at[addr], rec)
	}
	b := &strings.Builder{}
	fmt.Fprintln(b, "# Written by davit from its records; a change made here is lost.")
	for _, addr := range order {
		s.sshBlock(b, addr, at[addr])
	}
	return b.String()
}

func (s *Store) sshBlock(b *strings.Builder, addr netip.Addr, recs []*Outline) {
	names, known := []string{}, []string{}
	for _, rec := range recs {
		names = append(names, rec.Name)
		known = append(known, quote(s.KnownHosts(rec.Name)))
	}
	fmt.Fprintf(b, "\n# %s\nHost %s\n", strings.Join(names, ", "), addr)
	for _, rec := range recs {
		fmt.Fprintf(b, "  IdentityFile %s\n", quote(remote.ExpandHome(rec.KeyFile)))
	}
	fmt.Fprintf(b, "  IdentitiesOnly yes\n  UserKnownHostsFile %s\n  GlobalKnownHostsFile /dev/null\n", strings.Join(known, " "))
	fmt.Fprintf(b, "  StrictHostKeyChecking yes\n  UpdateHostKeys no\n")
	if len(recs) == 1 {
		fmt.Fprintf(b, "  User %s\n  Port %s\n", recs[0].User, strconv.Itoa(int(recs[0].Dial().Port())))
	}
}

// quote protects a path in ssh's configuration, where % starts a token.
func quote(path string) string { return `"` + strings.ReplaceAll(path, "%", "%%") + `"` }
