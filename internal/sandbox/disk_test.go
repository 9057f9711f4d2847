package sandbox_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/find"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/internal/sandbox/vcenter"
)

// base is what the stand-in of qemu-img wrote down as the origin of a disk.
func (r running) base(disk string) string {
	r.Helper()
	data, err := os.ReadFile(r.file("datastore", disk))
	if err != nil {
		r.Fatal(err)
	}
	return filepath.Base(string(data[104:]))
}

func TestClonesHaveDisksAndCardsOfTheirOwn(t *testing.T) {
	r := run(t)
	linked, full := clone(t, r.c, "linked", spec{}), clone(t, r.c, "full", spec{full: true})
	if a, b := r.mac(linked), r.mac(full); a == b {
		t.Errorf("both have the MAC address %s", a)
	}
	if got := r.base("linked/linked-flat.vmdk"); !strings.HasPrefix(got, "debian-12-flat.vmdk.snapshot") {
		t.Errorf("the linked clone builds on %s, not on the snapshot's layer", got)
	}
	if got := r.base("full/full-flat.vmdk"); got != "debian-12-flat.vmdk" {
		t.Errorf("the full clone is a copy of %s", got)
	}
	if got := r.base("debian-12/debian-12-flat.vmdk"); !strings.Contains(got, "snapshot") {
		t.Errorf("the template writes to %s, which clones build on", got)
	}
}

func (r running) mac(vm *object.VirtualMachine) string {
	r.Helper()
	devices, err := vm.Device(r.Context())
	if err != nil {
		r.Fatal(err)
	}
	return devices.PrimaryMacAddress()
}

func (r running) refused(what string, want types.BaseMethodFault, task *object.Task, err error) {
	r.Helper()
	if err == nil {
		err = task.Wait(r.Context())
	}
	if !fault.Is(err, want) {
		r.Errorf("%s: got %v, want %T", what, err, want)
	}
}

func TestWhatCantBeDoneIsRefused(t *testing.T) {
	r, ctx := run(t), t.Context()
	vm := clone(t, r.c, "davit-1", spec{on: true})
	power, state := &types.InvalidPowerState{}, types.VirtualMachineConfigSpec{MemoryMB: 4096}
	task, err := vm.Destroy(ctx)
	r.refused("destroy a running machine", power, task, err)
	task, err = vm.Reconfigure(ctx, state)
	r.refused("give a running machine memory", power, task, err)
	task, err = vm.CreateSnapshot(ctx, "s", "", false, false)
	r.refused("snapshot of a running machine", power, task, err)
	task, err = vm.Suspend(ctx)
	r.refused("suspend", &types.NotSupported{}, task, err)
	task, err = vm.PowerOn(ctx)
	r.refused("start twice", power, task, err)

	template := r.template()
	task, err = template.Destroy(ctx)
	r.refused("destroy a template with a linked clone", &types.ResourceInUse{}, task, err)
	task, err = template.PowerOn(ctx)
	r.refused("start a template", &types.InvalidState{}, task, err)
	off(t, vm)
	destroy(t, vm)
	destroy(t, template)
	nothingLeft(t, r.o.Dir, "davit-1", "debian-12")
}

func (r running) template() *object.VirtualMachine {
	r.Helper()
	finder := find.NewFinder(r.c.Client)
	vm, err := finder.VirtualMachine(r.Context(), "/"+vcenter.Datacenter+"/vm/debian-12")
	if err != nil {
		r.Fatal(err)
	}
	return vm
}

// A disk taken from a machine with its file left stays when the machine goes, and another machine can have it.
func TestDiskOutlivesItsMachine(t *testing.T) {
	r, ctx := run(t), t.Context()
	vm := clone(t, r.c, "davit-1", spec{on: true, disk: 1 << 30, id: diskID})
	off(t, vm)
	devices, err := vm.Device(ctx)
	if err != nil {
		t.Fatal(err)
	}
	disk := devices.SelectByType((*types.VirtualDisk)(nil))[1]
	name := disk.GetVirtualDevice().Backing.(*types.VirtualDiskFlatVer2BackingInfo).FileName
	if err := vm.RemoveDevice(ctx, true, disk); err != nil {
		t.Fatal(err)
	}
	destroy(t, vm)
	left, _ := filepath.Glob(r.file("datastore", "davit-1*", "*"))
	if len(left) != 2 {
		t.Errorf("left of the machine: %v, want the disk alone", left)
	}
	heir := clone(t, r.c, "davit-2", spec{})
	want := dataDisk(spec{id: diskID})
	want.FileOperation = ""
	want.Device.(*types.VirtualDisk).Backing.(*types.VirtualDiskFlatVer2BackingInfo).FileName = name
	done(t)(heir.Reconfigure(ctx, types.VirtualMachineConfigSpec{DeviceChange: []types.BaseVirtualDeviceConfigSpec{want}}))
	done(t)(heir.PowerOn(ctx))
	if args := r.args(heir); !strings.Contains(args, "davit-1/") || !strings.Contains(args, "serial=6000c298") {
		t.Errorf("the heir runs without the disk:\n%s", args)
	}
}
