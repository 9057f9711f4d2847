package sandbox_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/internal/sandbox"
	"github.com/davit-io/davit/internal/sandbox/qemu"
	"github.com/davit-io/davit/internal/sandbox/qemu/qemutest"
)

const diskID = "6000C298-1111-2222-3333-444455556666"

// running is a sandbox with a client.
type running struct {
	*testing.T
	o sandbox.Options
	c *govmomi.Client
}

func run(t *testing.T) running {
	t.Helper()
	t.Parallel()
	o := options(t)
	return running{T: t, o: o, c: login(t, up(t, o))}
}

func (r running) file(path ...string) string {
	return filepath.Join(append([]string{r.o.Dir, "cloud"}, path...)...)
}

func (r running) args(vm *object.VirtualMachine) string {
	r.Helper()
	data, err := os.ReadFile(r.file("machines", vm.Reference().Value, "args"))
	if err != nil {
		r.Fatal(err)
	}
	return string(data)
}

// await waits until a property of a machine has a value, as a client of a vCenter does.
func (r running) await(vm *object.VirtualMachine, path string, want any) {
	r.Helper()
	ctx, cancel := context.WithTimeout(r.Context(), 20*time.Second)
	defer cancel()
	var last any
	err := property.Wait(ctx, property.DefaultCollector(r.c.Client), vm.Reference(), []string{path}, func(changes []types.PropertyChange) bool {
		for _, c := range changes {
			last = c.Val
		}
		return last == want
	})
	if err != nil {
		r.Fatalf("%s is %v, want %v: %v", path, last, want, err)
	}
}

func TestMachineIsWhatItsSpecSays(t *testing.T) {
	r := run(t)
	vm := clone(t, r.c, "davit-1", spec{on: true, memory: 2048, cpus: 3, disk: 1 << 30, id: diskID, info: map[string]string{"guestinfo.metadata": "instance-id: a"}})
	args := r.args(vm)
	for _, want := range []string{
		"\ndavit-1\n", "\n-m\n2048\n", "\n-smp\n3\n", "-hypervisor", "manufacturer=VMware,, Inc.", "serial=6000c298111122223333444455556666",
		"bootindex=1", "host_mtu=1500", "name=opt/guestinfo.metadata,file=guestinfo.metadata",
	} {
		if !strings.Contains("\n"+args, want) {
			t.Errorf("no %q in\n%s", want, args)
		}
	}
	now := look(t, vm)
	if now.Config.Annotation != "a test's" || now.Runtime.PowerState != types.VirtualMachinePowerStatePoweredOn {
		t.Errorf("annotation %q, power %s", now.Config.Annotation, now.Runtime.PowerState)
	}
	if size, err := qemu.Size(r.file("datastore", "davit-1", "davit-1_1-flat.vmdk")); err != nil || size != 1<<30 {
		t.Errorf("data disk: %d, %v", size, err)
	}
}

// What the guest says is in the vCenter while it runs, and then what was there before.
func TestGuestSpeaks(t *testing.T) {
	r := run(t)
	addr := r.o.Network.Addr().Next().Next().String()
	vm := clone(t, r.c, "davit-1", spec{on: true, info: map[string]string{
		"guestinfo.phase": "planned",
		qemutest.SayKey:   "guestinfo.local-ipv4 " + addr + "\nevil.key x\nguestinfo.phase done\nguestinfo.hostkey ssh-ed25519 AAAA",
	}})
	r.await(vm, "guest.toolsRunningStatus", string(types.VirtualMachineToolsRunningStatusGuestToolsRunning))
	if os.Getuid() == 0 { // the address has port 22, which is not for everyone
		r.await(vm, "guest.ipAddress", addr)
	}
	r.await(vm, `config.extraConfig["guestinfo.hostkey"]`, types.OptionValue{Key: "guestinfo.hostkey", Value: "ssh-ed25519 AAAA"})
	if now := look(t, vm); extra(now, "guestinfo.phase") != "done" || extra(now, "evil.key") != "" {
		t.Errorf("phase %q, evil.key %q", extra(now, "guestinfo.phase"), extra(now, "evil.key"))
	}
	off(t, vm)
	if now := look(t, vm); extra(now, "guestinfo.phase") != "planned" || extra(now, "guestinfo.hostkey") != "" || now.Guest.IpAddress != "" {
		t.Errorf("after it was switched off: phase %q, host key %q, address %q", extra(now, "guestinfo.phase"), extra(now, "guestinfo.hostkey"), now.Guest.IpAddress)
	}
}

func TestPowerActsOnTheMachine(t *testing.T) {
	r := run(t)
	vm := clone(t, r.c, "davit-1", spec{on: true, info: map[string]string{qemutest.SayKey: "guestinfo.phase up"}})
	id := vm.Reference().Value
	first := machinePID(t, r.o.Dir, id)
	done(t)(vm.Reset(t.Context()))
	gone(t, first)
	second := machinePID(t, r.o.Dir, id)
	r.await(vm, "guest.toolsRunningStatus", string(types.VirtualMachineToolsRunningStatusGuestToolsRunning))
	if err := vm.ShutdownGuest(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.await(vm, "runtime.powerState", types.VirtualMachinePowerStatePoweredOff)
	gone(t, second)
	nothingLeft(t, r.o.Dir)
	done(t)(vm.PowerOn(t.Context()))
	third := machinePID(t, r.o.Dir, id)
	off(t, vm)
	gone(t, third)
	destroy(t, vm)
	nothingLeft(t, r.o.Dir, "davit-1")
}

// A machine that QEMU doesn't start says so where its client waits, and is off.
func TestPowerOnFails(t *testing.T) {
	r := run(t)
	_, err := tryClone(t.Context(), r.c, "davit-1", spec{on: true, info: map[string]string{qemutest.FailKey: "no such machine type"}})
	var said *types.LocalizedMethodFault
	fault.In(err, func(f types.BaseMethodFault, _ string, _ []types.LocalizableMessage) bool {
		said = f.GetMethodFault().FaultCause
		return true
	})
	if said == nil || !strings.Contains(said.LocalizedMessage, "no such machine type") {
		t.Errorf("got %v with cause %+v, want QEMU's words", err, said)
	}
	nothingLeft(t, r.o.Dir)
}
