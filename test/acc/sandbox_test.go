//go:build acc

package acc

import (
	"encoding/base64"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/drivers"
)

// TestSandboxHost is the main job on vSphere: a disk with a storage policy and a static address, looked at from outside
// and from inside, through stop, start and restart to a removal that leaves nothing. Its neighbour's boot fails.
func TestSandboxHost(t *testing.T) {
	ctx, b := t.Context(), newBox(t)
	address := b.static(100)
	t.Run("create", func(t *testing.T) {
		t.Run("host", func(t *testing.T) { t.Parallel(); b.on(t).createStatic("web-1", address) })
		t.Run("neighbour", func(t *testing.T) { t.Parallel(); userDataFails(t, box{b.on(t), b.dir, b.state}) })
	})
	if t.Failed() {
		t.FailNow()
	}
	disk := dataDisk(t, b.machine(ctx, "web-1"))
	t.Run("vCenter knows it", func(t *testing.T) { vCenterKnows(t, b, address.Addr()) })
	t.Run("address inside", func(t *testing.T) { hasAddress(t, b, address) })
	t.Run("engine answers over the pinned connection", func(t *testing.T) { engineAnswers(t, b.program) })
	t.Run("data root on the disk", func(t *testing.T) { dataOnDisk(t, b.program, disk) })
	t.Run("MTU", func(t *testing.T) { mtuAsComputed(t, b.program) })
	t.Run("container", func(t *testing.T) { containerRuns(t, b.program) })
	t.Run("sees its neighbour", func(t *testing.T) { seesNeighbour(t, b) })
	t.Run("power", func(t *testing.T) { powerKeeps(t, b, disk) })
	b.run(ctx, "rm", "-y", "web-1")
	if left := b.left(ctx); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// static is an address of the sandbox's network that its DHCP is far from.
func (b box) static(n byte) netip.Prefix {
	a := b.state.Network.Addr().As4()
	a[3] = n
	return netip.PrefixFrom(netip.AddrFrom4(a), b.state.Network.Bits())
}

func (p program) createStatic(name string, address netip.Prefix) {
	gateway := address.Masked().Addr().Next().String()
	p.run(p.t.Context(), "create", name, "--driver", "vsphere", "--image", boxImage, "--network", "guests",
		"--disk", "size_gib=2,type=vSAN Default Storage Policy", "--static-address", address.String(),
		"--gateway", gateway, "--dns", gateway, "--timeout", "15m")
}

// userDataFails wants the cause of a failed boot from davit, and the verdict in the vCenter.
func userDataFails(t *testing.T, b box) {
	file := filepath.Join(t.TempDir(), "bad.yaml")
	check(t, os.WriteFile(file, []byte("#cloud-config\nruncmd:\n- echo the mirror is away; exit 7\n"), 0o600))
	_, text, code := b.try(t.Context(), "create", "bad-1", "--driver", "vsphere", "--image", boxImage, "--network", "guests",
		"--engine-name", "none", "--user-data", "@"+file, "--timeout", "15m")
	if code != 1 || !strings.Contains(text, "cloud-init failed in module scripts") || !strings.Contains(text, "the mirror is away") {
		t.Errorf("exit code %d, want 1 with the failed module and its output:\n%s", code, text)
	}
	vm := b.machine(t.Context(), "bad-1")
	if got := guestinfo(vm, drivers.ReportVerdict); got != drivers.VerdictError {
		t.Errorf("the vCenter has the verdict %q", got)
	}
}

func vCenterKnows(t *testing.T, b box, address netip.Addr) {
	vm := b.machine(t.Context(), "web-1")
	if vm.Guest.IpAddress != address.String() {
		t.Errorf("address %s, want %s", vm.Guest.IpAddress, address)
	}
	for key, want := range map[string]string{drivers.ReportVerdict: drivers.VerdictDone, drivers.ReportPhase: "done"} {
		if got := guestinfo(vm, key); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	keys, err := base64.StdEncoding.DecodeString(guestinfo(vm, drivers.ReportHostKeys))
	check(t, err)
	pinned, err := os.ReadFile(filepath.Join(b.home, "state", "hosts", "web-1", "known_hosts"))
	check(t, err)
	if f := strings.Fields(string(keys)); len(f) < 2 || !strings.Contains(string(pinned), f[1]) {
		t.Errorf("pinned is not what the guest told the vCenter: %s, %s", pinned, keys)
	}
	if user := guestinfo(vm, "guestinfo.userdata"); user == "" || strings.Contains(unpacked(t, user), "PRIVATE KEY") {
		t.Error("the user-data hands a host key over")
	}
}

func hasAddress(t *testing.T, b box, address netip.Prefix) {
	if got := b.ssh(t.Context(), "web-1", "ip -4 -o addr show dev eth0"); !strings.Contains(got, " "+address.String()+" ") || strings.Contains(got, "dynamic") {
		t.Errorf("eth0 has %q, want %s", got, address)
	}
}

// seesNeighbour speaks with the other guest, then removes that.
func seesNeighbour(t *testing.T, b box) {
	ctx := t.Context()
	addr := b.machine(ctx, "bad-1").Guest.IpAddress
	if got := b.ssh(ctx, "web-1", "ping -c 2 -W 10 "+addr+"; timeout 30 bash -c 'head -c 4 </dev/tcp/"+addr+"/22'"); !strings.Contains(got, " 0% packet loss") || !strings.HasSuffix(got, "SSH-") {
		t.Errorf("the neighbour doesn't answer: %s", got)
	}
	b.run(ctx, "rm", "-y", "bad-1")
}

// powerKeeps switches the host off, on, and lets it boot anew: all is as it was.
func powerKeeps(t *testing.T, b box, disk string) {
	ctx := t.Context()
	boot := func() string { return b.ssh(ctx, "web-1", "cat /proc/sys/kernel/random/boot_id") }
	power := func() types.VirtualMachinePowerState { return b.machine(ctx, "web-1").Runtime.PowerState }
	first := boot()
	b.run(ctx, "stop", "web-1")
	if got := power(); got != types.VirtualMachinePowerStatePoweredOff {
		t.Errorf("after stop it is %s", got)
	}
	b.run(ctx, "start", "web-1")
	second := boot()
	b.run(ctx, "restart", "web-1")
	if third := boot(); first == second || second == third {
		t.Errorf("boots %s, %s and %s", first, second, third)
	}
	dataOnDisk(t, b.program, disk)
	mtuAsComputed(t, b.program)
	if got := b.ssh(ctx, "web-1", "sudo docker images -q kept | wc -l"); got != "1" {
		t.Errorf("%s images named kept after two boots, want 1", got)
	}
}
