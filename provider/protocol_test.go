package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/davit-io/davit/drivers"
)

// wire is a provider as Terraform talks to it, for what only later versions of Terraform can do.
type wire struct {
	t *testing.T
	tfprotov6.ProviderServer
	tfprotov6.ActionServer
	tfprotov6.ListResourceServer
	schemas *tfprotov6.GetProviderSchemaResponse
}

// wire configures a provider for the world's cloud.
func (w *world) wire() *wire {
	w.t.Helper()
	p := newPool(drivers.Table{w.cloud.Constructor()})
	p.limits = quick
	server := providerserver.NewProtocol6(&davit{version: "test", pool: p})()
	c := &wire{t: w.t, ProviderServer: server, ActionServer: server.(tfprotov6.ActionServer), ListResourceServer: server.(tfprotov6.ListResourceServer)}
	var err error
	if c.schemas, err = c.GetProviderSchema(w.t.Context(), &tfprotov6.GetProviderSchemaRequest{}); err != nil {
		w.t.Fatal(err)
	}
	config := c.object(c.schemas.Provider)
	config.set("deployment", "test")
	got, err := c.ConfigureProvider(w.t.Context(), &tfprotov6.ConfigureProviderRequest{Config: c.pack(config.value())})
	if err != nil || len(got.Diagnostics) > 0 {
		w.t.Fatalf("%v, %s", err, diagnosed(got.Diagnostics))
	}
	return c
}

// object is an object of a schema's type with nothing in it.
func (c *wire) object(s *tfprotov6.Schema) object {
	return objectOf(tftypes.NewValue(s.ValueType(), nil)).empty()
}

func (c *wire) pack(v tftypes.Value) *tfprotov6.DynamicValue {
	c.t.Helper()
	packed, err := tfprotov6.NewDynamicValue(v.Type(), v)
	if err != nil {
		c.t.Fatal(err)
	}
	return &packed
}

// diagnosed gives what diagnostics say, a line each.
func diagnosed(all []*tfprotov6.Diagnostic) string {
	var text strings.Builder
	for _, d := range all {
		text.WriteString(d.Summary + ": " + d.Detail + "\n")
	}
	return text.String()
}

// apply makes a davit_host and gives its state.
func (c *wire) apply(attributes map[string]any) object {
	c.t.Helper()
	kind := c.schemas.ResourceSchemas["davit_host"]
	none, config := c.pack(tftypes.NewValue(kind.ValueType(), nil)), c.object(kind)
	for name, v := range attributes {
		config.set(name, v)
	}
	plan, err := c.PlanResourceChange(c.t.Context(), &tfprotov6.PlanResourceChangeRequest{
		TypeName: "davit_host", PriorState: none, ProposedNewState: c.pack(config.value()), Config: c.pack(config.value()),
	})
	if err != nil || len(plan.Diagnostics) > 0 {
		c.t.Fatalf("plan: %v, %s", err, diagnosed(plan.Diagnostics))
	}
	made, err := c.ApplyResourceChange(c.t.Context(), &tfprotov6.ApplyResourceChangeRequest{
		TypeName: "davit_host", PriorState: none, PlannedState: plan.PlannedState, PlannedPrivate: plan.PlannedPrivate, Config: c.pack(config.value()),
	})
	if err != nil || len(made.Diagnostics) > 0 {
		c.t.Fatalf("apply: %v, %s", err, diagnosed(made.Diagnostics))
	}
	state, err := made.NewState.Unmarshal(kind.ValueType())
	if err != nil {
		c.t.Fatal(err)
	}
	return objectOf(state)
}
