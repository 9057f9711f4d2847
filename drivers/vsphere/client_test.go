package vsphere_test

import (
	"context"
	"net/url"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/vim25"
)

func newClient(ctx context.Context, u *url.URL) (*vim25.Client, error) {
	c, err := govmomi.NewClient(ctx, u, false)
	if err != nil {
		return nil, err
	}
	return c.Client, nil
}
