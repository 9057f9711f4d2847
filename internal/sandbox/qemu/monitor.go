package qemu

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"syscall"
	"time"
)

// monitorPatience is for a QEMU that has to share the machine with others.
const monitorPatience = 30 * time.Second

// monitor speaks QMP, of which three commands are needed.
type monitor struct {
	mu   sync.Mutex
	conn net.Conn
	in   *json.Decoder
}

func newMonitor(conn net.Conn) *monitor { return &monitor{conn: conn, in: json.NewDecoder(conn)} }

type message struct {
	QMP    json.RawMessage `json:"QMP"`
	Return json.RawMessage `json:"return"`
	Error  *struct {
		Desc string `json:"desc"`
	} `json:"error"`
}

// greet waits until QEMU has made its machine.
func (m *monitor) greet(ctx context.Context) error {
	defer m.limit(ctx)()
	var hello message
	if err := m.in.Decode(&hello); err != nil {
		return ended(err)
	}
	if hello.QMP == nil {
		return errors.New("this is no QEMU: it has no monitor")
	}
	return m.send("qmp_capabilities")
}

// do runs a command without arguments.
func (m *monitor) do(ctx context.Context, command string) error {
	defer m.limit(ctx)()
	return m.send(command)
}

// limit holds the monitor for one exchange, until the returned function is called.
func (m *monitor) limit(ctx context.Context) (release func()) {
	m.mu.Lock()
	deadline := time.Now().Add(monitorPatience)
	if d, ok := ctx.Deadline(); ok && d.Before(deadline) {
		deadline = d
	}
	_ = m.conn.SetDeadline(deadline)
	stop := context.AfterFunc(ctx, func() { _ = m.conn.SetDeadline(time.Now()) })
	return func() {
		stop()
		m.mu.Unlock()
	}
}

func (m *monitor) send(command string) error {
	if err := json.NewEncoder(m.conn).Encode(map[string]string{"execute": command}); err != nil {
		return ended(err)
	}
	for {
		var answer message
		if err := m.in.Decode(&answer); err != nil {
			return ended(err)
		}
		switch {
		case answer.Error != nil:
			return fmt.Errorf("QEMU refuses %s: %s", command, answer.Error.Desc)
		case answer.Return != nil:
			return nil
		}
		// Anything else is an event.
	}
}

func ended(err error) error {
	for _, gone := range []error{io.EOF, io.ErrClosedPipe, net.ErrClosed, syscall.EPIPE, syscall.ECONNRESET} {
		if errors.Is(err, gone) {
			return errGone
		}
	}
	return err
}
