//go:build acc

package acc

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vmware/govmomi/view"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/internal/sandbox"
)

const boxImage = "debian-12-docker"

// box is a sandbox of its own, with a davit that uses it.
type box struct {
	program
	dir   string
	state sandbox.State
}

func newBox(t *testing.T) box {
	t.Helper()
	ctx, b := t.Context(), box{program: newProgram(t)}
	b.dir = filepath.Join(b.home, "state", "sandbox")
	t.Cleanup(b.down)
	b.run(ctx, "sandbox", "up", "--image", "../../build/guest/"+boxImage+".qcow2", "--mtu", linkMTU)
	vars := map[string]string{}
	check(t, json.Unmarshal([]byte(b.run(ctx, "sandbox", "env", "-o", "json")), &vars))
	for name, value := range vars {
		b.env = append(b.env, name+"="+value)
	}
	var err error
	b.state, err = sandbox.Look(b.dir)
	check(t, err)
	return b
}

func (b box) down() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if _, text, code := b.try(ctx, "sandbox", "down"); code != 0 {
		b.t.Errorf("davit sandbox down: exit %d: %s", code, text)
	}
}

// machines asks the vCenter, which is the witness, for all virtual machines but the template, by name.
func (b box) machines(ctx context.Context) map[string]mo.VirtualMachine {
	b.t.Helper()
	c, err := b.state.Client(ctx)
	check(b.t, err)
	defer func() { check(b.t, c.Logout(context.WithoutCancel(ctx))) }()
	all, err := view.NewManager(c.Client).CreateContainerView(ctx, c.ServiceContent.RootFolder, []string{"VirtualMachine"}, true)
	check(b.t, err)
	var vms []mo.VirtualMachine
	check(b.t, all.Retrieve(ctx, []string{"VirtualMachine"}, []string{"name", "config", "guest", "runtime"}, &vms))
	found := map[string]mo.VirtualMachine{}
	for _, vm := range vms {
		if !vm.Config.Template {
			found[vm.Name] = vm
		}
	}
	return found
}

func (b box) machine(ctx context.Context, name string) mo.VirtualMachine {
	b.t.Helper()
	vm, ok := b.machines(ctx)[name]
	if !ok {
		b.t.Fatalf("the vCenter has no %s", name)
	}
	return vm
}

// left lists all of machines that the sandbox has: in its inventory, on its datastore, as processes.
func (b box) left(ctx context.Context) []string {
	b.t.Helper()
	var left []string
	for name := range b.machines(ctx) {
		left = append(left, name)
	}
	files, _ := filepath.Glob(filepath.Join(b.dir, "cloud", "*", "*")) // the pattern is well formed
	for _, file := range files {
		if filepath.Base(file) != boxImage {
			left = append(left, file)
		}
	}
	links, _ := filepath.Glob("/proc/[0-9]*/cwd") // likewise
	for _, link := range links {
		if cwd, err := os.Readlink(link); err == nil && strings.HasPrefix(cwd, b.dir) {
			left = append(left, "a process in "+cwd)
		}
	}
	return left
}

// dataDisk is the link in the guest to the machine's second disk, by the UUID of its VMDK.
func dataDisk(t *testing.T, vm mo.VirtualMachine) string {
	t.Helper()
	var ids []string
	for _, d := range vm.Config.Hardware.Device {
		if disk, ok := d.(*types.VirtualDisk); ok {
			ids = append(ids, disk.Backing.(*types.VirtualDiskFlatVer2BackingInfo).Uuid)
		}
	}
	if len(ids) != 2 {
		t.Fatalf("the machine has the disks %v, want two", ids)
	}
	return "/dev/disk/by-id/wwn-0x" + strings.ToLower(strings.ReplaceAll(ids[1], "-", ""))
}

func guestinfo(vm mo.VirtualMachine, key string) string {
	for _, o := range vm.Config.ExtraConfig {
		if v := o.GetOptionValue(); v.Key == key {
			return v.Value.(string)
		}
	}
	return ""
}

// unpacked is what a variable of the guest holds, packed as for cloud-init.
func unpacked(t *testing.T, text string) string {
	t.Helper()
	packed, err := base64.StdEncoding.DecodeString(text)
	check(t, err)
	z, err := gzip.NewReader(bytes.NewReader(packed))
	check(t, err)
	plain, err := io.ReadAll(z)
	check(t, err)
	return string(plain)
}
