package provider

import (
	"strings"
	"testing"

	tf "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/builtin"
	"github.com/davit-io/davit/drivers/fake"
	"github.com/davit-io/davit/internal/spec"
)

// everyDriver is the table of davit with the fake driver, which has an option of every shape.
func everyDriver() drivers.Table { return append(builtin.Table(), fake.New().Constructor()) }

func TestProviderSchema(t *testing.T) {
	t.Parallel()
	var resp tf.SchemaResponse
	New("test", everyDriver()).Schema(t.Context(), tf.SchemaRequest{}, &resp)
	if diags := resp.Schema.ValidateImplementation(t.Context()); diags.HasError() {
		t.Fatal(diags)
	}
	accounts := 0
	for _, o := range spec.Options(everyDriver()) {
		if !o.Account {
			continue
		}
		accounts++
		block := resp.Schema.Blocks[o.Driver].GetNestedObject().GetAttributes()
		a, ok := block[o.Key()]
		if !ok {
			t.Fatalf("the provider's block doesn't have %s", o.Path)
		}
		if a.IsSensitive() != (o.Type == spec.Secret) {
			t.Errorf("%s: sensitive %v", o.Path, a.IsSensitive())
		}
	}
	if accounts < 4 {
		t.Errorf("only %d options belong to an account", accounts)
	}
}

// configuration is what a provider block says, as Terraform hands it over.
func configuration(t *testing.T, table drivers.Table, values map[string]tftypes.Value) tftypes.Value {
	t.Helper()
	var resp tf.SchemaResponse
	New("test", table).Schema(t.Context(), tf.SchemaRequest{}, &resp)
	whole := resp.Schema.Type().TerraformType(t.Context()).(tftypes.Object)
	all := map[string]tftypes.Value{}
	for name, kind := range whole.AttributeTypes {
		all[name] = tftypes.NewValue(kind, nil)
		block, isBlock := kind.(tftypes.Object)
		inner := map[string]tftypes.Value{}
		for path, v := range values {
			if path == name {
				all[name] = v
			}
			if key, ok := strings.CutPrefix(path, name+"."); ok {
				inner[key] = v
			}
		}
		if !isBlock || len(inner) == 0 {
			continue
		}
		for key, kind := range block.AttributeTypes {
			if _, ok := inner[key]; !ok {
				inner[key] = tftypes.NewValue(kind, nil)
			}
		}
		all[name] = tftypes.NewValue(kind, inner)
	}
	return tftypes.NewValue(whole, all)
}

func str(s string) tftypes.Value { return tftypes.NewValue(tftypes.String, s) }

func TestSession(t *testing.T) {
	t.Setenv("DAVIT_REGION", "north")
	t.Setenv("DAVIT_DEPLOYMENT", "shop")
	table := everyDriver()
	s, err := newSession(newPool(table), configuration(t, table, map[string]tftypes.Value{
		"openstack.cloud": str("prod"),
		"vsphere.server":  tftypes.NewValue(tftypes.String, tftypes.UnknownValue),
	}))
	if err != nil {
		t.Fatal(err)
	}
	if s.deployment != "shop" {
		t.Errorf("deployment %q", s.deployment)
	}
	h, err := s.host("openstack")
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"openstack.cloud": "prod", "openstack.region": "north"} {
		if got, _ := h.Get(path); got != want {
			t.Errorf("%s is %q, want %q", path, got, want)
		}
	}
	if !s.known("openstack") || s.known("vsphere") {
		t.Error("what is unknown is not known to be so")
	}
	if got := s.driverOf(""); got != "" {
		t.Errorf("two platforms, and the driver is %q", got)
	}
	one, err := s.driver(t.Context(), "openstack")
	if err != nil {
		t.Fatal(err)
	}
	if two, _ := s.driver(t.Context(), "openstack"); one != two {
		t.Error("an account has two drivers")
	}
}

func TestSessionRefuses(t *testing.T) {
	t.Setenv("DAVIT_MAX_PARALLEL", "none")
	table := everyDriver()
	_, err := newSession(newPool(table), configuration(t, table, nil))
	if err == nil || !strings.Contains(err.Error(), `not "none" (from DAVIT_MAX_PARALLEL)`) {
		t.Error(err)
	}
}
