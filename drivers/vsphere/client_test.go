package vsphere_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"net/url"
	"testing"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vapi/rest"
	"github.com/vmware/govmomi/vapi/tags"
	"github.com/vmware/govmomi/vim25"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

func newClient(t *testing.T, vcenter string) *vim25.Client {
	t.Helper()
	u, err := url.Parse(vcenter)
	if err != nil {
		t.Fatal(err)
	}
	u.User = simulator.DefaultLogin
	c, err := govmomi.NewClient(t.Context(), u, false)
	if err != nil {
		t.Fatal(err)
	}
	return c.Client
}

func gunzip(t *testing.T, data []byte) string {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func extra(vm mo.VirtualMachine, key string) string {
	for _, o := range vm.Config.ExtraConfig {
		if v := o.GetOptionValue(); v.Key == key {
			return v.Value.(string)
		}
	}
	return ""
}

func unpacked(t *testing.T, vm mo.VirtualMachine, key string) string {
	t.Helper()
	equal(t, extra(vm, key+".encoding"), "gzip+base64")
	data, err := base64.StdEncoding.DecodeString(extra(vm, key))
	if err != nil {
		t.Fatal(err)
	}
	return gunzip(t, data)
}

func macOf(vm mo.VirtualMachine) string {
	return object.VirtualDeviceList(vm.Config.Hardware.Device).PrimaryMacAddress()
}

func dataDisk(vm mo.VirtualMachine) *types.VirtualDisk {
	disks := object.VirtualDeviceList(vm.Config.Hardware.Device).SelectByType((*types.VirtualDisk)(nil))
	return disks[len(disks)-1].(*types.VirtualDisk)
}

// apart is who is in the anti-affinity rule of that name.
func (c *cloud) apart() []types.ManagedObjectReference {
	var cluster mo.ClusterComputeResource
	r := c.Find("ClusterComputeResource", "DC0_C0")
	c.must(object.NewCommon(c.client, r).Properties(c.t.Context(), r, []string{"configurationEx"}, &cluster))
	for _, rule := range cluster.ConfigurationEx.(*types.ClusterConfigInfoEx).Rule {
		if apart, ok := rule.(*types.ClusterAntiAffinityRuleSpec); ok && apart.Name == "apart" {
			return apart.Vm
		}
	}
	return nil
}

func (c *cloud) tags() *tags.Manager {
	rc := rest.NewClient(c.client)
	c.must(rc.Login(c.t.Context(), simulator.DefaultLogin))
	return tags.NewManager(rc)
}

func attribute(c *cloud) {
	m, err := object.GetCustomFieldsManager(c.client)
	c.must(err)
	_, err = m.Add(c.t.Context(), "cost", "VirtualMachine", nil, nil)
	c.must(err)
}

// pod puts a datastore into the datastore cluster.
func pod(c *cloud) {
	r := c.Find("StoragePod", "DC0_POD0")
	task, err := object.NewFolder(c.client, r).MoveInto(c.t.Context(), []types.ManagedObjectReference{c.Find("Datastore", "LocalDS_1")})
	c.must(err)
	c.must(task.WaitEx(c.t.Context()))
	task, err = object.NewStorageResourceManager(c.client).ConfigureStorageDrsForPod(c.t.Context(), object.NewStoragePod(c.client, r),
		types.StorageDrsConfigSpec{PodConfigSpec: &types.StorageDrsPodConfigSpec{Enabled: new(true)}}, true)
	c.must(err)
	c.must(task.WaitEx(c.t.Context()))
}
