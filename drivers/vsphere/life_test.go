package vsphere_test

import (
	"encoding/base64"
	"errors"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/vsphere"
	"github.com/davit-io/davit/internal/vcsim"
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

// TestCertificate accepts a certificate that no authority vouches for only when it is pinned.
func TestCertificate(t *testing.T) {
	t.Parallel()
	c := start(t)
	target, err := url.Parse(strings.TrimSuffix(c.vcenter, "/sdk"))
	c.must(err)
	s := httptest.NewTLSServer(httputil.NewSingleHostReverseProxy(target))
	t.Cleanup(s.Close)
	o := vsphere.Options{Server: s.URL, VCenterUser: "ops", VCenterPassword: "secret"}
	_, err = vsphere.NewForTest(o).Find(t.Context(), "")
	if err == nil || !strings.Contains(drivers.Hint(err), "vsphere.thumbprint "+soap.ThumbprintSHA256(s.Certificate())) {
		t.Errorf("unknown authority: %v, hint %q", err, drivers.Hint(err))
	}
	o.Thumbprint = "00:11:22"
	if _, err = vsphere.NewForTest(o).Find(t.Context(), ""); err == nil {
		t.Error("another certificate was accepted")
	}
	o.Thumbprint = soap.ThumbprintSHA256(s.Certificate())
	if _, err = vsphere.NewForTest(o).Find(t.Context(), ""); err != nil {
		t.Error(err)
	}
}

// TestKeptAlive leaves a session alone: it is kept alive until it is closed.
func TestKeptAlive(t *testing.T) {
	t.Parallel()
	c := start(t)
	alive := make(chan struct{}, 100)
	c.Reset(func(_ int, op string, pass func()) bool {
		pass()
		if op == "CurrentTime" {
			alive <- struct{}{}
		}
		return false
	})
	d := c.driver().Idle(10 * time.Millisecond)
	_, err := d.Find(t.Context(), "")
	c.must(err)
	for range 2 {
		select {
		case <-alive:
		case <-time.After(10 * time.Second):
			t.Fatal("the session is left to die")
		}
	}
	c.must(d.Close(t.Context()))
	if calls := c.Calls(); calls[len(calls)-1] != "Logout" {
		t.Errorf("the last of %v is no logout", calls)
	}
}

// TestTagSession has the vCenter end the session that tags need.
func TestTagSession(t *testing.T) {
	t.Parallel()
	c := start(t)
	d, s := c.driver(), newSpec("web")
	opts(&s).Tags = []string{vcsim.Tag}
	rs, err := d.Resolve(t.Context(), []drivers.Spec{s})
	c.must(err)
	c.must(d.EndTagSession(t.Context()))
	host, err := d.Create(t.Context(), rs[0], render, (&made{}).note)
	c.must(err)
	attached, err := c.tags().GetAttachedTags(t.Context(), c.vm(host.ID).Self)
	if err != nil || len(attached) != 1 {
		t.Errorf("%v, %v", attached, err)
	}
}

// TestEnvironment takes server and account from either set of variables.
func TestEnvironment(t *testing.T) {
	c := start(t)
	for _, name := range []string{"GOVC_URL", "GOVC_USERNAME", "GOVC_PASSWORD", "GOVC_DATACENTER", "VSPHERE_SERVER", "VSPHERE_USER", "VSPHERE_PASSWORD"} {
		t.Setenv(name, "")
	}
	whole := strings.Replace(c.Proxy.URL(), "http://", "http://ops:secret@", 1)
	for name, set := range map[string]map[string]string{
		"govc":                  {"GOVC_URL": c.Proxy.URL(), "GOVC_USERNAME": "ops", "GOVC_PASSWORD": "secret"},
		"govc, all in its URL":  {"GOVC_URL": whole},
		"Terraform":             {"VSPHERE_SERVER": c.Proxy.URL(), "VSPHERE_USER": "ops", "VSPHERE_PASSWORD": "secret"},
		"govc before Terraform": {"GOVC_URL": whole, "VSPHERE_SERVER": "vc.example.com"},
	} {
		t.Run(name, func(t *testing.T) {
			for name, value := range set {
				t.Setenv(name, value)
			}
			if _, err := vsphere.NewForTest(vsphere.Options{}).Find(t.Context(), ""); err != nil {
				t.Error(err)
			}
		})
	}
	t.Run("datacenter", func(t *testing.T) {
		t.Setenv("GOVC_DATACENTER", "DC9")
		s := newSpec("web")
		opts(&s).Datacenter = ""
		if _, err := c.driver().Resolve(t.Context(), []drivers.Spec{s}); err == nil || !strings.Contains(err.Error(), `no datacenter "DC9"`) {
			t.Error(err)
		}
	})
	t.Run("none", func(t *testing.T) {
		for _, o := range []vsphere.Options{{}, {Server: "vc.example.com"}, {Server: "http://vc.example.com/sdk", VCenterUser: "u", VCenterPassword: "p"}} {
			if _, err := vsphere.NewForTest(o).Find(t.Context(), ""); err == nil || drivers.Hint(err) == "" {
				t.Errorf("%v: %v", o.Server, err)
			}
		}
	})
}
