// Package store keeps what the command line knows of its hosts: a folder per host with its record, its SSH key and
// the host keys it is trusted by. Records are written at once or not at all, so a kill at any instant leaves either
// the old one or the new one. Nothing but davit's own user can read the folder.
package store

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/adrg/xdg"

	"github.com/davit-io/davit/drivers"
)

const (
	folderMode = 0o700
	fileMode   = 0o600
)

// Store is a folder of hosts. Its methods may be called from many goroutines and many processes at once.
type Store struct {
	dir      string
	patience time.Duration // how long Lock waits for another process
}

// DefaultDir is $DAVIT_HOME, else the folder davit below the user's XDG state folder.
func DefaultDir(getenv func(string) string) string {
	if dir := getenv("DAVIT_HOME"); dir != "" {
		return dir
	}
	if dir := getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "davit")
	}
	return filepath.Join(xdg.StateHome, "davit")
}

// Open gives the store in dir. The folder is made by the first write, so that looking leaves no trace.
func Open(dir string) (*Store, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("state folder %s: %w", dir, err)
	}
	return &Store{dir: abs, patience: 2 * time.Second}, nil
}

// Dir is the store's folder, absolute.
func (s *Store) Dir() string { return s.dir }

var hostName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// folder is where a host's files are; a name that could lead elsewhere is the name of no host.
func (s *Store) folder(name string) (string, error) {
	if !hostName.MatchString(name) {
		return "", notFound(name)
	}
	return filepath.Join(s.dir, "hosts", name), nil
}

// makeFolder gives a host's folder, made if it isn't there.
func (s *Store) makeFolder(name string) (string, error) {
	dir, err := s.folder(name)
	if err != nil {
		return "", err
	}
	return dir, os.MkdirAll(dir, folderMode)
}

func notFound(name string) error {
	return &drivers.Error{
		Kind: drivers.ErrNotFound,
		Err:  fmt.Errorf("no host is named %q", name),
		Next: "davit ls shows the hosts there are",
	}
}
