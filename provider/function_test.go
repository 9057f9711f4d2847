package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/fake"
)

func TestFunctionDefinitions(t *testing.T) {
	t.Parallel()
	d := New("test", drivers.Table{}).(*davit)
	for _, make := range d.Functions(t.Context()) {
		f := make()
		var meta function.MetadataResponse
		f.Metadata(t.Context(), function.MetadataRequest{}, &meta)
		var def function.DefinitionResponse
		f.Definition(t.Context(), function.DefinitionRequest{}, &def)
		var valid function.DefinitionValidateResponse
		def.Definition.ValidateImplementation(t.Context(), function.DefinitionValidateRequest{FuncName: meta.Name}, &valid)
		if valid.Diagnostics.HasError() || def.Definition.Summary == "" || def.Definition.MarkdownDescription == "" {
			t.Errorf("%s: %v", meta.Name, valid.Diagnostics)
		}
	}
}

func TestFunctions(t *testing.T) {
	t.Parallel()
	result := func(expression string, want knownvalue.Check) resource.TestStep {
		return resource.TestStep{
			Config:            `output "it" { value = provider::davit::` + expression + ` }`,
			ConfigStateChecks: []statecheck.StateCheck{statecheck.ExpectKnownOutputValue("it", want)},
		}
	}
	refused := func(expression, text string) resource.TestStep {
		return resource.TestStep{
			Config:      `output "it" { value = provider::davit::` + expression + ` }`,
			ExpectError: wrapped(text),
		}
	}
	names := func(names ...string) knownvalue.Check {
		var checks []knownvalue.Check
		for _, name := range names {
			checks = append(checks, knownvalue.StringExact(name))
		}
		return knownvalue.ListExact(checks)
	}
	terraform(
		t, drivers.Table{fake.New().Constructor()},
		result(`mtu(1450, [])`, knownvalue.Int64Exact(1450)),
		result(`mtu(1450, ["swarm"])`, knownvalue.Int64Exact(1400)),
		result(`mtu(9000, ["cilium-tunnel", "cilium-wireguard"])`, knownvalue.Int64Exact(8855)),
		refused(`mtu(1450, ["swam"])`, `Invalid value for "stack" parameter: there is no encapsulation "swam": did you mean "swarm"`),
		refused(`mtu(10, [])`, `Invalid value for "link" parameter`),
		result(`host_names("web-{01..03}")`, names("web-01", "web-02", "web-03")),
		result(`host_names("web-{1..}", 2)`, names("web-1", "web-2")),
		refused(`host_names("web-{1..2}", 3)`, `stands for 2 names`),
		refused(`host_names("web-{1..}", 1, 2)`, `takes one number of names at most`),
		refused(`host_names("web-{a}")`, `a range of names is written`),
		result(`cloudinit_merge("#cloud-config\npackages: [curl]\n", "#cloud-config\npackages: [jq]\ntimezone: UTC\n")`,
			knownvalue.StringExact("#cloud-config\ntimezone: UTC\npackages:\n- curl\n- jq\n")),
		result(`cloudinit_merge()`, knownvalue.StringExact("#cloud-config\n{}\n")),
		refused(`cloudinit_merge("#cloud-config\n{}\n", "#cloud-config\nhostname: a_b\n")`, `[1].hostname: "a_b" is no host name`),
	)
}
