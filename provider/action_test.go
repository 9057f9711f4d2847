package provider

import (
	"slices"
	"strings"
	"testing"

	tfaction "github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/davit-io/davit/drivers/fake"
)

func TestActionSchemas(t *testing.T) {
	t.Parallel()
	d := New("test", everyDriver()).(*davit)
	for _, make := range d.Actions(t.Context()) {
		var resp tfaction.SchemaResponse
		make().Schema(t.Context(), tfaction.SchemaRequest{}, &resp)
		if diags := resp.Schema.ValidateImplementation(t.Context()); diags.HasError() || resp.Schema.MarkdownDescription == "" {
			t.Error(diags)
		}
	}
}

// invoke validates, plans and invokes an action as Terraform does, and gives what it told on the way and in the end.
func (c *wire) invoke(name string, host tftypes.Value, more map[string]any) (progress []string, failed string) {
	c.t.Helper()
	config := c.object(c.schemas.ActionSchemas[name].Schema)
	for key, v := range more {
		config.set(key, v)
	}
	config.at["host"] = host
	packed := c.pack(config.value())
	valid, err := c.ValidateActionConfig(c.t.Context(), &tfprotov6.ValidateActionConfigRequest{ActionType: name, Config: packed})
	if err != nil || len(valid.Diagnostics) > 0 {
		return nil, diagnosed(valid.Diagnostics)
	}
	plan, err := c.PlanAction(c.t.Context(), &tfprotov6.PlanActionRequest{ActionType: name, Config: packed})
	if err != nil || len(plan.Diagnostics) > 0 {
		return nil, diagnosed(plan.Diagnostics)
	}
	stream, err := c.InvokeAction(c.t.Context(), &tfprotov6.InvokeActionRequest{ActionType: name, Config: packed})
	if err != nil {
		c.t.Fatal(err)
	}
	for event := range stream.Events {
		switch e := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			progress = append(progress, e.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			failed = diagnosed(e.Diagnostics)
		}
	}
	return progress, failed
}

func TestActions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.wire()
	state := c.apply(map[string]any{"name": "web-1", "image": "debian-12", "network": "private", "ssh_key": w.key})
	host := state.value()
	other := state.clone()
	other.set("ssh_key", nil)
	byID := tftypes.NewValue(tftypes.Object{AttributeTypes: map[string]tftypes.Type{"id": tftypes.String}}, map[string]tftypes.Value{"id": state.at["id"]})
	nobody := tftypes.NewValue(byID.Type(), map[string]tftypes.Value{"id": tftypes.NewValue(tftypes.String, "none")})
	for _, tc := range []struct {
		name, action string
		host         tftypes.Value
		more         map[string]any
		tells        string // among the progress
		fails        string // ""; it doesn't
	}{
		{"reboot", "davit_host_reboot", host, nil, "web-1: the engine answers", ""},
		{"reboot by force", "davit_host_reboot", host, map[string]any{"force": true, "timeout": "1m"}, "web-1: the engine answers", ""},
		{"reboot with a key", "davit_host_reboot", other.value(), map[string]any{"ssh_key": w.key}, "web-1: the engine answers", ""},
		{"reboot without a key", "davit_host_reboot", other.value(), nil, "web-1: there is no key to log in with, so its engine is not asked", ""},
		{"reboot by id", "davit_host_reboot", byID, nil, "web-1: restarting", ""},
		{"provision", "davit_host_provision", host, nil, "web-1: configuring the host", ""},
		{"provision without a key", "davit_host_provision", other.value(), nil, "", "name the file with its key as ssh_key"},
		{"provision by id", "davit_host_provision", byID, nil, "", "host web-1 is not complete"},
		{"no such host", "davit_host_reboot", nobody, nil, "", "The reboot of host : not found"},
		{"no host", "davit_host_reboot", str("web-1"), nil, "", "give all of a davit_host"},
		{"no time limit", "davit_host_reboot", host, map[string]any{"timeout": "long"}, "", "No time limit"},
		{"too little time", "davit_host_reboot", host, map[string]any{"timeout": "1ns"}, "", "time limit reached: it did not end within 1ns"},
		{"no key there", "davit_host_reboot", host, map[string]any{"ssh_key": "/none"}, "", "/none"},
	} {
		progress, failed := c.invoke(tc.action, tc.host, tc.more)
		switch {
		case tc.fails == "" && failed != "", !strings.Contains(failed, tc.fails):
			t.Errorf("%s: got %q, want %q", tc.name, failed, tc.fails)
		case tc.tells != "" && !slices.Contains(progress, tc.tells):
			t.Errorf("%s: nothing of %q in %q", tc.name, tc.tells, progress)
		}
	}
	if n := w.cloud.Calls(fake.OpPower); n == 0 {
		t.Error("nothing was restarted")
	}
}
