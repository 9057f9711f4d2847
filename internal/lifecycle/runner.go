package lifecycle

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/remote"
	"github.com/davit-io/davit/internal/wait"
)

// Conn is a connection to a host.
type Conn interface {
	Run(ctx context.Context, cmd string, stdin io.Reader) (remote.Result, error)
	Close() error
}

// Runner runs the lifecycle of hosts that share a driver. Its methods work on many hosts at once, each in a goroutine
// of its own, and give their errors joined, in the order of the hosts.
type Runner struct {
	Driver drivers.Driver
	Save   func(context.Context, *Record) error               // keeps a record; called at once for several hosts
	Forget func(context.Context, *Record) error               // drops a record whose host is gone; nil: does nothing
	Signer func(*Record) (ssh.Signer, error)                  // the key to log in with
	Dial   func(context.Context, remote.Target) (Conn, error) // nil: remote.Dial
	Report func(Event)                                        // told of progress, one call at a time; nil: nobody is
	Limits Limits
	// Together is shared by runners of one driver that work on a host each; nil: each asks for its own hosts.
	Together *Together

	telling sync.Mutex
}

// Event is a step of one host.
type Event struct {
	Host  string
	Phase Phase // that the host is on its way to
	Text  string
	Time  time.Time
}

// Limits are how long each phase may take; 0 takes the default.
type Limits struct {
	Ask       time.Duration // the platform tells of names and states: 2 minutes
	Create    time.Duration // the platform makes the host: 10 minutes
	Port      time.Duration // until SSH answers: 5 minutes
	HostKey   time.Duration // until the platform hands the keys on: 10 minutes
	Login     time.Duration // until the login works, once SSH answers: a minute
	CloudInit time.Duration // 20 minutes
	Engine    time.Duration // the checks of the engine: 5 minutes
	Check     time.Duration // one of them: 2 minutes
	Power     time.Duration // to start or to stop: 5 minutes
	Remove    time.Duration // 10 minutes
	Tick      time.Duration // the shortest pause between two looks at a host: a second
}

func (l Limits) orDefaults() Limits {
	set := func(d *time.Duration, to time.Duration) { *d = cmp.Or(*d, to) }
	set(&l.Ask, 2*time.Minute)
	set(&l.Create, 10*time.Minute)
	set(&l.Port, 5*time.Minute)
	set(&l.HostKey, 10*time.Minute)
	set(&l.Login, time.Minute)
	set(&l.CloudInit, 20*time.Minute)
	set(&l.Engine, 5*time.Minute)
	set(&l.Check, 2*time.Minute)
	set(&l.Power, 5*time.Minute)
	set(&l.Remove, 10*time.Minute)
	set(&l.Tick, time.Second)
	return l
}

// often is the pace of looks that cost the platform nothing.
func (l Limits) often() wait.Pace { return wait.Pace{Min: l.Tick, Max: 5 * l.Tick, Grow: 1.5} }

// reports is the pace of looks at what guests report: a small call that drivers share among hosts.
func (l Limits) reports() wait.Pace { return wait.Pace{Min: 2 * l.Tick, Max: 10 * l.Tick, Grow: 1.5} }

// seldom is the pace of looks at the console, each of which is a large call to the platform.
func (l Limits) seldom() wait.Pace { return wait.Pace{Min: 5 * l.Tick, Max: 20 * l.Tick, Grow: 1.5} }

func (r *Runner) report(rec *Record, to Phase, format string, args ...any) {
	if r.Report == nil {
		return
	}
	r.telling.Lock()
	defer r.telling.Unlock()
	r.Report(Event{Host: rec.Name, Phase: to, Text: fmt.Sprintf(format, args...), Time: time.Now()})
}

// save keeps the record even when ctx has ended: what was made must be known.
func (r *Runner) save(ctx context.Context, rec *Record) error {
	rec.Changed = time.Now().UTC().Truncate(time.Second)
	if err := r.Save(context.WithoutCancel(ctx), rec); err != nil {
		return fmt.Errorf("save the record of %s: %w", rec.Name, err)
	}
	return nil
}

func (r *Runner) forget(ctx context.Context, rec *Record) error {
	if r.Forget == nil {
		return nil
	}
	if err := r.Forget(context.WithoutCancel(ctx), rec); err != nil {
		return fmt.Errorf("forget %s: %w", rec.Name, err)
	}
	return nil
}

func (r *Runner) dial(ctx context.Context, t remote.Target) (Conn, error) {
	if r.Dial != nil {
		return r.Dial(ctx, t)
	}
	return remote.Dial(ctx, t)
}

// each works on all hosts at once.
func each[T any](things []T, work func(i int, thing T) error) error {
	errs := make([]error, len(things))
	var all sync.WaitGroup
	for i, thing := range things {
		all.Go(func() { errs[i] = work(i, thing) })
	}
	all.Wait()
	return errors.Join(errs...)
}
