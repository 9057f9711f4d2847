package vcsim_test

import (
	"net/url"
	"slices"
	"testing"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/internal/vcsim"
)

// TestGuest starts the template, past the proxy: its guest gets an address.
func TestGuest(t *testing.T) {
	t.Parallel()
	v, p := start(t)
	c := login(t, v.URL)
	vm := object.NewVirtualMachine(c.Client, v.Find("VirtualMachine", vcsim.Template))
	task, err := vm.PowerOn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := task.WaitEx(t.Context()); err != nil {
		t.Fatal(err)
	}
	err = property.Wait(t.Context(), property.DefaultCollector(c.Client), vm.Reference(), []string{"guest.ipAddress"}, func(changes []types.PropertyChange) bool {
		return slices.ContainsFunc(changes, func(c types.PropertyChange) bool { return c.Val != nil && c.Val != "" })
	})
	if err != nil {
		t.Error(err)
	}
	if n := len(p.Calls()); n != 0 {
		t.Errorf("the proxy counts %d calls that went past it", n)
	}
}

func login(t *testing.T, at string) *govmomi.Client {
	t.Helper()
	c, err := govmomi.NewClient(t.Context(), location(t, at), false)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func location(t *testing.T, at string) *url.URL {
	t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		t.Fatal(err)
	}
	u.User = simulator.DefaultLogin
	return u
}

// TestProxy counts a call, keeps its body, and breaks another one.
func TestProxy(t *testing.T) {
	t.Parallel()
	_, p := start(t)
	login(t, p.URL())
	if got := p.Calls(); !slices.Equal(got, []string{"RetrieveServiceContent", "Login"}) || p.Body("Login") == "" {
		t.Errorf("calls %v, body %q", got, p.Body("Login"))
	}
	p.Reset(func(_ int, op string, pass func()) bool {
		pass()
		return op == "Login"
	})
	if _, err := govmomi.NewClient(t.Context(), location(t, p.URL()), false); err == nil {
		t.Error("the answer was not lost")
	}
}

// TestList sees the template and its disk.
func TestList(t *testing.T) {
	t.Parallel()
	v, _ := start(t)
	all, err := vcsim.List(t.Context(), v.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"VirtualMachine golden", "Folder vm", "disk [LocalDS_0] DC0_C0_RP1_VM0/disk1.vmdk"} {
		if !slices.Contains(all, want) {
			t.Errorf("no %q in %q", want, all)
		}
	}
}

func start(t *testing.T) (*vcsim.VCenter, *vcsim.Proxy) {
	t.Helper()
	v, err := vcsim.Start(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	p, err := vcsim.NewProxy(v.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return v, p
}
