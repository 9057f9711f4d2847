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
	"golang.org/x/sync/errgroup"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/lifecycle"
)

const recordFile = "record.json"

// readers bounds the files that List reads at the same time.
const readers = 16

// Load reads one record; drivers.ErrNotFound when there is none.
func (s *Store) Load(name string) (*lifecycle.Record, error) {
	dir, err := s.folder(name)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, recordFile)
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, notFound(name)
	}
	if err != nil {
		return nil, fmt.Errorf("the record of %s: %w", name, err)
	}
	return decode(file, data)
}

// List reads all records, by name with numbers in their natural order. Those that can't be read are told in the
// error and don't hide the others, so both results may be there at once.
func (s *Store) List() ([]*lifecycle.Record, error) {
	names, err := s.Names()
	if err != nil {
		return nil, err
	}
	recs, errs := make([]*lifecycle.Record, len(names)), make([]error, len(names))
	var group errgroup.Group
	group.SetLimit(readers)
	for i, name := range names {
		group.Go(func() error {
			recs[i], errs[i] = s.Load(name)
			return nil
		})
	}
	_ = group.Wait()
	return readable(recs), errors.Join(errs...)
}

func readable(recs []*lifecycle.Record) []*lifecycle.Record {
	out := recs[:0]
	for _, rec := range recs {
		if rec != nil {
			out = append(out, rec)
		}
	}
	return out
}

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

// decode reads a record. A record of a newer davit may not even have our shape, so its version is looked at apart.
func decode(file string, data []byte) (*lifecycle.Record, error) {
	rec := new(lifecycle.Record)
	err := json.Unmarshal(data, rec)
	if err == nil && rec.Version <= lifecycle.RecordVersion {
		return rec, nil
	}
	var head struct{ Version int }
	if json.Unmarshal(data, &head) == nil && head.Version > lifecycle.RecordVersion {
		return nil, &drivers.Error{
			Err: fmt.Errorf("%s has version %d, and this davit knows versions up to %d",
				file, head.Version, lifecycle.RecordVersion),
			Next: "use the davit that wrote it, or a newer one",
		}
	}
	return nil, &drivers.Error{
		Err:  fmt.Errorf("%s can't be read: %w", file, err),
		Next: "repair the file, or remove its folder and see with davit gc --dry-run what its host left",
	}
}
