package vsphere_test

import (
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
