package vsphere_test

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/vsphere"
	"github.com/davit-io/davit/internal/vcsim"
)

// TestOneRequest looks at the one request that makes a machine: size, disks and owner are in it.
func TestOneRequest(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := newSpec("web")
	s.CPUs, s.MemoryGiB = 2, 3
	s.Disks = []drivers.Disk{{Name: "web-1", SizeGiB: 1}, {Name: "web-2", SizeGiB: 2, Type: vcsim.Policy}}
	host, _ := mustCreate(t, c.driver(), s)
	clone := c.Body("CloneVM_Task")
	for _, part := range []string{
		"<numCPUs>2</numCPUs>", "<memoryMB>3072</memoryMB>", `&#34;owner&#34;:&#34;owner-of-web&#34;`, "<key>disk.EnableUUID</key>", "<key>guestinfo.userdata</key>",
		`<diskMoveType>createNewChildDiskBacking</diskMoveType>`,
	} {
		if !strings.Contains(clone, part) {
			t.Errorf("no %s in the request", part)
		}
	}
	disks := regexp.MustCompile(`(?s)<fileOperation>create</fileOperation>.*?</deviceChange>`).FindAllString(clone, -1)
	if len(disks) != 2 {
		t.Fatalf("%d disks in the request", len(disks))
	}
	for i, want := range [][]string{
		{"<thinProvisioned>true</thinProvisioned>", "<unitNumber>1</unitNumber>", "<capacityInKB>1048576</capacityInKB>"},
		{"<thinProvisioned>true</thinProvisioned>", "<unitNumber>2</unitNumber>", "<capacityInKB>2097152</capacityInKB>", "<profileId>" + policyID(t, clone) + "</profileId>"},
	} {
		for _, part := range want {
			if !strings.Contains(disks[i], part) {
				t.Errorf("no %s in disk %d: %s", part, i, disks[i])
			}
		}
	}
	if strings.Contains(disks[0], "profileId") || strings.Contains(c.Body("ReconfigVM_Task"), "VirtualDisk") {
		t.Error("a disk got what it did not ask for")
	}
	vm := c.vm(host.ID)
	equal(t, []int32{vm.Config.Hardware.NumCPU, vm.Config.Hardware.MemoryMB}, []int32{2, 3072})
}

func policyID(t *testing.T, request string) string {
	t.Helper()
	found := regexp.MustCompile(`<profileId>([^<]+)</profileId>`).FindStringSubmatch(request)
	if found == nil {
		t.Fatal("no policy in the request")
	}
	return found[1]
}

// TestSnapshotOnce clones three hosts at once and one in another process: the snapshot that they share is made once.
func TestSnapshotOnce(t *testing.T) {
	t.Parallel()
	c := start(t)
	var all sync.WaitGroup
	d := c.driver()
	for _, name := range []string{"a", "b", "c"} {
		all.Go(func() { mustCreate(t, d, newSpec(name)) })
	}
	all.Wait()
	mustCreate(t, c.driver(), newSpec("d"))
	if n := tally(c.Calls())["CreateSnapshot_Task"]; n != 1 {
		t.Errorf("%d snapshots", n)
	}
	snapshot := c.vm(c.Find("VirtualMachine", vcsim.Template).Value).Snapshot.CurrentSnapshot.Value
	if !strings.Contains(c.Body("CloneVM_Task"), ">"+snapshot+"</snapshot>") {
		t.Error("the host of the other process is no clone of it")
	}
}

// TestTemplateWithoutSCSI gives data disks a controller of their own when the template's disk is on IDE, and leaves the
// template's disk alone.
func TestTemplateWithoutSCSI(t *testing.T) {
	t.Parallel()
	c := start(t)
	golden := c.Map().Get(c.Find("VirtualMachine", vcsim.Template)).(*simulator.VirtualMachine)
	golden.Config.Hardware.Device = slices.DeleteFunc(golden.Config.Hardware.Device, func(d types.BaseVirtualDevice) bool {
		_, scsi := d.(types.BaseVirtualSCSIController)
		return scsi
	})
	for _, d := range golden.Config.Hardware.Device {
		if disk, ok := d.(*types.VirtualDisk); ok {
			disk.ControllerKey, disk.UnitNumber = 200, new(int32)
		}
	}
	host, rs := mustCreate(t, c.driver(), newSpec("web"))
	devices := object.VirtualDeviceList(c.vm(host.ID).Config.Hardware.Device)
	added := devices.SelectByType((*types.ParaVirtualSCSIController)(nil))
	if len(added) != 1 {
		t.Fatalf("%d controllers for data disks", len(added))
	}
	where := map[int32]bool{200: false, added[0].GetVirtualDevice().Key: true} // is the data disk there?
	for _, d := range devices.SelectByType((*types.VirtualDisk)(nil)) {
		is := strings.EqualFold(d.GetVirtualDevice().Backing.(*types.VirtualDiskFlatVer2BackingInfo).Uuid, rs[1].ID)
		if want, known := where[d.GetVirtualDevice().ControllerKey]; !known || is != want {
			t.Errorf("on controller %d: data disk %v", d.GetVirtualDevice().ControllerKey, is)
		}
	}
}

// TestDatacenters chooses one of two.
func TestDatacenters(t *testing.T) {
	t.Parallel()
	c := start(t, func(m *simulator.Model) { m.Datacenter = 2 })
	s := newSpec("web")
	s.Image, s.Network = "DC1_C0_RP1_VM0", "VM Network"
	*opts(&s) = vsphere.Options{Datacenter: "DC1", Cluster: "DC1_C0"}
	host, _ := mustCreate(t, c.driver(), s)
	equal(t, *c.vm(host.ID).Parent, c.Map().Get(c.Find("Datacenter", "DC1")).(*simulator.Datacenter).VmFolder)
	opts(&s).Datacenter = ""
	_, err := c.driver().Resolve(t.Context(), []drivers.Spec{s})
	if err == nil || drivers.Hint(err) != "name one of DC0, DC1" {
		t.Errorf("got %v, hint %q", err, drivers.Hint(err))
	}
}

// TestNSX connects a host to an NSX network.
func TestNSX(t *testing.T) {
	t.Parallel()
	c := start(t, func(m *simulator.Model) { m.OpaqueNetwork = 1 })
	reachable(c)
	s := newSpec("web")
	s.Network = "DC0_NSX0"
	mustCreate(t, c.driver(), s)
	if !strings.Contains(c.Body("CloneVM_Task"), "VirtualEthernetCardOpaqueNetworkBackingInfo") {
		t.Error("the card is on another network")
	}
}

// TestApart has two hosts in one rule. The rule keeps the second when the first goes.
func TestApart(t *testing.T) {
	t.Parallel()
	c := start(t)
	d := c.driver()
	one, two := newSpec("one"), newSpec("two")
	opts(&one).AntiAffinity, opts(&two).AntiAffinity = "apart", "apart"
	_, first := mustCreate(t, d, one)
	host, _ := mustCreate(t, d, two)
	if n := len(c.apart()); n != 2 {
		t.Errorf("%d members", n)
	}
	c.must(d.Delete(t.Context(), first))
	equal(t, c.apart(), []types.ManagedObjectReference{c.vm(host.ID).Self})
}
