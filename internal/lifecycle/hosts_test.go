package lifecycle_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/fake"
	"github.com/davit-io/davit/internal/lifecycle"
)

func TestHosts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	if err := w.create(t.Context(), "web-1"); err != nil {
		t.Fatal(err)
	}
	w.cloud.Plant(drivers.KindServer, "shop-1", lifecycle.OwnerOf("shop", "shop-1"))
	w.cloud.Plant(drivers.KindServer, "shop-2", lifecycle.OwnerOf("shop", "shop-2"))
	w.cloud.Plant(drivers.KindServer, "stranger", "")
	w.cloud.Plant(drivers.KindVolume, "shop-1", lifecycle.OwnerOf("shop", "shop-1"))
	owner := w.record("web-1").Owner
	for _, tc := range []struct {
		want  lifecycle.HostsWanted
		names string
	}{
		{lifecycle.HostsWanted{}, "shop-1 shop-2 web-1"},
		{lifecycle.HostsWanted{Owner: owner}, "web-1"},
		{lifecycle.HostsWanted{Deployment: "shop"}, "shop-1 shop-2"},
		{lifecycle.HostsWanted{Deployment: "other"}, ""},
		{lifecycle.HostsWanted{Name: regexp.MustCompile(`-1$`)}, "shop-1 web-1"},
		{lifecycle.HostsWanted{Tags: map[string]string{"team": "blue"}}, ""},
	} {
		got, err := w.process().Hosts(t.Context(), tc.want)
		var names []string
		for _, h := range got {
			names = append(names, h.Name)
			if h.Owner == "" || h.ID == "" || h.State != drivers.StateRunning {
				t.Errorf("%+v", h)
			}
		}
		if err != nil || strings.Join(names, " ") != tc.names {
			t.Errorf("%+v: got %q, %v, want %q", tc.want, names, err, tc.names)
		}
	}
	boom := errors.New("boom")
	w.cloud.Fault(fake.Fault{Op: fake.OpFind, Err: boom})
	if _, err := w.process().Hosts(t.Context(), lifecycle.HostsWanted{}); !errors.Is(err, boom) {
		t.Errorf("got %v", err)
	}
}
