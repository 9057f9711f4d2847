package vsphere_test

import (
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vmware/govmomi/vim25/soap"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/vsphere"
	"github.com/davit-io/davit/internal/vcsim"
)

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
	alive := make(chan struct{})
	c.Reset(func(_ int, op string, pass func()) bool {
		pass()
		if op == "CurrentTime" {
			select {
			case alive <- struct{}{}:
			default: // nobody counts any more
			}
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

// TestPasswordInServer keeps a password out of what records and plans show.
func TestPasswordInServer(t *testing.T) {
	t.Parallel()
	for server, refused := range map[string]bool{"": false, "vc.example.com": false, "https://ops@vc.example.com/sdk": false, "://": false, "https://ops:s3cret@vc.example.com/sdk": true} {
		err := (&vsphere.Options{Server: server}).Validate()
		if (err != nil) != refused || refused && (drivers.Hint(err) == "" || strings.Contains(err.Error(), "s3cret")) {
			t.Errorf("%q: %v, hint %q", server, err, drivers.Hint(err))
		}
	}
}
