package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"github.com/davit-io/davit/drivers"
)

// Lock takes a host for this process until unlock is called; the kernel gives it back when the process dies. While
// another davit has it Lock waits a little, then says so.
func (s *Store) Lock(ctx context.Context, name string) (unlock func(), err error) {
	if _, err := s.folder(name); err != nil {
		return nil, err
	}
	dir := filepath.Join(s.dir, "locks")
	if err := os.MkdirAll(dir, folderMode); err != nil {
		return nil, fmt.Errorf("locking %s: %w", name, err)
	}
	waiting, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	lock, err := acquire(waiting, filepath.Join(dir, name))
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return nil, &drivers.Error{
			Err:  fmt.Errorf("another davit is working on %s", name),
			Next: "wait until it is done, or stop it, and try again",
		}
	}
	if err != nil {
		return nil, fmt.Errorf("locking %s: %w", name, err)
	}
	return func() { release(lock) }, nil
}

// acquire locks the file that is at path once the lock is held: the one before may have been removed in between.
func acquire(ctx context.Context, path string) (*flock.Flock, error) {
	for {
		lock := flock.New(path, flock.SetPermissions(fileMode))
		if _, err := lock.TryLockContext(ctx, 20*time.Millisecond); err != nil {
			return nil, err
		}
		held, err := lock.Stat()
		if err != nil {
			return nil, errors.Join(err, lock.Close())
		}
		if there, err := os.Stat(path); err == nil && os.SameFile(held, there) {
			return lock, nil
		}
		_ = lock.Close()
	}
}

// release removes the file while it is still locked, so that no lock files pile up.
func release(lock *flock.Flock) {
	_ = os.Remove(lock.Path())
	_ = lock.Close()
}
