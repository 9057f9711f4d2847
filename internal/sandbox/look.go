package sandbox

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/session"
	"github.com/vmware/govmomi/view"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"

	"github.com/davit-io/davit/internal/sandbox/vcenter"
)

// ErrDown is the kind of an error that tells that no sandbox runs.
var ErrDown = errors.New("no sandbox runs")

// Machine is a virtual machine of the sandbox.
type Machine struct {
	Name     string `json:"name"`
	ID       string `json:"id"`
	Template bool   `json:"template,omitempty"`
	Power    string `json:"power"`
	Address  string `json:"address,omitempty"`
	Console  string `json:"console,omitempty"` // file with what a running machine wrote to its serial console
}

// Look gives the state of the sandbox in dir, or ErrDown.
func Look(dir string) (State, error) {
	h := home(dir)
	if _, err := os.Stat(h.lock()); os.IsNotExist(err) {
		return State{}, ErrDown
	}
	free, unlock, err := h.tryLock()
	if err != nil {
		return State{}, err
	}
	if free {
		unlock()
		return State{}, ErrDown
	}
	var s State
	if err := readJSON(h.state(), &s); err != nil {
		return State{}, fmt.Errorf("the sandbox is not ready yet: %w", err)
	}
	return s, nil
}

// Machines lists the virtual machines of a sandbox, as its vCenter tells them.
func (s State) Machines(ctx context.Context, dir string) ([]Machine, error) {
	c, err := s.Client(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = c.Logout(context.WithoutCancel(ctx)) }() // the session is small and ends with the sandbox
	all, err := view.NewManager(c.Client).CreateContainerView(ctx, c.ServiceContent.RootFolder, []string{"VirtualMachine"}, true)
	if err != nil {
		return nil, err
	}
	var vms []mo.VirtualMachine
	if err := all.Retrieve(ctx, []string{"VirtualMachine"}, []string{"name", "config.template", "runtime.powerState", "guest.ipAddress"}, &vms); err != nil {
		return nil, err
	}
	machines := []Machine{}
	for _, vm := range vms {
		m := Machine{Name: vm.Name, ID: vm.Self.Value, Power: string(vm.Runtime.PowerState)}
		if vm.Config != nil {
			m.Template = vm.Config.Template
		}
		if vm.Guest != nil {
			m.Address = vm.Guest.IpAddress
		}
		if file := vcenter.Console(home(dir).cloud(), m.ID); m.Power == "poweredOn" {
			m.Console = file
		}
		machines = append(machines, m)
	}
	return machines, nil
}

// Client logs in to the sandbox's vCenter.
func (s State) Client(ctx context.Context) (*govmomi.Client, error) {
	u := &url.URL{Scheme: "https", Host: s.Server, Path: "/sdk", User: url.UserPassword(s.User, s.Password)}
	raw := soap.NewClient(u, false)
	if err := raw.SetRootCAs(s.Certificate); err != nil {
		return nil, err
	}
	c, err := vim25.NewClient(ctx, raw)
	if err != nil {
		return nil, fmt.Errorf("vCenter of the sandbox at %s: %w", s.Server, err)
	}
	sessions := session.NewManager(c)
	if err := sessions.Login(ctx, u.User); err != nil {
		return nil, fmt.Errorf("log in to the vCenter of the sandbox: %w", err)
	}
	return &govmomi.Client{Client: c, SessionManager: sessions}, nil
}
