package remote

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/internal/field"
)

// ReadSigner reads a private key from a file; ~/ stands for the user's home.
func ReadSigner(file string) (ssh.Signer, error) {
	path := ExpandHome(file)
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the private key: %w", err)
	}
	return ParseSigner(field.Secret(data), path)
}

// ParseSigner reads a private key in PEM; from says where it comes from, for errors.
func ParseSigner(key field.Secret, from string) (ssh.Signer, error) {
	signer, err := ssh.ParsePrivateKey([]byte(key.Reveal()))
	if _, locked := errors.AsType[*ssh.PassphraseMissingError](err); locked {
		return nil, field.Errorf("", "the private key %s has a passphrase", from).
			WithHint("name a key without one; or, on the command line, none: davit then makes one for the host")
	}
	if err != nil {
		return nil, fmt.Errorf("the private key %s: %w", from, err)
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
