package vsphere_test

import (
	"encoding/base64"
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/vsphere"
)

// TestKeptDisk keeps one of two disks when its host is removed, gives it to the next host, and removes all.
func TestKeptDisk(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.snapshot("golden", "davit")
	before := c.everything()
	s := newSpec("web")
	s.Disks = append(s.Disks, drivers.Disk{Name: "web-keep", SizeGiB: 2})
	d := c.driver()
	first, rs := mustCreate(t, d, s)
	keep := slices.IndexFunc(rs, func(r drivers.Resource) bool { return r.Name == "web-keep" })
	c.must(d.Delete(t.Context(), slices.Delete(slices.Clone(rs), keep, keep+1)))
	found, err := d.Find(t.Context(), s.Owner)
	if err != nil || len(found) != 1 || found[0].Resource != rs[keep] {
		t.Fatalf("found %v, want %v, %v", found, rs[keep], err)
	}
	if _, err := d.Get(t.Context(), first.ID); !errors.Is(err, drivers.ErrNotFound) {
		t.Errorf("the host that is gone: %v", err)
	}
	s.Again = true
	second, rs := mustCreate(t, d, s)
	if disk := dataDisk(c.vm(second.ID)); disk.CapacityInKB != 2<<20 || !strings.EqualFold(disk.Backing.(*types.VirtualDiskFlatVer2BackingInfo).Uuid, rs[2].ID) {
		t.Errorf("%+v", disk)
	}
	if n := len(only(c.names("VirtualMachine"), "web")); n != 1 {
		t.Errorf("%d machines", n)
	}
	c.must(d.Delete(t.Context(), rs))
	equal(t, c.everything(), before)
}

// TestSharedFolder has two hosts in a folder that davit made: it goes with the second.
func TestSharedFolder(t *testing.T) {
	t.Parallel()
	c := start(t)
	one, two, d := newSpec("one"), newSpec("two"), c.driver()
	opts(&one).Folder, opts(&two).Folder = "ci", "ci"
	_, first := mustCreate(t, d, one)
	_, second := mustCreate(t, c.driver(), two) // another process
	c.must(d.Delete(t.Context(), first))
	if c.Find("Folder", "ci").Value == "" {
		t.Error("the folder went with its first host")
	}
	c.must(d.Delete(t.Context(), second))
	if c.Find("Folder", "ci").Value != "" {
		t.Error("the folder stays")
	}
}

// TestHalfMadeFolder goes on with two hosts of a process that had just named their folder, which only the record of the
// first tells of: the folder goes with the last of them.
func TestHalfMadeFolder(t *testing.T) {
	t.Parallel()
	c := start(t)
	ci, err := object.NewFolder(c.client, c.Find("Folder", "vm")).CreateFolder(t.Context(), "ci")
	c.must(err)
	specs := []drivers.Spec{newSpec("one"), newSpec("two")}
	for i := range specs {
		opts(&specs[i]).Folder = "ci/workers"
		specs[i].Again = true
	}
	specs[0].Made = []drivers.Resource{{Kind: vsphere.KindFolder, ID: ci.Reference().Value}}
	d := c.driver()
	rs, err := d.Resolve(t.Context(), specs)
	c.must(err)
	all := make([]made, len(rs))
	for i, r := range rs {
		_, err := d.Create(t.Context(), r, render, all[i].note)
		c.must(err)
	}
	c.must(d.Delete(t.Context(), all[0].rs))
	if c.Find("Folder", "workers").Value == "" {
		t.Error("the folder went with its first host")
	}
	c.must(d.Delete(t.Context(), all[1].rs))
	if names := c.names("Folder"); contains(names, "ci") || contains(names, "workers") {
		t.Errorf("folders %v stay", names)
	}
}

// TestStranger doesn't remove a machine that lost its mark.
func TestStranger(t *testing.T) {
	t.Parallel()
	c := start(t)
	d := c.driver()
	host, rs := mustCreate(t, d, newSpec("web"))
	task, err := object.NewVirtualMachine(c.client, c.vm(host.ID).Self).Reconfigure(t.Context(), types.VirtualMachineConfigSpec{
		ExtraConfig: []types.BaseOptionValue{&types.OptionValue{Key: "davit", Value: ""}},
	})
	c.must(err)
	c.must(task.WaitEx(t.Context()))
	if err := d.Delete(t.Context(), rs); err == nil || !strings.Contains(err.Error(), "carries no owner") {
		t.Errorf("got %v", err)
	}
}

