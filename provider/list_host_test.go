package provider

import (
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/fake"
	"github.com/davit-io/davit/internal/lifecycle"
)

func TestListResourceSchemas(t *testing.T) {
	t.Parallel()
	d := New("test", everyDriver()).(*davit)
	for _, make := range d.ListResources(t.Context()) {
		var resp list.ListResourceSchemaResponse
		make().ListResourceConfigSchema(t.Context(), list.ListResourceSchemaRequest{}, &resp)
		if diags := resp.Schema.ValidateImplementation(t.Context()); diags.HasError() || resp.Schema.MarkdownDescription == "" {
			t.Error(diags)
		}
	}
}

// list gives what a list of davit_host shows, as Terraform asks for it.
func (c *wire) list(whole bool, limit int64, config map[string]any) (results []tfprotov6.ListResourceResult, failed string) {
	c.t.Helper()
	all := c.object(c.schemas.ListResourceSchemas["davit_host"])
	for key, v := range config {
		all.set(key, v)
	}
	stream, err := c.ListResource(c.t.Context(), &tfprotov6.ListResourceRequest{
		TypeName: "davit_host", Config: c.pack(all.value()), IncludeResource: whole, Limit: limit,
	})
	if err != nil {
		c.t.Fatal(err)
	}
	for r := range stream.Results {
		if failed += diagnosed(r.Diagnostics); r.Identity != nil {
			results = append(results, r)
		}
	}
	return results, failed
}

func TestListOfHosts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.wire()
	made := c.apply(map[string]any{"name": "web-1", "image": "debian-12", "network": "private", "ssh_key": w.key})
	w.cloud.Plant(drivers.KindServer, "shop-1", lifecycle.OwnerOf("shop", "shop-1"))
	w.cloud.Plant(drivers.KindServer, "stranger", "")
	for _, tc := range []struct {
		config map[string]any
		limit  int64
		names  string
		fails  string
	}{
		{nil, 0, "shop-1 web-1", ""},
		{nil, 1, "shop-1", ""},
		{map[string]any{"deployment": "test"}, 0, "web-1", ""},
		{map[string]any{"owner": made.text("owner")}, 0, "web-1", ""},
		{map[string]any{"name_regex": "^shop"}, 0, "shop-1", ""},
		{map[string]any{"tags": map[string]string{"team": "blue"}}, 0, "", ""},
		{map[string]any{"name_regex": "("}, 0, "", "No regular expression"},
		{map[string]any{"driver": "nowhere"}, 0, "", "nowhere"},
	} {
		got, failed := c.list(false, tc.limit, tc.config)
		var names []string
		for _, r := range got {
			names = append(names, r.DisplayName)
		}
		if strings.Join(names, " ") != tc.names || (failed != "") != (tc.fails != "") || !strings.Contains(failed, tc.fails) {
			t.Errorf("%v: got %q, %q, want %q, %q", tc.config, names, failed, tc.names, tc.fails)
		}
	}
	calls := w.cloud.Calls(fake.OpFind)
	got, failed := c.list(true, 0, map[string]any{"owner": made.text("owner")})
	if failed != "" || len(got) != 1 || w.cloud.Calls(fake.OpFind) != calls+1 {
		t.Fatalf("got %+v, %s, with %d lists", got, failed, w.cloud.Calls(fake.OpFind)-calls)
	}
	c.shows(got[0], made)
}

// shows compares what a list tells of a host with the state of the one that was made.
func (c *wire) shows(r tfprotov6.ListResourceResult, made object) {
	c.t.Helper()
	state, err := r.Resource.Unmarshal(c.schemas.ResourceSchemas["davit_host"].ValueType())
	if err != nil {
		c.t.Fatal(err)
	}
	for _, name := range []string{"id", "name", "driver", "owner", "phase", "state", "address", "resources"} {
		if !objectOf(state).same(name, made) {
			c.t.Errorf("%s: listed %v, made %v", name, objectOf(state).at[name], made.at[name])
		}
	}
	identities, err := c.GetResourceIdentitySchemas(c.t.Context(), &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		c.t.Fatal(err)
	}
	identity, err := r.Identity.IdentityData.Unmarshal(identities.IdentitySchemas["davit_host"].ValueType())
	if err != nil || objectOf(identity).text("id") != made.text("id") || objectOf(identity).text("driver") != "fake" {
		c.t.Errorf("identity %v, %v", identity, err)
	}
}
