package provider

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/fake"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/stacksim"
	"github.com/davit-io/davit/internal/vcsim"
)

func TestDataSourceSchemas(t *testing.T) {
	t.Parallel()
	d := New("test", everyDriver()).(*davit)
	for _, make := range d.DataSources(t.Context()) {
		s := make()
		var meta datasource.MetadataResponse
		s.Metadata(t.Context(), datasource.MetadataRequest{ProviderTypeName: "davit"}, &meta)
		var resp datasource.SchemaResponse
		s.Schema(t.Context(), datasource.SchemaRequest{}, &resp)
		if diags := resp.Schema.ValidateImplementation(t.Context()); diags.HasError() {
			t.Errorf("%s: %v", meta.TypeName, diags)
		}
		if resp.Schema.MarkdownDescription == "" {
			t.Errorf("%s has no description", meta.TypeName)
		}
		for name, a := range resp.Schema.Attributes {
			if a.GetMarkdownDescription() == "" {
				t.Errorf("%s.%s has no description", meta.TypeName, name)
			}
		}
	}
}

// reads is a step that reads one data source and wants some of its attributes.
func reads(config, name string, want map[string]knownvalue.Check) resource.TestStep {
	var checks []statecheck.StateCheck
	for key, check := range want {
		checks = append(checks, statecheck.ExpectKnownValue("data."+name+".it", tfjsonpath.New(key), check))
	}
	return resource.TestStep{Config: config, ConfigStateChecks: checks}
}

// data is the configuration of a data source by the name of it.
func data(name, body string) string { return "data \"" + name + "\" \"it\" {\n" + body + "\n}\n" }

func exact(s string) knownvalue.Check { return knownvalue.StringExact(s) }

func TestImageSource(t *testing.T) {
	t.Parallel()
	c := fake.New()
	refused := func(body, want string) resource.TestStep {
		return resource.TestStep{Config: data("davit_image", body), ExpectError: wrapped(want)}
	}
	terraform(
		t, drivers.Table{c.Constructor()},
		reads(data("davit_image", `name = "debian-12"`), "davit_image", map[string]knownvalue.Check{
			"id": exact("img-1"), "distro": exact("debian"), "user": exact("debian"), "driver": exact("fake"), "created": knownvalue.Null(),
		}),
		reads(data("davit_image", `name_regex = "^silent"`), "davit_image", map[string]knownvalue.Check{"name": exact("silent-1")}),
		reads(data("davit_image", `name = "img-2"`), "davit_image", map[string]knownvalue.Check{"id": exact("img-2"), "name": exact("img-2")}),
		refused(`name = "debian-13"`, "Next: there are debian-12, silent-1"),
		refused(`distro = "debian"`, "2 images are like that"),
		refused(`name_regex = "("`, "No regular expression"),
		refused(`driver = "nowhere"`, "nowhere"),
	)
	if c.Calls(fake.OpList) == 0 {
		t.Error("the cloud was not asked")
	}
}

func TestFlavorAndNetworkSource(t *testing.T) {
	t.Parallel()
	c := fake.New()
	c.Networks = append(c.Networks, fake.Network{Name: "jumbo", MTU: 9000})
	terraform(
		t, drivers.Table{c.Constructor()},
		reads(data("davit_flavor", "min_cpus = 2\nmin_memory_gib = 3"), "davit_flavor", map[string]knownvalue.Check{
			"id": exact("medium"), "cpus": knownvalue.Int64Exact(2), "memory_mib": knownvalue.Int64Exact(4096), "disk_gib": knownvalue.Null(),
		}),
		resource.TestStep{Config: data("davit_flavor", `min_cpus = 64`), ExpectError: wrapped("The flavor: not found")},
		reads(data("davit_network", `name = "private"`), "davit_network", map[string]knownvalue.Check{
			"mtu": knownvalue.Int64Exact(1450), "kind": exact("project"), "carrier": knownvalue.Null(),
		}),
		reads(data("davit_network", `min_mtu = 9000`), "davit_network", map[string]knownvalue.Check{"name": exact("jumbo")}),
		resource.TestStep{Config: data("davit_network", ``), ExpectError: wrapped("2 networks are like that: jumbo, private")},
		resource.TestStep{
			PreConfig: func() { c.Fault(fake.Fault{Op: fake.OpList, Err: drivers.ErrAuth}) },
			Config:    data("davit_network", `name = "private"`), ExpectError: wrapped("The network: not authorized"),
		},
	)
}

func TestSourcesOnOpenStack(t *testing.T) {
	sim := stacksim.Start(t, stacksim.Options{})
	t.Setenv("OS_CLIENT_CONFIG_FILE", sim.CloudsYAML())
	account := "provider \"davit\" {\n openstack {\n cloud = \"sim\"\n }\n}\n"
	terraform(
		t, everyDriver(),
		reads(account+data("davit_image", "name = \"debian-12\""), "davit_image", map[string]knownvalue.Check{"user": exact("debian"), "disk_gib": knownvalue.Int64Exact(3)}),
		reads(account+data("davit_flavor", "min_cpus = 3"), "davit_flavor", map[string]knownvalue.Check{"name": exact("m1.large")}),
		reads(account+data("davit_network", "kind = \"external\""), "davit_network", map[string]knownvalue.Check{"name": exact("public"), "mtu": knownvalue.Int64Exact(1500)}),
	)
}

