package stacksim_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/gophercloud/gophercloud/v2/openstack/blockstorage/v3/volumes"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/ports"

	"github.com/davit-io/davit/internal/stacksim"
)

// get asks the cloud without gophercloud; the address comes from the settings a user would have.
func (c *client) get(path string) error {
	base, _, _ := strings.Cut(strings.TrimPrefix(c.cloud.Env()[0], "OS_AUTH_URL="), "/identity")
	q, err := http.NewRequestWithContext(c.Context(), http.MethodGet, base+path, nil)
	if err != nil {
		return err
	}
	a, err := http.DefaultClient.Do(q)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, a.Body)
	return errors.Join(err, a.Body.Close())
}

// TestUnknownIsAProblem shows that nothing passes by luck: each call ends up in what Close returns.
func TestUnknownIsAProblem(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		do   func(c *client)
		want string
	}{
		"request": {func(c *client) { c.must(c.get("/compute/v2.1/os-hypervisors")) }, "unknown request GET /compute/v2.1/os-hypervisors"},
		"filter": {func(c *client) {
			_, err := ports.List(c.network, ports.ListOpts{Tags: "x"}).AllPages(c.Context())
			c.refused(err, 400, "invalid attribute for filtering")
		}, `ports.list: unknown filter "tags"`},
		"field": {func(c *client) {
			err := volumes.Create(c.Context(), c.volume, volumes.CreateOpts{Size: 1, SnapshotID: "x"}, nil).Err
			c.refused(err, 400, "snapshot_id")
		}, `unknown field "snapshot_id"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cloud, err := stacksim.New(stacksim.Options{})
			if err != nil {
				t.Fatal(err)
			}
			tc.do(login(&client{T: t, cloud: cloud}))
			if err := cloud.Close(); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Fatalf("got %v, want %q", err, tc.want)
			}
		})
	}
}
