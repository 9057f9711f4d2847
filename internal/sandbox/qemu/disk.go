package qemu

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
)

const qcow2Magic = "QFI\xfb"

// Create makes an empty disk of size bytes.
func (t Tools) Create(ctx context.Context, path string, size int64) error {
	return run(ctx, t.Img, "create", "-q", "-f", "qcow2", path, strconv.FormatInt(size, 10))
}

// Overlay makes a disk that starts out as base and keeps only what differs. base must not change any more.
func (t Tools) Overlay(ctx context.Context, path, base string) error {
	return run(ctx, t.Img, "create", "-q", "-f", "qcow2", "-b", base, "-F", format(base), path)
}

// Copy makes a disk with the contents of another, which stands for itself.
func (t Tools) Copy(ctx context.Context, path, from string) error {
	return run(ctx, t.Img, "convert", "-f", format(from), "-O", "qcow2", from, path)
}

// Grow makes a disk at least size bytes large.
func (t Tools) Grow(ctx context.Context, path string, size int64) error {
	have, err := Size(path)
	if err != nil || have >= size {
		return err
	}
	return run(ctx, t.Img, "resize", "-q", "-f", "qcow2", path, strconv.FormatInt(size, 10))
}

// format goes by the name alone: what a guest wrote to its disk must not decide how the host reads it.
func format(path string) string {
	if filepath.Ext(path) == ".raw" {
		return "raw"
	}
	return "qcow2"
}

// Size is the size of a disk as its guest sees it, in bytes. An empty file is no disk yet: os.ErrNotExist.
func Size(path string) (int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer func() { _ = f.Close() }()
	if format(path) == "raw" {
		info, err := f.Stat()
		if err != nil {
			return 0, err
		}
		return info.Size(), nil
	}
	var head [32]byte
	_, err = io.ReadFull(f, head[:])
	switch {
	case errors.Is(err, io.EOF):
		return 0, fmt.Errorf("%s: %w", path, os.ErrNotExist)
	case err != nil || string(head[:4]) != qcow2Magic:
		return 0, fmt.Errorf("%s is no qcow2 file", path)
	}
	return int64(binary.BigEndian.Uint64(head[24:])), nil
}