// TestAccountNotKnownYet reads a data source whose account another resource makes.
func TestAccountNotKnownYet(t *testing.T) {
	t.Parallel()
	c := fake.New()
	const config = `
resource "terraform_data" "account" { input = "main" }
provider "davit" {
  fake { account = terraform_data.account.output }
}
`
	terraform(
		t, drivers.Table{c.Constructor()},
		resource.TestStep{Config: config + data("davit_network", `name = "private"`), ExpectError: wrapped("Next: give this data source a depends_on")},
		reads(config+data("davit_network", "name = \"private\"\ndepends_on = [terraform_data.account]"), "davit_network",
			map[string]knownvalue.Check{"mtu": knownvalue.Int64Exact(1450)}),
	)
}

func TestCloudinitSource(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 4000)
	terraform(
		t, drivers.Table{fake.New().Constructor()},
		reads(data("davit_cloudinit", `documents = ["#cloud-config\ntimezone: UTC\n", "#cloud-config\npackages: [jq]\n"]`), "davit_cloudinit", map[string]knownvalue.Check{
			"rendered": exact("#cloud-config\ntimezone: UTC\npackages:\n- jq\n"), "bytes": knownvalue.Int64Exact(43),
			"base64": exact("I2Nsb3VkLWNvbmZpZwp0aW1lem9uZTogVVRDCnBhY2thZ2VzOgotIGpxCg=="),
			"sha256": exact("9f57f7e5717bbcfb4feb7cd5b72c56c13d8f5d1c229ce0b4903505537242795a"),
		}),
		reads(data("davit_cloudinit", "max_bytes = 500\ndocuments = [\"#cloud-config\\nfinal_message: "+long+"\\n\"]"), "davit_cloudinit", map[string]knownvalue.Check{
			"rendered": exact("#cloud-config\nfinal_message: " + long + "\n"),
			"base64":   knownvalue.StringRegexp(regexp.MustCompile("^H4sI")), // gzip
		}),
		resource.TestStep{
			Config:      data("davit_cloudinit", `documents = ["#cloud-config\n{}\n", "#cloud-config\nhostname: a_b\n"]`),
			ExpectError: wrapped(`hostname: "a_b" is no host name`),
		},
		resource.TestStep{Config: data("davit_cloudinit", "max_bytes = 10\ndocuments = [\"#cloud-config\\ntimezone: UTC\\n\"]"), ExpectError: wrapped("at most 10 fit")},
	)
}

func TestHostsSource(t *testing.T) {
	t.Parallel()
	c := fake.New()
	c.Plant(drivers.KindServer, "shop-2", lifecycle.OwnerOf("shop", "shop-2"))
	c.Plant(drivers.KindServer, "shop-1", lifecycle.OwnerOf("shop", "shop-1"))
	c.Plant(drivers.KindServer, "web", "someone")
	names := func(names ...string) map[string]knownvalue.Check {
		hosts := make([]knownvalue.Check, len(names))
		for i, name := range names {
			hosts[i] = knownvalue.ObjectPartial(map[string]knownvalue.Check{
				"name": exact(name), "state": exact("running"), "id": knownvalue.NotNull(), "owner": knownvalue.NotNull(), "address": knownvalue.Null(),
			})
		}
		return map[string]knownvalue.Check{"hosts": knownvalue.ListExact(hosts)}
	}
	terraform(
		t, drivers.Table{c.Constructor()},
		reads(data("davit_hosts", ""), "davit_hosts", names("shop-1", "shop-2", "web")),
		reads(data("davit_hosts", `deployment = "shop"`), "davit_hosts", names("shop-1", "shop-2")),
		reads(data("davit_hosts", `owner = "someone"`), "davit_hosts", names("web")),
		reads(data("davit_hosts", `tags = { team = "blue" }`), "davit_hosts", names()),
		resource.TestStep{Config: data("davit_hosts", `name_regex = "["`), ExpectError: wrapped("No regular expression")},
	)
}

func TestSourcesOnVSphere(t *testing.T) {
	t.Parallel()
	v, err := vcsim.Start(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	account := fmt.Sprintf("provider \"davit\" {\n vsphere {\n server = %q\n vcenter_user = \"ops\"\n vcenter_password = \"secret\"\n }\n}\n", v.URL)
	terraform(
		t, everyDriver(),
		reads(account+data("davit_image", `name = "golden"`), "davit_image", map[string]knownvalue.Check{"driver": exact("vsphere"), "id": knownvalue.NotNull(), "disk_gib": knownvalue.NotNull()}),
		reads(account+data("davit_network", `name = "VM Network"`), "davit_network", map[string]knownvalue.Check{"kind": exact("standard"), "mtu": knownvalue.Int64Exact(1500)}),
		reads(account+data("davit_hosts", ""), "davit_hosts", map[string]knownvalue.Check{"hosts": knownvalue.ListSizeExact(0)}),
		resource.TestStep{Config: account + data("davit_flavor", "min_cpus = 3"), ExpectError: wrapped("The flavor: not supported")},
	)
}
