package provider

import (
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/davit-io/davit/drivers"
)

const noTerraform = "these tests run terraform 1.11 or later (or tofu under that name) from PATH, and there is none: README.md says where to get one"

// factories serves a provider with the drivers of a table to the terraform that a test runs.
func factories(table drivers.Table) map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"davit": providerserver.NewProtocol6WithError(New("test", table)),
	}
}

// terraform runs the steps with the terraform that is found on PATH.
func terraform(t *testing.T, table drivers.Table, steps ...resource.TestStep) {
	t.Helper()
	needsTerraform(t)
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: factories(table), Steps: steps})
}

func needsTerraform(t *testing.T) {
	t.Helper()
	if _, err := exec.LookPath("terraform"); err != nil {
		t.Fatal(noTerraform)
	}
}

// wrapped matches a text that terraform broke into lines of its own.
func wrapped(text string) *regexp.Regexp {
	return regexp.MustCompile(strings.ReplaceAll(regexp.QuoteMeta(text), " ", `\s+`))
}
