package vsphere_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/url"
	"testing"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25"
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
