package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/remote"
)

const keyFile = "id_ed25519"

// MakeKey gives the file with the host's own private key, made at the first call.
func (s *Store) MakeKey(name string) (string, error) {
	dir, err := s.makeFolder(name)
	if err != nil {
		return "", fmt.Errorf("the key of %s: %w", name, err)
	}
	file := filepath.Join(dir, keyFile)
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		return file, err
	}
	key, err := remote.GenerateKey("davit " + name)
	if err != nil {
		return "", fmt.Errorf("the key of %s: %w", name, err)
	}
	return file, s.write(file, []byte(key.Private.Reveal()))
}

// Signer reads a private key; ~/ stands for the user's home.
func Signer(file string) (ssh.Signer, error) {
	path := ExpandHome(file)
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the private key: %w", err)
	}
	signer, err := ssh.ParsePrivateKey(data)
	if _, locked := errors.AsType[*ssh.PassphraseMissingError](err); locked {
		return nil, &drivers.Error{
			Err:  fmt.Errorf("the private key %s has a passphrase", path),
			Next: "name a key without one, or none: davit then makes one for the host",
		}
	}
	if err != nil {
		return nil, fmt.Errorf("the private key %s: %w", path, err)
	}
	return signer, nil
}

// ExpandHome replaces a leading ~/ with the user's home.
func ExpandHome(path string) string {
	rest, ok := strings.CutPrefix(path, "~/")
	home, err := os.UserHomeDir()
	if !ok || err != nil {
		return path
	}
	return filepath.Join(home, rest)
}
