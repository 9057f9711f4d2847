package cli_test

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/davit-io/davit/internal/vcsim"
	"github.com/davit-io/davit/internal/wait"
)

// vcenter is a story's vCenter, reached through a proxy.
type vcenter struct {
	*vcsim.Proxy
	url    string
	before []string // what was there at first
	heal   func()
}

// vsphereCmd: starts a vCenter of its own for the story; vsphere machines NAME N counts those whose names have NAME; vsphere
// clean wants nothing but what was there at first; vsphere closed wants every session ended; vsphere hang OP keeps
// the answers of OP, vsphere called OP waits for a call, vsphere heal ends it.
func vsphereCmd(ts *testscript.TestScript, _ bool, args []string) {
	w := worldOf(ts)
	if args[0] == "start" {
		w.vcenter = startVCenter(ts)
		return
	}
	v := w.vcenter
	switch args[0] {
	case "machines":
		if n := len(v.machines(ts, args[1])); strconv.Itoa(n) != args[2] {
			ts.Fatalf("there are %d machines %s, want %s", n, args[1], args[2])
		}
	case "clean":
		if now := v.list(ts); !slices.Equal(now, v.before) {
			ts.Fatalf("there is %q, and at first there was %q", now, v.before)
		}
	case "closed":
		in, out := v.count("Login"), v.count("Logout")
		if in != out || in == 0 {
			ts.Fatalf("%d sessions were opened and %d closed", in, out)
		}
	case "hang":
		v.hang(args[1])
		ts.Defer(v.heal) // or the proxy would wait for the call
	case "called":
		ts.Check(v.called(args[1]))
	case "heal":
		v.Reset(nil)
		v.heal()
	default:
		ts.Fatalf("vsphere has no command %s", args[0])
	}
}

func startVCenter(ts *testscript.TestScript) *vcenter {
	sim, err := vcsim.Start(context.Background(), "127.0.0.1:0", vcsim.WithNSX)
	ts.Check(err)
	ts.Defer(sim.Close)
	proxy, err := vcsim.NewProxy(sim.URL)
	ts.Check(err)
	ts.Defer(proxy.Close)
	for _, variable := range vcsim.Env(proxy.URL()) {
		name, value, _ := strings.Cut(variable, "=")
		ts.Setenv(name, value)
	}
	v := &vcenter{Proxy: proxy, url: sim.URL}
	v.before = v.list(ts)
	return v
}

// list names the machines and folders, past the proxy. Files are left out: the simulator leaves some itself.
func (v *vcenter) list(ts *testscript.TestScript) []string {
	all, err := vcsim.List(context.Background(), v.url)
	ts.Check(err)
	return slices.DeleteFunc(all, func(name string) bool { return strings.HasSuffix(name, ".vmdk") })
}

func (v *vcenter) machines(ts *testscript.TestScript, name string) []string {
	return slices.DeleteFunc(v.list(ts), func(is string) bool {
		return !strings.HasPrefix(is, "VirtualMachine ") || !strings.Contains(is, name)
	})
}

func (v *vcenter) count(op string) int {
	return len(slices.DeleteFunc(v.Calls(), func(is string) bool { return is != op }))
}

// hang keeps calls of an operation until the vCenter is healed, and loses their answers.
func (v *vcenter) hang(op string) {
	healed := make(chan struct{})
	v.heal = sync.OnceFunc(func() { close(healed) })
	v.Reset(func(_ int, is string, pass func()) bool {
		pass()
		if is == op {
			<-healed
		}
		return is == op
	})
}

func (v *vcenter) called(op string) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return wait.Poll(ctx, wait.Pace{Min: time.Millisecond}, func(context.Context) (bool, string, error) {
		return v.count(op) > 0, "not asked for " + op, nil
	})
}
