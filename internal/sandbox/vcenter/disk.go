package vcenter

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/internal/sandbox/qemu"
)

// disks are the virtual disks of a machine, in the order it has them.
func disks(vm *simulator.VirtualMachine) []*types.VirtualDisk {
	var all []*types.VirtualDisk
	for _, d := range vm.Config.Hardware.Device {
		if disk, ok := d.(*types.VirtualDisk); ok {
			all = append(all, disk)
		}
	}
	return all
}

// diskFile is the file with a disk's contents: what the simulator leaves empty beside its descriptor. The simulator
// moves, copies and deletes it with the descriptor.
func (v *VCenter) diskFile(d *types.VirtualDisk) string {
	return simulator.VirtualDiskBackingFileName(v.file(backing(d).FileName))
}

// file is where a path of the datastore is.
func (v *VCenter) file(name string) string {
	var p object.DatastorePath
	p.FromString(name)
	return filepath.Join(v.datastoreDir(), filepath.Join("/", p.Path))
}

func backing(d *types.VirtualDisk) *types.VirtualDeviceFileBackingInfo {
	if b, ok := d.Backing.(types.BaseVirtualDeviceFileBackingInfo); ok {
		return b.GetVirtualDeviceFileBackingInfo()
	}
	return &types.VirtualDeviceFileBackingInfo{}
}

// prepare makes a disk's file what its device says, and says how the machine gets it.
func (v *VCenter) prepare(ctx context.Context, devices object.VirtualDeviceList, d *types.VirtualDisk) (qemu.Disk, error) {
	file := v.diskFile(d)
	if err := v.fill(ctx, file, d.CapacityInBytes); err != nil {
		return qemu.Disk{}, err
	}
	disk := qemu.Disk{Path: file, Serial: serial(d)}
	if d.UnitNumber != nil {
		disk.Unit = int(*d.UnitNumber)
	}
	if c, ok := devices.FindByKey(d.ControllerKey).(types.BaseVirtualController); ok {
		disk.Bus = int(c.GetVirtualController().BusNumber)
	}
	return disk, nil
}

func (v *VCenter) fill(ctx context.Context, file string, size int64) error {
	switch _, err := qemu.Size(file); {
	case err == nil:
		return v.config.Tools.Grow(ctx, file, size)
	case errors.Is(err, os.ErrNotExist):
		return v.config.Tools.Create(ctx, file, size)
	default:
		return err
	}
}

// serial is a disk's UUID as its guest sees it.
func serial(d *types.VirtualDisk) string {
	id := ""
	if b, ok := d.Backing.(*types.VirtualDiskFlatVer2BackingInfo); ok {
		id = b.Uuid
	}
	return strings.ToLower(strings.ReplaceAll(id, "-", ""))
}

// overlay puts an overlay of base in the place of a disk's file, and remembers that it needs base.
func (v *VCenter) overlay(ctx context.Context, file, base string) error {
	if err := os.Remove(file); err != nil && !os.IsNotExist(err) {
		return err
	}
	v.mu.Lock()
	v.bases[file] = base
	v.mu.Unlock()
	return v.config.Tools.Overlay(ctx, file, base)
}

// needed names a disk outside of dir that builds on a file within, or "".
func (v *VCenter) needed(dir string) string {
	v.mu.Lock()
	defer v.mu.Unlock()
	within := func(file string) bool { return strings.HasPrefix(file, dir+string(filepath.Separator)) }
	for file, base := range v.bases {
		if _, err := os.Stat(file); err != nil {
			delete(v.bases, file)
			continue
		}
		if within(base) && !within(file) {
			return strings.TrimPrefix(file, v.datastoreDir()+string(filepath.Separator))
		}
	}
	return ""
}
