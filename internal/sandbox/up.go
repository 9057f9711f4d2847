package sandbox

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/davit-io/davit/internal/sandbox/lan"
	"github.com/davit-io/davit/internal/sandbox/qemu"
	"github.com/davit-io/davit/internal/sandbox/vcenter"
	"github.com/davit-io/davit/internal/wait"
)

// Options says what sandbox is wanted.
type Options struct {
	Dir     string       // of the sandbox; made when it is missing, and nothing else may be in it
	Images  []string     // guest images, .qcow2 or .raw; each becomes a template with the name of the file
	MTU     int          // bytes, of its network; 0: 1500
	Network netip.Prefix // of its machines; not valid: one that goes with Dir
	Command []string     // runs Serve with Dir; nil: this program's "sandbox serve"
	Tools   qemu.Tools   // zero: QEMU's own
}

const (
	minMTU, maxMTU = 576, 9000
	startLimit     = 60 * time.Second
)

// ErrDiffers is the kind of an error that tells of a running sandbox which isn't the one that is wanted.
var ErrDiffers = errors.New("the sandbox runs already, made otherwise")

// Up sees to it that the sandbox runs, and gives what it is. What a killed one left is removed first.
func Up(ctx context.Context, o Options) (State, error) {
	o, err := o.complete()
	if err != nil {
		return State{}, err
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return State{}, err
	}
	for {
		s, err := home(o.Dir).up(ctx, o)
		if !errors.Is(err, errOvertaken) {
			return s, err
		}
	}
}

// errOvertaken tells that a sandbox which ran has ended meanwhile.
var errOvertaken = errors.New("the sandbox has just ended")

func (h home) up(ctx context.Context, o Options) (State, error) {
	free, unlock, err := h.tryLock()
	if err != nil {
		return State{}, err
	}
	if !free {
		return h.running(ctx, o)
	}
	err = h.prepare(ctx, o)
	unlock()
	if err != nil {
		return State{}, err
	}
	return h.launch(ctx, o)
}

func (o Options) complete() (Options, error) {
	if runtime.GOOS != "linux" {
		return o, errors.New("the sandbox runs on Linux alone")
	}
	o.MTU = cmp.Or(o.MTU, 1500)
	if o.MTU < minMTU || o.MTU > maxMTU {
		return o, fmt.Errorf("MTU %d is not between %d and %d", o.MTU, minMTU, maxMTU)
	}
	if len(o.Images) == 0 {
		return o, errors.New("the sandbox needs a guest image")
	}
	for i, image := range o.Images {
		if _, err := qemu.Size(image); err != nil {
			return o, fmt.Errorf("guest image: %w", err)
		}
		abs, err := filepath.Abs(image)
		if err != nil {
			return o, err
		}
		o.Images[i] = abs
	}
	if o.Tools == (qemu.Tools{}) {
		o.Tools = qemu.DefaultTools
	}
	if err := o.Tools.Check(); err != nil {
		return o, err
	}
	if !o.Network.IsValid() {
		o.Network = lan.PrefixFor(o.Dir)
	}
	if o.Command == nil {
		program, err := os.Executable()
		if err != nil {
			return o, err
		}
		o.Command = []string{program, "sandbox", "serve"}
	}
	return o, nil
}

// running gives the state of a sandbox that runs already, once it is complete.
func (h home) running(ctx context.Context, o Options) (State, error) {
	s, err := h.ready(ctx, func() error {
		free, unlock, err := h.tryLock()
		if free {
			unlock()
			err = errOvertaken
		}
		return err
	})
	if err != nil {
		return State{}, err
	}
	if s.MTU != o.MTU || !slices.Equal(s.Images, o.Images) {
		return s, fmt.Errorf("%w: its images are %s, its MTU is %d", ErrDiffers, strings.Join(s.Images, ", "), s.MTU)
	}
	return s, nil
}

// prepare clears what an earlier sandbox left and writes down what the daemon is to do.
func (h home) prepare(ctx context.Context, o Options) error {
	if err := h.clear(ctx); err != nil {
		return err
	}
	p := plan{Images: o.Images, MTU: o.MTU, Network: o.Network, Tools: o.Tools}
	for _, dir := range []string{h.temp(), h.images(), filepath.Dir(h.certificate())} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	for _, image := range o.Images {
		name := filepath.Base(image)
		kept := filepath.Join(h.images(), name)
		if err := keep(image, kept); err != nil {
			return fmt.Errorf("guest image %s: %w", image, err)
		}
		p.Templates = append(p.Templates, vcenter.Template{Name: strings.TrimSuffix(name, filepath.Ext(name)), Image: kept})
	}
	return writeJSON(h.plan(), p)
}

// launch starts the daemon, in a session of its own so that it stays when the terminal goes.
func (h home) launch(ctx context.Context, o Options) (State, error) {
	log, err := os.Create(h.log())
	if err != nil {
		return State{}, err
	}
	defer func() { _ = log.Close() }()
	daemon := exec.CommandContext(context.WithoutCancel(ctx), o.Command[0], append(slices.Clone(o.Command[1:]), string(h))...)
	daemon.Env = append(os.Environ(), "TMPDIR="+h.temp())
	daemon.Stdout, daemon.Stderr = log, log
	daemon.SysProcAttr = ownSession()
	if err := daemon.Start(); err != nil {
		return State{}, fmt.Errorf("start the sandbox: %w", err)
	}
	ended := make(chan struct{})
	go func() {
		_ = daemon.Wait() // its log says why
		close(ended)
	}()
	return h.ready(ctx, func() error {
		select {
		case <-ended:
			return errors.New("the sandbox ended at once")
		default:
			return nil
		}
	})
}

// ready waits until the daemon has said that it serves, and does. alive tells, by an error, that it doesn't live.
func (h home) ready(ctx context.Context, alive func() error) (State, error) {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	var s State
	err := wait.Poll(ctx, wait.Pace{Min: 50 * time.Millisecond, Max: 500 * time.Millisecond, Grow: 1.5}, func(ctx context.Context) (bool, string, error) {
		if err := alive(); err != nil {
			return false, "", err
		}
		s = State{}
		if err := readJSON(h.state(), &s); err != nil {
			return false, "no " + h.state(), nil //nolint:nilerr // not yet
		}
		return answers(ctx, s) == nil, "no answer from " + s.Server, nil
	})
	if err != nil {
		return State{}, fmt.Errorf("%w%s", err, h.lastWords())
	}
	return s, nil
}

// answers tells whether the vCenter of a state is there, by its own certificate.
func answers(ctx context.Context, s State) error {
	pem, err := os.ReadFile(s.Certificate)
	if err != nil {
		return err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	conn, err := (&tls.Dialer{Config: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}).DialContext(ctx, "tcp", s.Server)
	if err != nil {
		return err
	}
	return conn.Close()
}

// lastWords are the last lines of the daemon's log, for an error.
func (h home) lastWords() string {
	data, err := os.ReadFile(h.log())
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	if err != nil || lines[0] == "" {
		return ""
	}
	return "; its log ends:\n  " + strings.Join(lines[max(0, len(lines)-8):], "\n  ")
}

// keep gives an image a second name within the sandbox, so that it stays what it is when another is built in its
// place; on another file system it is copied.
func keep(image, kept string) error {
	if err := os.Link(image, kept); err == nil {
		return nil
	}
	return copyFile(image, kept)
}
