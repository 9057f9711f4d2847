package sandbox_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/vmware/govmomi/find"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/pbm"
	pbmtypes "github.com/vmware/govmomi/pbm/types"
	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/vapi/rest"
	"github.com/vmware/govmomi/vapi/tags"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/internal/sandbox"
	"github.com/davit-io/davit/internal/sandbox/vcenter"
)

func TestInventory(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.MTU = 8950
	s := up(t, o)
	c, ctx := login(t, s), t.Context()
	finder := find.NewFinder(c.Client)
	dc, err := finder.DefaultDatacenter(ctx)
	if err != nil {
		t.Fatal(err)
	}
	finder.SetDatacenter(dc)
	if _, err := finder.DefaultDatastore(ctx); err != nil {
		t.Error(err)
	}
	if _, err := finder.DefaultHostSystem(ctx); err != nil {
		t.Error(err)
	}
	if _, err := finder.ResourcePool(ctx, vcenter.Pool); err != nil {
		t.Error(err)
	}
	if _, err := finder.Network(ctx, vcenter.Network); err != nil {
		t.Error(err)
	}
	found, err := finder.Network(ctx, vcenter.Switch)
	if err != nil {
		t.Fatal(err)
	}
	var dvs mo.DistributedVirtualSwitch
	if err := property.DefaultCollector(c.Client).RetrieveOne(ctx, found.Reference(), []string{"config"}, &dvs); err != nil {
		t.Fatal(err)
	}
	if got := dvs.Config.(*types.VMwareDVSConfigInfo).MaxMtu; got != 8950 {
		t.Errorf("the switch has MTU %d", got)
	}
	machines, err := s.Machines(ctx, o.Dir)
	if err != nil || len(machines) != 1 || !machines[0].Template || machines[0].Name != "debian-12" {
		t.Errorf("machines %+v, %v", machines, err)
	}
	if _, ok := found.(*object.DistributedVirtualSwitch); !ok {
		t.Errorf("the switch is a %T", found)
	}
}

func TestPoliciesAndTags(t *testing.T) {
	t.Parallel()
	s := up(t, options(t))
	c, ctx := login(t, s), t.Context()
	policies, err := pbm.NewClient(ctx, c.Client)
	if err != nil {
		t.Fatal(err)
	}
	ids, err := policies.QueryProfile(ctx, pbmtypes.PbmProfileResourceType{ResourceType: string(pbmtypes.PbmProfileResourceTypeEnumSTORAGE)}, "")
	if err != nil || len(ids) == 0 {
		t.Errorf("storage policies: %v, %v", ids, err)
	}
	api := rest.NewClient(c.Client)
	if err := api.Login(ctx, url.UserPassword(s.User, s.Password)); err != nil {
		t.Fatal(err)
	}
	if _, err := tags.NewManager(api).CreateCategory(ctx, &tags.Category{Name: "team"}); err != nil {
		t.Errorf("tags: %v", err)
	}
}

func TestNobodyElseGetsIn(t *testing.T) {
	t.Parallel()
	s := up(t, options(t))
	wrong := s
	wrong.Password = "wrong"
	if _, err := wrong.Client(t.Context()); err == nil {
		t.Error("a wrong password is taken")
	}
	c := login(t, s)
	resp, err := c.Client.Client.DefaultTransport().RoundTrip(request(t, s, "/folder/debian-12/debian-12.vmdk?dcPath=dc&dsName=datastore"))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden {
		t.Errorf("files of the datastore are open: %s", resp.Status)
	}
	stranger, err := http.DefaultClient.Do(request(t, s, "/"))
	if err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a client that does not know the certificate: %v", err)
	}
	if stranger != nil {
		_ = stranger.Body.Close()
	}
}

func request(t *testing.T, s sandbox.State, path string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+s.Server+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
