package vsphere_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vmware/govmomi/pbm"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/openstack"
	"github.com/davit-io/davit/drivers/vsphere"
	"github.com/davit-io/davit/internal/spec"
	"github.com/davit-io/davit/internal/vcsim"
)

// TestOptionsAct sets each option alone and looks at the machine that comes of it.
func TestOptionsAct(t *testing.T) {
	t.Parallel()
	shared := start(t)
	for _, tc := range []struct {
		name    string
		change  func(*drivers.Spec, *vsphere.Options)
		prepare func(*cloud)
		check   func(*testing.T, *cloud, mo.VirtualMachine)
	}{
		{"size", func(s *drivers.Spec, _ *vsphere.Options) { s.CPUs, s.MemoryGiB = 2, 2 }, nil, func(t *testing.T, _ *cloud, vm mo.VirtualMachine) {
			equal(t, [2]int32{vm.Config.Hardware.NumCPU, vm.Config.Hardware.MemoryMB}, [2]int32{2, 2048})
		}},
		{"host system", func(_ *drivers.Spec, o *vsphere.Options) { o.HostSystem, o.Cluster = "DC0_C0_H1", "" }, nil, func(t *testing.T, c *cloud, vm mo.VirtualMachine) {
			equal(t, *vm.Runtime.Host, c.Find("HostSystem", "DC0_C0_H1"))
		}},
		{"resource pool", func(_ *drivers.Spec, o *vsphere.Options) { o.ResourcePool, o.Cluster = "DC0_C0_RP1", "" }, nil, func(t *testing.T, c *cloud, vm mo.VirtualMachine) {
			equal(t, *vm.ResourcePool, c.Find("ResourcePool", "DC0_C0_RP1"))
		}},
		{"folder", func(_ *drivers.Spec, o *vsphere.Options) { o.Folder = "ci/workers" }, nil, func(t *testing.T, c *cloud, vm mo.VirtualMachine) {
			equal(t, *vm.Parent, c.Find("Folder", "workers"))
		}},
		{"datastore", func(_ *drivers.Spec, o *vsphere.Options) { o.Datastore = "LocalDS_1" }, nil, func(t *testing.T, _ *cloud, vm mo.VirtualMachine) {
			equal(t, vm.Config.Files.VmPathName, "[LocalDS_1] web/web.vmx")
		}},
		{"datastore cluster", func(_ *drivers.Spec, o *vsphere.Options) { o.Datastore, o.DatastoreCluster = "", "DC0_POD0" }, pod, func(t *testing.T, _ *cloud, vm mo.VirtualMachine) {
			equal(t, vm.Config.Files.VmPathName, "[LocalDS_1] web/web.vmx")
		}},
		{"full clone", func(_ *drivers.Spec, o *vsphere.Options) { o.Clone = "full" }, nil, func(t *testing.T, c *cloud, _ mo.VirtualMachine) {
			if strings.Contains(c.Body("CloneVM_Task"), "createNewChildDiskBacking") || contains(c.Calls(), "CreateSnapshot") {
				t.Error("not a full clone")
			}
		}},
		{"linked clone", func(_ *drivers.Spec, o *vsphere.Options) { o.Clone = "linked" }, nil, func(t *testing.T, c *cloud, _ mo.VirtualMachine) {
			if body := c.Body("CloneVM_Task"); !strings.Contains(body, "createNewChildDiskBacking") || !strings.Contains(body, `type="VirtualMachineSnapshot"`) {
				t.Error("not a linked clone of a snapshot")
			}
		}},
		{"linked clone of a template", func(_ *drivers.Spec, o *vsphere.Options) { o.Clone = "linked" }, func(c *cloud) { c.snapshot(vcsim.Template, "first"); template(c) }, func(t *testing.T, c *cloud, _ mo.VirtualMachine) {
			if !strings.Contains(c.Body("CloneVM_Task"), "createNewChildDiskBacking") || contains(c.Calls(), "CreateSnapshot") {
				t.Error("not a linked clone of the snapshot that is there")
			}
		}},
		{"snapshot", func(_ *drivers.Spec, o *vsphere.Options) { o.Snapshot = "first" }, func(c *cloud) { c.snapshot("golden", "first"); c.snapshot("golden", "second") }, func(t *testing.T, c *cloud, _ mo.VirtualMachine) {
			first := c.vm(c.Find("VirtualMachine", "golden").Value).Snapshot.RootSnapshotList[0].Snapshot.Value
			if !strings.Contains(c.Body("CloneVM_Task"), ">"+first+"<") {
				t.Error("another snapshot was cloned")
			}
		}},
		{"address", func(_ *drivers.Spec, o *vsphere.Options) {
			o.StaticAddress, o.Gateway, o.DNS = "192.0.2.10/24", "192.0.2.1", []string{"192.0.2.53"}
		}, nil, func(t *testing.T, _ *cloud, vm mo.VirtualMachine) {
			got := unpacked(t, vm, "guestinfo.metadata")
			for _, part := range []string{`"192.0.2.10/24"`, `"via":"192.0.2.1"`, `"addresses":["192.0.2.53"]`, strings.ToLower(macOf(vm)), `"local-hostname":"web"`} {
				if !strings.Contains(got, part) {
					t.Errorf("no %s in %s", part, got)
				}
			}
		}},
		{"DHCP", func(*drivers.Spec, *vsphere.Options) {}, nil, func(t *testing.T, _ *cloud, vm mo.VirtualMachine) {
			if got := unpacked(t, vm, "guestinfo.metadata"); !strings.Contains(got, `"dhcp-identifier":"mac"`) || !strings.Contains(got, macOf(vm)) {
				t.Error(got)
			}
			equal(t, unpacked(t, vm, "guestinfo.userdata"), "#cloud-config\n{}\n")
			equal(t, extra(vm, "disk.EnableUUID"), "TRUE")
		}},
		{"tags", func(_ *drivers.Spec, o *vsphere.Options) { o.Tags = []string{vcsim.Tag} }, nil, func(t *testing.T, c *cloud, vm mo.VirtualMachine) {
			attached, err := c.tags().GetAttachedTags(t.Context(), vm.Self)
			if err != nil || len(attached) != 1 || attached[0].Name != "web" {
				t.Errorf("%v, %v", attached, err)
			}
		}},
		{"custom attributes", func(_ *drivers.Spec, o *vsphere.Options) { o.CustomAttributes = map[string]string{"cost": "42"} }, attribute, func(t *testing.T, c *cloud, vm mo.VirtualMachine) {
			if len(vm.CustomValue) != 1 || vm.CustomValue[0].(*types.CustomFieldStringValue).Value != "42" {
				t.Errorf("%v", vm.CustomValue)
			}
			host, err := c.driver().Get(t.Context(), vm.Self.Value)
			c.must(err)
			equal(t, host.Tags, map[string]string{"cost": "42"})
		}},
		{"anti-affinity", func(_ *drivers.Spec, o *vsphere.Options) { o.AntiAffinity = "apart" }, nil, func(t *testing.T, c *cloud, vm mo.VirtualMachine) {
			equal(t, c.apart(), []types.ManagedObjectReference{vm.Self})
		}},
		{"thick disks", func(_ *drivers.Spec, o *vsphere.Options) { o.ThickDisks = true }, nil, func(t *testing.T, _ *cloud, vm mo.VirtualMachine) {
			equal(t, *dataDisk(vm).Backing.(*types.VirtualDiskFlatVer2BackingInfo).ThinProvisioned, false)
		}},
		{"thin disks", func(*drivers.Spec, *vsphere.Options) {}, nil, func(t *testing.T, _ *cloud, vm mo.VirtualMachine) {
			d := dataDisk(vm)
			equal(t, *d.Backing.(*types.VirtualDiskFlatVer2BackingInfo).ThinProvisioned, true)
			equal(t, [2]int64{d.CapacityInKB, int64(*d.UnitNumber)}, [2]int64{1 << 20, 1})
		}},
		{"policy", func(s *drivers.Spec, _ *vsphere.Options) { s.Disks[0].Type = vcsim.Policy }, nil, func(t *testing.T, c *cloud, _ mo.VirtualMachine) {
			if id := policyID(t, c.Body("CloneVM_Task")); id != c.policy(vcsim.Policy) {
				t.Errorf("the policy is %s", id)
			}
		}},
		{"network", func(s *drivers.Spec, _ *vsphere.Options) { s.Network = "VM Network" }, nil, func(t *testing.T, c *cloud, vm mo.VirtualMachine) {
			equal(t, c.Find("Network", "VM Network"), vm.Network[len(vm.Network)-1])
		}},
		{"template by path", func(s *drivers.Spec, _ *vsphere.Options) { s.Image = "/DC0/vm/golden" }, nil, ofGolden},
		{"template by the end of its path", func(s *drivers.Spec, _ *vsphere.Options) { s.Image = "vm/golden" }, nil, ofGolden},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := shared.again(t)
			if tc.prepare != nil {
				t.Parallel()
				c = start(t)
				tc.prepare(c)
			}
			s := newSpec("web")
			tc.change(&s, s.Options.(*vsphere.Options))
			d := c.driver()
			host, rs := mustCreate(t, d, s)
			tc.check(t, c, c.vm(host.ID))
			if err := d.Delete(t.Context(), rs); err != nil {
				t.Error(err)
			}
			if left := c.apart(); len(left) > 0 {
				t.Errorf("the rule keeps %v", left)
			}
		})
	}
}

