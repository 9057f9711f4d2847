package provider

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/davit-io/davit/drivers"
)

type dict = map[string]any

// schemaJSON is what terraform providers schema -json prints of this provider, with the list resources and actions that
// only later versions of terraform know.
func schemaJSON(t *testing.T, table drivers.Table) []byte {
	t.Helper()
	server := providerserver.NewProtocol6(New("docs", table))()
	got, err := server.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil || len(got.Diagnostics) > 0 {
		t.Fatalf("%v, %+v", err, got.Diagnostics)
	}
	functions := dict{}
	for name, f := range got.Functions {
		functions[name] = functionOf(f)
	}
	actions := dict{}
	for name, a := range got.ActionSchemas {
		actions[name] = dict{"block": blockOf(a.Schema.Block)}
	}
	text, err := json.Marshal(dict{
		"format_version": "1.0",
		"provider_schemas": dict{"davit": dict{
			"provider": schemaOf(got.Provider), "functions": functions, "action_schemas": actions,
			"resource_schemas": schemasOf(got.ResourceSchemas), "data_source_schemas": schemasOf(got.DataSourceSchemas),
			"ephemeral_resource_schemas": schemasOf(got.EphemeralResourceSchemas), "list_resource_schemas": schemasOf(got.ListResourceSchemas),
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func schemasOf(all map[string]*tfprotov6.Schema) dict {
	out := dict{}
	for name, s := range all {
		out[name] = schemaOf(s)
	}
	return out
}

func schemaOf(s *tfprotov6.Schema) dict {
	return dict{"version": s.Version, "block": blockOf(s.Block)}
}

func blockOf(b *tfprotov6.SchemaBlock) dict {
	blocks := dict{}
	for _, nested := range b.BlockTypes {
		blocks[nested.TypeName] = dict{
			"nesting_mode": strings.ToLower(nested.Nesting.String()), "block": blockOf(nested.Block),
			"min_items": nested.MinItems, "max_items": nested.MaxItems,
		}
	}
	return dict{
		"attributes": attributesOf(b.Attributes), "block_types": blocks,
		"description": b.Description, "description_kind": kindOf(b.DescriptionKind), "deprecated": b.Deprecated,
	}
}

func attributesOf(all []*tfprotov6.SchemaAttribute) dict {
	out := dict{}
	for _, a := range all {
		attribute := dict{
			"description": a.Description, "description_kind": kindOf(a.DescriptionKind), "deprecated": a.Deprecated,
			"required": a.Required, "optional": a.Optional, "computed": a.Computed, "sensitive": a.Sensitive, "write_only": a.WriteOnly,
		}
		if a.NestedType != nil {
			attribute["nested_type"] = dict{
				"attributes": attributesOf(a.NestedType.Attributes), "nesting_mode": strings.ToLower(a.NestedType.Nesting.String()),
			}
		} else {
			attribute["type"] = a.Type
		}
		out[a.Name] = attribute
	}
	return out
}

func functionOf(f *tfprotov6.Function) dict {
	out := dict{"summary": f.Summary, "description": f.Description, "return_type": f.Return.Type}
	parameters := []dict{}
	for _, p := range f.Parameters {
		parameters = append(parameters, parameterOf(p))
	}
	out["parameters"] = parameters
	if f.VariadicParameter != nil {
		out["variadic_parameter"] = parameterOf(f.VariadicParameter)
	}
	return out
}

func parameterOf(p *tfprotov6.FunctionParameter) dict {
	return dict{"name": p.Name, "description": p.Description, "is_nullable": p.AllowNullValue, "type": p.Type}
}

func kindOf(k tfprotov6.StringKind) string {
	if k == tfprotov6.StringKindMarkdown {
		return "markdown"
	}
	return "plain"
}
