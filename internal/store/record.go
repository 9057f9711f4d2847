package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/google/renameio/v2/maybe"
	"github.com/maruel/natural"

	"github.com/davit-io/davit/internal/lifecycle"
)

const recordFile = "record.json"

// Load reads one record; drivers.ErrNotFound when there is none.
func (s *Store) Load(name string) (*lifecycle.Record, error) {
	return load(s, name, whole)
}

// List reads all records, by name with numbers in their natural order. Those that can't be read are told in the
// error and don't hide the others, so both results may be there at once.
func (s *Store) List() ([]*lifecycle.Record, error) {
	return list(s, whole)
}

func whole(rec *lifecycle.Record) *lifecycle.Record { return rec }

// Names lists the hosts that have a record, in natural order.
func (s *Store) Names() ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(s.dir, "hosts"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("state folder: %w", err)
	}
	var names []string
	for _, e := range entries {
		if _, err := os.Lstat(filepath.Join(s.dir, "hosts", e.Name(), recordFile)); err == nil {
			names = append(names, e.Name())
		}
	}
	slices.SortFunc(names, natural.Compare)
	return names, nil
}

// Save writes a record, and the host keys it pins, at once. It works to the end even when ctx has ended: what was made must be known.
func (s *Store) Save(_ context.Context, rec *lifecycle.Record) error {
	dir, err := s.makeFolder(rec.Name)
	if err != nil {
		return fmt.Errorf("the record of %s: %w", rec.Name, err)
	}
	data, err := json.MarshalIndent(rec, "", "  ")
	if err != nil {
		return fmt.Errorf("the record of %s: %w", rec.Name, err)
	}
	if err := s.write(filepath.Join(dir, recordFile), append(data, '\n')); err != nil {
		return fmt.Errorf("the record of %s: %w", rec.Name, err)
	}
	return s.pin(rec)
}

// Remove forgets a host: its record, key and host keys. A host that isn't there is no error.
func (s *Store) Remove(name string) error {
	dir, err := s.folder(name)
	if err != nil {
		return nil //nolint:nilerr // a name of no host
	}
	// The record goes first: killed after that, what is left is a folder without a record, which is no host.
	if err := os.Remove(filepath.Join(dir, recordFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("forgetting %s: %w", name, err)
	}
	return os.RemoveAll(dir)
}

func (s *Store) write(file string, data []byte) error { return maybe.WriteFile(file, data, fileMode) }
