package qemu

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
)

// Host starts machines. They end with it, and with its process however that ends.
type Host struct {
	tools  Tools
	accel  func(context.Context) (Accel, error)
	jobs   chan func()
	closed chan struct{}
	close  func()

	mu      sync.Mutex
	running map[*Process]bool
}

// NewHost gives a host whose machines run under what accel finds; accel is asked by each start.
func NewHost(tools Tools, accel func(context.Context) (Accel, error)) *Host {
	h := &Host{tools: tools, accel: accel, jobs: make(chan func()), closed: make(chan struct{}), running: map[*Process]bool{}}
	h.close = sync.OnceFunc(func() { close(h.closed) })
	go h.spawn()
	return h
}

// spawn starts all machines from one thread that lasts: the kernel ends them when the thread that started them ends.
func (h *Host) spawn() {
	runtime.LockOSThread()
	for {
		select {
		case job := <-h.jobs:
			job()
		case <-h.closed:
			return
		}
	}
}

var errEnding = errors.New("its host is ending")

// run has the thread that lasts start a machine.
func (h *Host) run(start func() error) error {
	started := make(chan error, 1)
	select {
	case h.jobs <- func() { started <- start() }:
		return <-started
	case <-h.closed:
		return errEnding
	}
}

// Close ends all machines that still run. A Start that is under way, or follows, fails.
func (h *Host) Close() {
	for _, p := range h.all() {
		p.kill()
		<-p.done
	}
	h.close()
}

func (h *Host) all() []*Process {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Collect(maps.Keys(h.running))
}

// note keeps account of the machines that run.
func (h *Host) note(p *Process, runs bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if delete(h.running, p); runs {
		h.running[p] = true
	}
}

// Hooks are called while a machine runs, each from a goroutine of its own. Any may be nil.
type Hooks struct {
	Network   func(nic int, conn net.Conn) // the cable of a card; frames as QEMU's stream netdev sends them
	GuestInfo func(key, value string)      // the guest set a variable
	Ended     func(p *Process)             // the process has ended, by itself or stopped
}

// Start starts m and returns once QEMU has its machine. Nothing is left of one that doesn't start.
func (h *Host) Start(ctx context.Context, m Machine, hooks *Hooks) (*Process, error) {
	accel, err := h.accel(ctx)
	if err != nil {
		return nil, err
	}
	if hooks == nil {
		hooks = &Hooks{}
	}
	if err := m.writeFiles(); err != nil {
		return nil, err
	}
	p := &Process{machine: m, done: make(chan struct{})}
	if err := p.launch(ctx, h, accel, hooks); err != nil {
		err = fmt.Errorf("machine %s does not start: %w", m.Name, err)
		if text := tail(logFile(m.Dir)); text != "" {
			err = fmt.Errorf("%w: %s", err, text)
		}
		_ = os.RemoveAll(m.Dir)
		return nil, err
	}
	return p, nil
}

func (m Machine) writeFiles() error {
	if err := os.RemoveAll(m.Dir); err != nil {
		return err
	}
	if err := os.MkdirAll(m.Dir, 0o700); err != nil {
		return err
	}
	for _, key := range m.firmwareKeys() {
		if err := os.WriteFile(guestInfoFile(m.Dir, key), []byte(m.GuestInfo[key]), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (p *Process) launch(ctx context.Context, h *Host, accel Accel, hooks *Hooks) error {
	log, err := os.OpenFile(logFile(p.machine.Dir), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	path, err := exec.LookPath(h.tools.QEMU)
	if err != nil {
		return err
	}
	path, err = filepath.Abs(path)
	if err != nil {
		return err
	}
	lines, err := newCables(2 + len(p.machine.MACs))
	if err != nil {
		return err
	}
	p.cmd = &exec.Cmd{
		Path: path, Args: append([]string{path}, p.machine.args(accel)...), Dir: p.machine.Dir,
		Stdout: log, Stderr: log, ExtraFiles: lines.theirs, SysProcAttr: diesWithParent(),
	}
	err = h.run(p.cmd.Start)
	lines.closeTheirs()
	if err != nil {
		lines.closeOurs()
		return err
	}
	p.monitor = newMonitor(lines.ours[0])
	h.note(p, true)
	go p.watch(h, lines, hooks)
	go readGuestInfo(lines.ours[1], orNothing(hooks.GuestInfo))
	for i, conn := range lines.ours[firstNetFD-monitorFD:] {
		if hooks.Network != nil {
			go hooks.Network(i, conn)
		}
	}
	if err := p.monitor.greet(ctx); err != nil {
		p.kill()
		<-p.done
		return err
	}
	return nil
}

func orNothing(set func(key, value string)) func(key, value string) {
	if set == nil {
		return func(string, string) {}
	}
	return set
}
