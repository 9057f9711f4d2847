//go:build !linux

package qemu

import (
	"errors"
	"net"
	"os"
	"syscall"
)

type cables struct {
	ours   []net.Conn
	theirs []*os.File
}

func newCables(int) (*cables, error) { return nil, errors.New("the sandbox runs on Linux") }

func (*cables) closeTheirs() {}

func (*cables) closeOurs() {}

func diesWithParent() *syscall.SysProcAttr { return nil }
