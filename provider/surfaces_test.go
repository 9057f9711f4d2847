package provider

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/davit-io/davit/internal/spec"
)

// sample is a value for an option that isn't its default, as Set takes it.
func sample(o spec.Option) string {
	switch {
	case len(o.Values) > 0:
		return o.Values[len(o.Values)-1]
	case o.Type == spec.Bool:
		return "true"
	case o.Type == spec.Int:
		return "1234"
	case o.Type == spec.List:
		return "one,two"
	case o.Type == spec.Map:
		return "a=b,c=d"
	case o.Type == spec.Blocks:
		return "size_gib=7,mount=/srv,keep=true"
	}
	return "some-text"
}

// hostObject is a host in Terraform's words.
func hostObject(t *testing.T, document any) object {
	t.Helper()
	var resp resource.SchemaResponse
	(&hostResource{table: everyDriver()}).Schema(t.Context(), resource.SchemaRequest{}, &resp)
	b, err := json.Marshal(document)
	if err != nil {
		t.Fatal(err)
	}
	v, err := tftypes.ValueFromJSON(b, resp.Schema.Type().TerraformType(t.Context())) //nolint:staticcheck // there is no other way from JSON
	if err != nil {
		t.Fatalf("%s: %v", b, err)
	}
	return objectOf(v)
}

// TestSurfaces walks every option through Terraform: it is an attribute of the host with the command line's name, or
// of the provider's block when it belongs to an account, and its value arrives in the host.
func TestSurfaces(t *testing.T) {
	t.Parallel()
	table := everyDriver()
	for _, o := range spec.Options(table) {
		t.Run(o.Path, func(t *testing.T) {
			t.Parallel()
			driver := o.Driver
			if driver == "" {
				driver = "fake"
			}
			want, err := spec.New(table, driver)
			if err != nil {
				t.Fatal(err)
			}
			if o.Path == "driver" {
				o.Values = []string{driver}
			}
			if err := want.Set(o.Path, sample(o)); err != nil {
				t.Fatal(err)
			}
			got := arrived(t, o, want)
			a, _ := got.Get(o.Path)
			b, _ := want.Get(o.Path)
			if a != b || a == "" {
				t.Errorf("arrives as %q, want %q", a, b)
			}
		})
	}
}

// arrived sends an option's value through Terraform.
func arrived(t *testing.T, o spec.Option, want *spec.Host) *spec.Host {
	t.Helper()
	if o.Account {
		s, err := newSession(newPool(everyDriver()), configuration(t, everyDriver(), map[string]tftypes.Value{o.Path: str(sample(o))}))
		if err != nil {
			t.Fatal(err)
		}
		h, err := s.host(o.Driver)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	var doc map[string]any
	b, err := json.Marshal(want)
	if err == nil {
		err = json.Unmarshal(b, &doc)
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, account := range accountOptions(everyDriver(), want.Driver) {
		delete(doc[want.Driver].(map[string]any), account.Key())
	}
	tf := hostObject(t, doc)
	tf.setUnknown("name") // so that nobody misses what this host lacks
	if o.Path == "name" {
		tf = hostObject(t, doc)
		tf.setUnknown("image")
	}
	h, _, err := document(everyDriver(), tf)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestHostFindings has mistakes of every kind, each of which is told at its attribute.
func TestHostFindings(t *testing.T) {
	t.Parallel()
	table := everyDriver()
	for name, tc := range map[string]struct {
		doc  map[string]any
		at   path.Path
		says string
	}{
		"a size":        {map[string]any{"disks": []any{map[string]any{"size_gib": 0}}}, path.Root("disks").AtListIndex(0).AtName("size_gib"), "at least 1"},
		"a value":       {map[string]any{"host_key": "none"}, path.Root("host_key"), "not one of"},
		"a limit":       {map[string]any{"mtu": 100}, path.Root("mtu"), "576 to 9216"},
		"two mounts":    {map[string]any{"disks": []any{map[string]any{"size_gib": 1}, map[string]any{"size_gib": 1}}}, path.Root("disks").AtListIndex(1).AtName("mount"), "disks[0] holds"},
		"a name":        {map[string]any{"name": "Web_1"}, path.Root("name"), "no host name"},
		"a driver":      {map[string]any{"driver": "oven"}, path.Root("driver"), "not one of"},
		"a mirror":      {map[string]any{"engine": map[string]any{"registry_mirrors": []any{"x"}}}, path.Root("engine").AtName("registry_mirrors").AtListIndex(0), "no mirror"},
		"its own":       {map[string]any{"fake": map[string]any{"groups": []any{""}}}, path.Root("fake").AtName("groups").AtListIndex(0), "is empty"},
		"a map":         {map[string]any{"driver": "openstack", "openstack": map[string]any{"metadata": map[string]any{"davit.x": "y"}}, "fake": nil}, path.Root("openstack").AtName("metadata").AtMapKey("davit.x"), "davit's own"},
		"another block": {map[string]any{"driver": "openstack"}, path.Root("fake"), "the host's driver is openstack"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc := map[string]any{"name": "web-1", "image": "debian-12", "driver": "fake", "fake": map[string]any{"size": "small"}}
			maps.Copy(doc, tc.doc)
			var resp resource.ValidateConfigResponse
			r := &hostResource{table: table}
			_, _, err := document(table, hostObject(t, doc))
			report(&resp.Diagnostics, hostPath(r.table), "The host", err)
			found := slices.ContainsFunc(resp.Diagnostics, func(d diag.Diagnostic) bool {
				at, ok := d.(interface{ Path() path.Path })
				return ok && at.Path().Equal(tc.at) && strings.Contains(d.Detail(), tc.says)
			})
			if !found {
				t.Errorf("nothing about %q at %s: %v", tc.says, tc.at, resp.Diagnostics)
			}
		})
	}
}

// TestUnknownIsNotMissed leaves out what is not known yet, and all that could follow from it.
func TestUnknownIsNotMissed(t *testing.T) {
	t.Parallel()
	doc := map[string]any{"name": "web-1", "driver": "vsphere", "vsphere": map[string]any{"gateway": "192.0.2.1"}, "disks": []any{map[string]any{}}}
	o := hostObject(t, doc)
	if _, _, err := document(everyDriver(), o); err == nil {
		t.Fatal("what is missing is not missed")
	}
	o.setUnknown("image")
	all := map[string]tftypes.Value{}
	_ = o.at["vsphere"].As(&all)
	all["static_address"] = tftypes.NewValue(tftypes.String, tftypes.UnknownValue)
	o.at["vsphere"] = tftypes.NewValue(o.at["vsphere"].Type(), all)
	disk := o.kind.AttributeTypes["disks"].(tftypes.List).ElementType
	inner := map[string]tftypes.Value{}
	for key, kind := range disk.(tftypes.Object).AttributeTypes {
		inner[key] = tftypes.NewValue(kind, nil)
	}
	inner["size_gib"] = tftypes.NewValue(tftypes.Number, tftypes.UnknownValue)
	o.at["disks"] = tftypes.NewValue(tftypes.List{ElementType: disk}, []tftypes.Value{tftypes.NewValue(disk, inner)})
	h, unknown, err := document(everyDriver(), o)
	if err != nil || h == nil || len(unknown) != 3 {
		t.Errorf("unknown %q: %v", unknown, err)
	}
}