// TestReport reads what a guest wrote.
func TestReport(t *testing.T) {
	t.Parallel()
	c := start(t)
	d := c.driver()
	host, _ := mustCreate(t, d, newSpec("web"))
	none, err := d.Report(t.Context(), host.ID)
	c.must(err)
	equal(t, none, drivers.GuestReport{})
	encoded := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	task, err := object.NewVirtualMachine(c.client, c.vm(host.ID).Self).Reconfigure(t.Context(), types.VirtualMachineConfigSpec{ExtraConfig: []types.BaseOptionValue{
		&types.OptionValue{Key: drivers.ReportHostKeys, Value: encoded("ssh-ed25519 AAAA\nssh-rsa BBBB\n")},
		&types.OptionValue{Key: drivers.ReportPhase, Value: "final"},
		&types.OptionValue{Key: drivers.ReportVerdict, Value: drivers.VerdictError},
		&types.OptionValue{Key: drivers.ReportErrors, Value: encoded("runcmd failed")},
	}})
	c.must(err)
	c.must(task.WaitEx(t.Context()))
	got, err := d.Report(t.Context(), host.ID)
	c.must(err)
	equal(t, got, drivers.GuestReport{HostKeys: []string{"ssh-ed25519 AAAA", "ssh-rsa BBBB"}, Phase: "final", Verdict: "error", Errors: []string{"runcmd failed"}})
}

// TestCloneForgetsReports has the clone drop what the template's own guest may have reported. The simulator's clones never
// have it, so the request is looked at.
func TestCloneForgetsReports(t *testing.T) {
	t.Parallel()
	c := start(t)
	mustCreate(t, c.driver(), newSpec("web"))
	for _, key := range []string{drivers.ReportHostKeys, drivers.ReportPhase, drivers.ReportVerdict, drivers.ReportErrors} {
		if asked := regexp.MustCompile(regexp.QuoteMeta(key) + `</key><value [^>]*></value>`); !asked.MatchString(c.Body("CloneVM_Task")) {
			t.Errorf("the clone keeps %s", key)
		}
	}
}

// TestCauses names why a guest can't be reached.
func TestCauses(t *testing.T) {
	t.Parallel()
	c := start(t)
	d := c.driver()
	host, _ := mustCreate(t, d, newSpec("web"))
	vm := c.Map().Get(c.vm(host.ID).Self).(*simulator.VirtualMachine)
	vm.Guest.ToolsRunningStatus = string(types.VirtualMachineToolsRunningStatusGuestToolsNotRunning)
	vm.GuestHeartbeatStatus = types.ManagedEntityStatusRed
	for _, device := range vm.Config.Hardware.Device {
		if _, ok := device.(types.BaseVirtualEthernetCard); ok {
			device.GetVirtualDevice().Connectable.Connected = false
		}
	}
	causes, err := d.Diagnose(t.Context(), host.ID, 22)
	c.must(err)
	for _, want := range []string{"disconnected", "VMware Tools do not run", "heartbeat"} {
		if !contains(causes, want) {
			t.Errorf("no %q in %q", want, causes)
		}
	}
	c.must(d.Stop(t.Context(), host.ID, true))
	if causes, err = d.Diagnose(t.Context(), host.ID, 22); err != nil || !contains(causes, "it is stopped") {
		t.Errorf("%v, %v", causes, err)
	}
}

// TestKeptDiskOfNoUse makes the next host with fewer disks: the one that was kept and has no place in it stays.
func TestKeptDiskOfNoUse(t *testing.T) {
	t.Parallel()
	c := start(t)
	s := newSpec("web")
	s.Disks = append(s.Disks, drivers.Disk{Name: "web-keep", SizeGiB: 2})
	d := c.driver()
	_, rs := mustCreate(t, d, s)
	keep := rs[slices.IndexFunc(rs, func(r drivers.Resource) bool { return r.Name == "web-keep" })]
	c.must(d.Delete(t.Context(), slices.DeleteFunc(slices.Clone(rs), func(r drivers.Resource) bool { return r == keep })))
	s.Again, s.Disks = true, s.Disks[:1]
	for range 2 {
		mustCreate(t, d, s)
		if found, err := d.Find(t.Context(), s.Owner); err != nil || len(found) != 3 || !slices.Contains(found, drivers.Found{Resource: keep, Owner: s.Owner}) {
			t.Errorf("found %v, want the host with its disk and %v, %v", found, keep, err)
		}
	}
	found, err := d.Find(t.Context(), s.Owner)
	c.must(err)
	for _, f := range found {
		c.must(d.Delete(t.Context(), []drivers.Resource{f.Resource}))
	}
	if names := c.names("VirtualMachine"); contains(names, "web") {
		t.Errorf("machines %v are left", names)
	}
}
