package vsphere_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/url"
	"testing"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/vim25"
)

func newClient(t *testing.T, u *url.URL) *vim25.Client {
	t.Helper()
	c, err := govmomi.NewClient(t.Context(), u, false)
	if err != nil {
		t.Fatal(err)
	}
	return c.Client
}

// simulatorLogin is what the simulator takes, as it does any other.
var simulatorLogin = url.UserPassword("user", "pass")

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
