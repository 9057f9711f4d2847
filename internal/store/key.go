package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

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
