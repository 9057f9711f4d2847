package store

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"

	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/remote"
)

const knownHostsFile = "known_hosts"

// KnownHosts is the file with the host keys that are pinned for a host, for the system's ssh. Save writes it.
func (s *Store) KnownHosts(name string) string {
	return filepath.Join(s.dir, "hosts", name, knownHostsFile)
}

// pin writes the known_hosts file of a host when its keys or its address are new.
func (s *Store) pin(rec *lifecycle.Record) error {
	lines, err := knownHostsLines(rec)
	if err != nil || lines == nil {
		return err
	}
	file := s.KnownHosts(rec.Name)
	if old, err := os.ReadFile(file); err == nil && bytes.Equal(old, lines) {
		return nil
	}
	return s.write(file, lines)
}

func knownHostsLines(rec *lifecycle.Record) ([]byte, error) {
	addr := rec.Dial()
	if !addr.IsValid() || len(rec.HostKeys) == 0 {
		return nil, nil
	}
	keys, err := remote.ParseKeys(rec.HostKeys)
	if err != nil {
		return nil, fmt.Errorf("the host keys of %s: %w", rec.Name, err)
	}
	return []byte(remote.KnownHosts(addr, keys)), nil
}
