package fake

import (
	"cmp"
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/davit-io/davit/internal/wait"
)

// Operations that can be counted, delayed and made to fail.
const (
	OpResolve       = "resolve"
	OpImageGet      = "image.get"
	OpVolumeCreate  = "volume.create"
	OpServerCreate  = "server.create"
	OpAddressCreate = "address.create"
	OpServerGet     = "server.get"
	OpDelete        = "delete"
	OpPower         = "power"
	OpFind          = "find"
	OpConsole       = "console"
	OpReport        = "report"
	OpDiagnose      = "diagnose"
	OpMark          = "mark"
	OpSurvey        = "survey"
	OpList          = "list"
	OpClose         = "close"
)

// CreateOps are the operations that Create goes through, in order.
var CreateOps = []string{OpVolumeCreate, OpServerCreate, OpAddressCreate, OpServerGet}

// ErrKilled is what a driver gives whose process was killed.
var ErrKilled = errors.New("the process was killed")

// Fault makes an operation go wrong.
type Fault struct {
	Op    string
	After bool  // the operation takes effect, and then goes wrong
	Err   error // it fails with this
	Hang  bool  // it hangs until its context ends
	Kill  bool  // the process that called is killed: no later call of its driver has an effect
	Times int   // how often; 0: always
}

// Fault adds a fault.
func (c *Cloud) Fault(f Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = append(c.faults, &f)
}

// Heal removes all faults.
func (c *Cloud) Heal() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = nil
}

// client is one process's client of the cloud: all that it can do on every kind of platform.
type client struct {
	cloud  *Cloud
	killed atomic.Bool
}

// Driver is a client of a platform that shows the consoles of its hosts.
type Driver struct{ client }

// Driver makes a client.
func (c *Cloud) Driver() *Driver { return &Driver{client{cloud: c}} }

// Reporter is a client of a platform that shows no console, but what guests report about themselves.
type Reporter struct{ client }

// Reporter makes a client.
func (c *Cloud) Reporter() *Reporter { return &Reporter{client{cloud: c}} }

// Killed says that a fault killed the process of this client: whatever it does now never happened.
func (d *client) Killed() bool { return d.killed.Load() }

// call is one call to the platform: it counts, takes its time, goes wrong where asked, and has its effect under the
// cloud's lock.
func (d *client) call(ctx context.Context, op string, effect func(c *Cloud) error) error {
	c := d.cloud
	if err := wait.Sleep(ctx, c.delay(op)); err != nil {
		return err
	}
	if err := d.suffer(ctx, op, false); err != nil {
		return err
	}
	if err := c.locked(op, effect); err != nil {
		return err
	}
	return d.suffer(ctx, op, true)
}

// locked leaves no lock behind when a test ends within effect: the others would wait for ever.
func (c *Cloud) locked(op string, effect func(c *Cloud) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls[op]++
	return effect(c)
}

func (c *Cloud) delay(op string) time.Duration {
	if d, ok := c.Delays[op]; ok {
		return d
	}
	return c.Delay
}

func (d *client) suffer(ctx context.Context, op string, after bool) error {
	if d.killed.Load() {
		return ErrKilled
	}
	f := d.cloud.next(op, after)
	switch {
	case f == nil:
		return nil
	case f.Kill:
		d.killed.Store(true)
		return ErrKilled
	case f.Hang:
		<-ctx.Done()
		return context.Cause(ctx)
	default:
		return f.Err
	}
}

// spent marks a fault that happened as often as asked.
const spent = -1

// next takes the first fault that fits.
func (c *Cloud) next(op string, after bool) *Fault {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, f := range c.faults {
		if f.Op != op || f.After != after || f.Times == spent {
			continue
		}
		if f.Times > 0 {
			f.Times = cmp.Or(f.Times-1, spent)
		}
		return f
	}
	return nil
}
