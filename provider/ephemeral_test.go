package provider

import (
	"regexp"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-testing/echoprovider"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/fake"
)

func TestEphemeralSchemas(t *testing.T) {
	t.Parallel()
	d := New("test", drivers.Table{}).(*davit)
	for _, make := range d.EphemeralResources(t.Context()) {
		var resp ephemeral.SchemaResponse
		make().Schema(t.Context(), ephemeral.SchemaRequest{}, &resp)
		if diags := resp.Schema.ValidateImplementation(t.Context()); diags.HasError() || resp.Schema.MarkdownDescription == "" {
			t.Error(diags)
		}
	}
}

// TestSSHKey shows the key by way of a provider that keeps what it is given.
func TestSSHKey(t *testing.T) {
	t.Parallel()
	const key = "ephemeral \"davit_ssh_key\" \"it\" {\n comment = \"ops\"\n}\n"
	echo := factories(drivers.Table{fake.New().Constructor()})
	echo["echo"] = echoprovider.NewProviderServer()
	at := func(name string) tfjsonpath.Path { return tfjsonpath.New("data").AtMapKey(name) }
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: echo, Steps: []resource.TestStep{{
		Config: key + "provider \"echo\" {\n data = ephemeral.davit_ssh_key.it\n}\nresource \"echo\" \"it\" {}\n",
		ConfigStateChecks: []statecheck.StateCheck{
			statecheck.ExpectKnownValue("echo.it", at("private_key"), knownvalue.StringFunc(func(pem string) error {
				_, err := ssh.ParsePrivateKey([]byte(pem))
				return err
			})),
			statecheck.ExpectKnownValue("echo.it", at("public_key"), knownvalue.StringRegexp(regexp.MustCompile(`^ssh-ed25519 \S+ ops$`))),
			statecheck.ExpectKnownValue("echo.it", at("fingerprint"), knownvalue.StringRegexp(regexp.MustCompile(`^SHA256:`))),
		},
	}}})
}
