package qemutest

import (
	"encoding/binary"
	"fmt"
	"os"
	"strconv"

	"github.com/davit-io/davit/internal/sandbox/qemu"
)

// img does what package qemu asks qemu-img for. A disk's contents are the name of what it builds on or was copied of.
func img(args []string) error {
	command, args := args[0], args[1:]
	var base string
	var rest []string
	for i := 0; i < len(args); i++ {
		switch args[i] {
		case "-q":
		case "-f", "-F", "-O":
			i++
		case "-b":
			i++
			base = args[i]
		default:
			rest = append(rest, args[i])
		}
	}
	switch command {
	case "create":
		return create(base, rest)
	case "convert":
		return create(rest[0], rest[1:])
	case "resize":
		return resize(rest[0], rest[1])
	}
	return fmt.Errorf("qemu-img %s is not there", command)
}

func create(base string, rest []string) error {
	if base == "" {
		size, err := strconv.ParseInt(rest[1], 10, 64)
		if err != nil {
			return err
		}
		return writeHead(rest[0], size)
	}
	size, err := qemu.Size(base)
	if err != nil {
		return err
	}
	if err := writeHead(rest[0], size); err != nil {
		return err
	}
	f, err := os.OpenFile(rest[0], os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	_, err = f.WriteString(base)
	return err
}

func resize(path, text string) error {
	size, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	_, err = f.WriteAt(head(size), 0)
	return err
}

func writeHead(path string, size int64) error { return os.WriteFile(path, head(size), 0o600) }

// head is the beginning of a qcow2 file.
func head(size int64) []byte {
	b := make([]byte, 104)
	copy(b, "QFI\xfb")
	binary.BigEndian.PutUint32(b[4:], 3)
	binary.BigEndian.PutUint64(b[24:], uint64(size))
	return b
}
