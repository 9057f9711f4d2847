package cli_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/builtin"
	"github.com/davit-io/davit/drivers/fake"
	"github.com/davit-io/davit/drivers/fake/guest"
	"github.com/davit-io/davit/internal/cli"
	"github.com/davit-io/davit/internal/stacksim"
	"github.com/davit-io/davit/internal/wait"
)

// TestMain lets a story run davit as a process of its own, which it calls by the name davit-process.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"davit-process": func() {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		os.Exit(cli.Run(ctx, os.Args[1:], cli.OSStreams(), builtin.Table()))
	}})
}

// world is what a story happens in.
type world struct {
	fake *fake.Cloud
	sim  *stacksim.Cloud

	vcenter *vcenter
}

type worldKey struct{}

func worldOf(ts *testscript.TestScript) *world { return ts.Value(worldKey{}).(*world) }

// TestStories runs the stories of testdata: what users do, and what davit says.
func TestStories(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(env *testscript.Env) error {
			w := &world{fake: fake.New()}
			guest.Attach(t, w.fake, nil)
			env.Values[worldKey{}] = w
			env.Setenv("DAVIT_HOME", env.WorkDir+"/state")
			env.Setenv("DAVIT_SSH_CONFIG", env.WorkDir+"/ssh/config")
			env.Setenv("HOME", env.WorkDir)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"davit": davitCmd, "fails": failsCmd, "interrupt": interruptCmd, "cloud": cloudCmd, "openstack": openstackCmd, "vsphere": vsphereCmd,
		},
		RequireExplicitExec: true,
	})
}

// run runs davit within the test, on the story's fake cloud. A first argument "<text" is what the user types.
func run(ctx context.Context, ts *testscript.TestScript, args []string) int {
	var in io.Reader = strings.NewReader("")
	if len(args) > 0 && strings.HasPrefix(args[0], "<") {
		in, args = strings.NewReader(args[0][1:]+"\n"), args[1:]
	}
	streams := cli.Streams{In: in, Out: ts.Stdout(), Err: ts.Stderr(), Getenv: ts.Getenv, Version: "v1.2.3"}
	return cli.Run(ctx, args, streams, drivers.Table{worldOf(ts).fake.Constructor()})
}

// davitCmd: davit ARGS... succeeds, and ! davit ARGS... fails.
func davitCmd(ts *testscript.TestScript, neg bool, args []string) {
	if code := run(context.Background(), ts, args); (code != 0) != neg {
		ts.Fatalf("davit %s: exit code %d", strings.Join(args, " "), code)
	}
}

// failsCmd: fails CODE ARGS... runs davit, which must end with the code.
func failsCmd(ts *testscript.TestScript, _ bool, args []string) {
	if code := run(context.Background(), ts, args[1:]); strconv.Itoa(code) != args[0] {
		ts.Fatalf("davit %s: exit code %d, want %s", strings.Join(args[1:], " "), code, args[0])
	}
}

// interruptCmd: interrupt OPERATION ARGS... interrupts davit once the operation, which hangs, took effect.
func interruptCmd(ts *testscript.TestScript, _ bool, args []string) {
	w := worldOf(ts)
	w.fake.Fault(fake.Fault{Op: args[0], After: true, Hang: true})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	before := w.fake.Calls(args[0])
	at := make(chan time.Time, 1)
	go func() {
		for w.fake.Calls(args[0]) == before && wait.Sleep(ctx, time.Millisecond) == nil {
		}
		at <- time.Now()
		cancel()
	}()
	code := run(ctx, ts, args[1:])
	cancel()
	if took := time.Since(<-at); code != 130 || took > 2*time.Second {
		ts.Fatalf("exit code %d, %v after the interruption", code, took)
	}
	w.fake.Heal()
}

// cloudCmd does something to the fake cloud: fail OP, heal, plant KIND NAME OWNER, count KIND N, quota SERVERS.
func cloudCmd(ts *testscript.TestScript, _ bool, args []string) {
	c := worldOf(ts).fake
	switch args[0] {
	case "fail":
		c.Fault(fake.Fault{Op: args[1], Err: fmt.Errorf("the cloud says: %s", args[2])})
	case "lose":
		c.Fault(fake.Fault{Op: args[1], After: true, Err: fmt.Errorf("connection reset")})
	case "heal":
		c.Heal()
	case "plant":
		c.Plant(drivers.Kind(args[1]), args[2], drivers.Owner(args[3]))
	case "count":
		if n := c.Count(drivers.Kind(args[1])); strconv.Itoa(n) != args[2] {
			ts.Fatalf("there are %d of kind %s, want %s", n, args[1], args[2])
		}
	case "calls":
		if n := c.Calls(args[1]); strconv.Itoa(n) != args[2] {
			ts.Fatalf("there were %d calls of %s, want %s", n, args[1], args[2])
		}
	case "vanish":
		ts.Check(vanish(c, args[1]))
	case "quota":
		c.Quota.Servers, _ = strconv.Atoi(args[1])
	default:
		ts.Fatalf("cloud has no command %s", args[0])
	}
}

// vanish removes a server behind davit's back.
func vanish(c *fake.Cloud, name string) error {
	d := c.Driver()
	all, err := d.Find(context.Background(), "")
	for _, f := range all {
		if f.Kind == drivers.KindServer && f.Name == name {
			err = errors.Join(err, d.Delete(context.Background(), []drivers.Resource{f.Resource}))
		}
	}
	return err
}

// called waits until the cloud has been asked for an operation.
func called(sim *stacksim.Cloud, op string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return wait.Poll(ctx, wait.Pace{Min: time.Millisecond}, func(context.Context) (bool, string, error) {
		asked := func(c stacksim.Call) bool { return c.Op == op }
		return slices.ContainsFunc(sim.Calls(), asked), "not asked for " + op, nil
	})
}

// openstackCmd: starts an OpenStack of its own for the story; openstack servers N says how many there must be.
func openstackCmd(ts *testscript.TestScript, _ bool, args []string) {
	w := worldOf(ts)
	if args[0] == "start" {
		sim, err := stacksim.New(stacksim.Options{})
		ts.Check(err)
		ts.Defer(func() { _ = sim.Close() })
		w.sim = sim
		ts.Setenv("OS_CLIENT_CONFIG_FILE", sim.CloudsYAML())
		return
	}
	counts := map[string]int{"servers": len(w.sim.Servers()), "volumes": len(w.sim.Volumes()), "addresses": len(w.sim.FloatingIPs())}
	switch n, known := counts[args[0]]; {
	case args[0] == "hang":
		w.sim.ResetCalls()
		w.sim.Fault(stacksim.Fault{Op: args[1], Hang: true})
	case args[0] == "called":
		ts.Check(called(w.sim, args[1]))
	case !known:
		ts.Fatalf("openstack has no command %s", args[0])
	case strconv.Itoa(n) != args[1]:
		ts.Fatalf("there are %d %s, want %s", n, args[0], args[1])
	}
}