func ofGolden(t *testing.T, c *cloud, _ mo.VirtualMachine) {
	if golden := c.Find("VirtualMachine", vcsim.Template).Value; !strings.Contains(c.Body("CloneVM_Task"), ">"+golden+"</_this>") {
		t.Error("another machine was cloned")
	}
}

// TestByID names the template and the policy by their ids.
func TestByID(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := newSpec("web")
	s.Image, s.Disks[0].Type = c.Find("VirtualMachine", vcsim.Template).Value, c.policy(vcsim.Policy)
	mustCreate(t, c.driver(), s)
	ofGolden(t, c, mo.VirtualMachine{})
	equal(t, policyID(t, c.Body("CloneVM_Task")), s.Disks[0].Type)
}

// policy is the id of a storage policy.
func (c *cloud) policy(name string) string {
	p, err := pbm.NewClient(c.t.Context(), c.client)
	c.must(err)
	id, err := p.ProfileIDByName(c.t.Context(), name)
	c.must(err)
	return id
}

// TestDiskIdentity holds what the guest is told against the machine.
func TestDiskIdentity(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := newSpec("web")
	s.Disks = append(s.Disks, drivers.Disk{Name: "web-2", SizeGiB: 2})
	d, told := c.driver(), []drivers.DiskIdentity(nil)
	rs, err := d.Resolve(t.Context(), []drivers.Spec{s})
	c.must(err)
	host, err := d.Create(t.Context(), rs[0], func(disks []drivers.DiskIdentity) (drivers.Documents, error) {
		told = disks
		return render(disks)
	}, (&made{}).note)
	c.must(err)
	var has []string
	for _, device := range c.vm(host.ID).Config.Hardware.Device {
		if disk, ok := device.(*types.VirtualDisk); ok {
			uuid := disk.Backing.(*types.VirtualDiskFlatVer2BackingInfo).Uuid
			has = append(has, "/dev/disk/by-id/wwn-0x"+strings.ReplaceAll(strings.ToLower(uuid), "-", ""))
		}
	}
	if len(has) != 3 || has[1] != told[0].Path || has[2] != told[1].Path {
		t.Errorf("told %v, has %v", told, has)
	}
	// udev makes links of names of this type (NAA 6) alone; ESXi gives its disks the same beginning.
	if !strings.HasPrefix(told[0].Path, "/dev/disk/by-id/wwn-0x6000c29") {
		t.Errorf("told %v", told)
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	if err := spec.CheckTable(drivers.Table{openstack.Constructor(), vsphere.Constructor()}); err != nil {
		t.Error(err)
	}
}

func equal[T any](t *testing.T, got, want T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
