package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/lifecycle"
)

// readers bounds the files that are read at the same time.
const readers = 16

// Outline is a record without its spec, whose reading takes most of the time.
type Outline struct {
	lifecycle.Record
	Spec struct {
		Engine struct {
			Name string `json:"name"`
		} `json:"engine"`
	} `json:"spec"`
}

// Outlines reads all records as List does, several times as fast.
func (s *Store) Outlines() ([]*Outline, error) {
	return list(s, func(o *Outline) *lifecycle.Record { return &o.Record })
}

// list reads all records into values of T, in which record finds what every record has.
func list[T any](s *Store, record func(*T) *lifecycle.Record) ([]*T, error) {
	names, err := s.Names()
	if err != nil {
		return nil, err
	}
	recs, errs := make([]*T, len(names)), make([]error, len(names))
	var group errgroup.Group
	group.SetLimit(readers)
	for i, name := range names {
		group.Go(func() error {
			recs[i], errs[i] = load(s, name, record)
			return nil
		})
	}
	_ = group.Wait()
	there := recs[:0]
	for _, rec := range recs {
		if rec != nil {
			there = append(there, rec)
		}
	}
	return there, errors.Join(errs...)
}

func load[T any](s *Store, name string, record func(*T) *lifecycle.Record) (*T, error) {
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
	rec := new(T)
	err = json.Unmarshal(data, rec)
	if err == nil && record(rec).Version <= lifecycle.RecordVersion {
		return rec, nil
	}
	return nil, unreadable(file, data, err)
}

// unreadable says what is wrong with a record. That of a newer davit may not even have our shape, so its version is
// looked at apart.
func unreadable(file string, data []byte, err error) error {
	var head struct {
		Version int `json:"version"`
	}
	if json.Unmarshal(data, &head) == nil && head.Version > lifecycle.RecordVersion {
		return &drivers.Error{
			Err: fmt.Errorf("%s has version %d, and this davit knows versions up to %d",
				file, head.Version, lifecycle.RecordVersion),
			Next: "use the davit that wrote it, or a newer one",
		}
	}
	return &drivers.Error{
		Err:  fmt.Errorf("%s can't be read: %w", file, err),
		Next: "repair the file, or remove its folder and see with davit gc --dry-run what its host left",
	}
}
