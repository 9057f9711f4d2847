package sandbox_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/find"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/internal/sandbox"
	"github.com/davit-io/davit/internal/sandbox/vcenter"
)

func login(t *testing.T, s sandbox.State) *govmomi.Client {
	t.Helper()
	c, err := s.Client(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// spec is a clone as the tests ask for it.
type spec struct {
	on     bool
	full   bool
	disk   int64 // bytes of a data disk; 0: none
	id     string
	memory int64
	cpus   int32
	info   map[string]string
}

func clone(t *testing.T, c *govmomi.Client, name string, s spec) *object.VirtualMachine {
	t.Helper()
	vm, err := tryClone(t.Context(), c, name, s)
	if err != nil {
		t.Fatal(err)
	}
	return vm
}

func tryClone(ctx context.Context, c *govmomi.Client, name string, s spec) (*object.VirtualMachine, error) {
	finder := find.NewFinder(c.Client)
	dc, err := finder.Datacenter(ctx, vcenter.Datacenter)
	if err != nil {
		return nil, err
	}
	finder.SetDatacenter(dc)
	template, err := finder.VirtualMachine(ctx, "debian-12*")
	if err != nil {
		return nil, err
	}
	pool, err := finder.ResourcePool(ctx, vcenter.Cluster+"/Resources")
	if err != nil {
		return nil, err
	}
	folders, err := dc.Folders(ctx)
	if err != nil {
		return nil, err
	}
	var source mo.VirtualMachine
	if err := template.Properties(ctx, template.Reference(), []string{"snapshot"}, &source); err != nil {
		return nil, err
	}
	poolRef := pool.Reference()
	want := types.VirtualMachineCloneSpec{
		PowerOn: s.on, Config: &types.VirtualMachineConfigSpec{MemoryMB: s.memory, NumCPUs: s.cpus, Annotation: "a test's"},
		Location: types.VirtualMachineRelocateSpec{Pool: &poolRef},
	}
	if !s.full {
		want.Snapshot = source.Snapshot.CurrentSnapshot
		want.Location.DiskMoveType = string(types.VirtualMachineRelocateDiskMoveOptionsCreateNewChildDiskBacking)
	}
	for key, value := range s.info {
		want.Config.ExtraConfig = append(want.Config.ExtraConfig, &types.OptionValue{Key: key, Value: value})
	}
	if s.disk > 0 {
		want.Config.DeviceChange = append(want.Config.DeviceChange, dataDisk(s))
	}
	task, err := template.Clone(ctx, folders.VmFolder, name, want)
	if err != nil {
		return nil, err
	}
	info, err := task.WaitForResult(ctx, nil)
	if err != nil {
		return nil, err
	}
	return object.NewVirtualMachine(c.Client, info.Result.(types.ManagedObjectReference)), nil
}

// dataDisk is a disk on the template's controller.
func dataDisk(s spec) *types.VirtualDeviceConfigSpec {
	unit := int32(1)
	return &types.VirtualDeviceConfigSpec{
		Operation: types.VirtualDeviceConfigSpecOperationAdd, FileOperation: types.VirtualDeviceConfigSpecFileOperationCreate,
		Device: &types.VirtualDisk{CapacityInBytes: s.disk, VirtualDevice: types.VirtualDevice{
			Key: -1, ControllerKey: 1000, UnitNumber: &unit,
			Backing: &types.VirtualDiskFlatVer2BackingInfo{Uuid: s.id, DiskMode: string(types.VirtualDiskModePersistent), ThinProvisioned: new(true)},
		}},
	}
}

func look(t *testing.T, vm *object.VirtualMachine) mo.VirtualMachine {
	t.Helper()
	var now mo.VirtualMachine
	if err := vm.Properties(t.Context(), vm.Reference(), []string{"config", "guest", "runtime", "snapshot"}, &now); err != nil {
		t.Fatal(err)
	}
	return now
}

func extra(vm mo.VirtualMachine, key string) string {
	for _, o := range vm.Config.ExtraConfig {
		if v := o.GetOptionValue(); v.Key == key {
			return v.Value.(string)
		}
	}
	return ""
}

// machinePID finds the process that works in the folder of a machine.
func machinePID(t *testing.T, dir, id string) int {
	t.Helper()
	links, _ := filepath.Glob("/proc/[0-9]*/cwd")
	for _, link := range links {
		if cwd, err := os.Readlink(link); err == nil && cwd == filepath.Join(dir, "cloud", "machines", id) {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(link)))
			return pid
		}
	}
	t.Fatalf("machine %s has no process", id)
	return 0
}

func done(t *testing.T) func(*object.Task, error) {
	return func(task *object.Task, err error) {
		t.Helper()
		if err == nil {
			err = task.Wait(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func off(t *testing.T, vm *object.VirtualMachine) {
	t.Helper()
	done(t)(vm.PowerOff(t.Context()))
}

func destroy(t *testing.T, vm *object.VirtualMachine) {
	t.Helper()
	done(t)(vm.Destroy(t.Context()))
}

// nothingLeft fails when the sandbox still has files or processes of machines.
func nothingLeft(t *testing.T, dir string, names ...string) {
	t.Helper()
	left, _ := filepath.Glob(filepath.Join(dir, "cloud", "machines", "*"))
	for _, name := range names {
		more, _ := filepath.Glob(filepath.Join(dir, "cloud", "datastore", name+"*"))
		left = append(left, more...)
	}
	if len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}
