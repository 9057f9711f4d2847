package qemu

import (
	"context"
	"errors"
	"os"
	"os/exec"
)

// Process is a running machine.
type Process struct {
	machine Machine
	cmd     *exec.Cmd
	monitor *monitor
	done    chan struct{}
}

// PID is the id of its process.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Done is closed when the process has ended.
func (p *Process) Done() <-chan struct{} { return p.done }

func (p *Process) watch(h *Host, lines *cables, hooks *Hooks) {
	_ = p.cmd.Wait() // how it ended is in its log
	h.note(p, false)
	lines.closeOurs()
	close(p.done)
	if hooks.Ended != nil {
		hooks.Ended(p)
	}
}

// Stop ends the machine as if its plug was pulled, and removes its folder. It may be called again.
func (p *Process) Stop() error {
	p.kill()
	<-p.done
	return os.RemoveAll(p.machine.Dir)
}

func (p *Process) kill() { _ = p.cmd.Process.Kill() }

// Shutdown presses the power button; it is the guest's to obey. One that is off before QEMU has answered did obey.
func (p *Process) Shutdown(ctx context.Context) error {
	err := p.monitor.do(ctx, "system_powerdown")
	if errors.Is(err, errGone) {
		return nil
	}
	return err
}

// Reset presses the reset button: the guest boots anew with the variables it had.
func (p *Process) Reset(ctx context.Context) error { return p.monitor.do(ctx, "system_reset") }
