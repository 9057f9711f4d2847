package qemu

import (
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// cables are socket pairs between this process and QEMU, which inherits its ends: no path, no port, nothing another
// process could connect to.
type cables struct {
	ours   []net.Conn
	theirs []*os.File
}

func newCables(n int) (*cables, error) {
	c := &cables{}
	for range n {
		if err := c.add(); err != nil {
			c.closeOurs()
			c.closeTheirs()
			return nil, err
		}
	}
	return c, nil
}

func (c *cables) add() error {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return os.NewSyscallError("socketpair", err)
	}
	c.theirs = append(c.theirs, os.NewFile(uintptr(pair[1]), "machine"))
	our := os.NewFile(uintptr(pair[0]), "host")
	defer func() { _ = our.Close() }() // the connection has its own descriptor
	conn, err := net.FileConn(our)
	if err != nil {
		return err
	}
	c.ours = append(c.ours, conn)
	return nil
}

func (c *cables) closeTheirs() {
	for _, f := range c.theirs {
		_ = f.Close()
	}
}

func (c *cables) closeOurs() {
	for _, conn := range c.ours {
		_ = conn.Close()
	}
}

// diesWithParent makes the kernel end a child with the thread that started it, and keeps the terminal's signals away.
func diesWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
