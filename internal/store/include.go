package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/renameio/v2/maybe"
)

// UserSSHConfig is the configuration of the user's ssh.
func UserSSHConfig(home string) string { return filepath.Join(home, ".ssh", "config") }

// Included tells whether the ssh configuration in userFile takes in the store's.
func (s *Store) Included(userFile string) bool {
	data, err := os.ReadFile(userFile)
	return err == nil && slices.Contains(strings.Split(string(data), "\n"), s.includeLine())
}

// Include adds one line to the top of userFile, before the first Host block and so in force for all hosts, unless it
// is there. The file keeps its mode; a link to it stays a link.
func (s *Store) Include(userFile string) (added bool, err error) {
	if s.Included(userFile) {
		return false, nil
	}
	if err := os.MkdirAll(filepath.Dir(userFile), folderMode); err != nil {
		return false, fmt.Errorf("the ssh configuration: %w", err)
	}
	file, old, mode, err := readThroughLinks(userFile)
	if err != nil {
		return false, fmt.Errorf("the ssh configuration: %w", err)
	}
	text := s.includeLine() + "\n"
	if len(old) > 0 {
		text += "\n" + string(old)
	}
	if err := maybe.WriteFile(file, []byte(text), mode); err != nil {
		return false, fmt.Errorf("the ssh configuration: %w", err)
	}
	return true, nil
}

// Exclude takes the line away again.
func (s *Store) Exclude(userFile string) (removed bool, err error) {
	if !s.Included(userFile) {
		return false, nil
	}
	file, old, mode, err := readThroughLinks(userFile)
	if err != nil {
		return false, fmt.Errorf("the ssh configuration: %w", err)
	}
	line := s.includeLine() + "\n"
	text, found := strings.CutPrefix(string(old), line+"\n")
	if !found {
		text = strings.Replace(string(old), line, "", 1)
	}
	if err := maybe.WriteFile(file, []byte(text), mode); err != nil {
		return false, fmt.Errorf("the ssh configuration: %w", err)
	}
	return true, nil
}

// includeLine quotes the path plainly: unlike other options Include knows no tokens.
func (s *Store) includeLine() string { return `Include "` + s.SSHConfig() + `"` }

// readThroughLinks gives the file that path stands for, with what it holds; a file that isn't there holds nothing.
func readThroughLinks(path string) (file string, data []byte, mode fs.FileMode, err error) {
	file, err = filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		return path, nil, fileMode, nil
	}
	if err != nil {
		return "", nil, 0, err
	}
	info, err := os.Stat(file)
	if err != nil {
		return "", nil, 0, err
	}
	data, err = os.ReadFile(file)
	return file, data, info.Mode().Perm(), err
}
