package cli

import (
	"bytes"
	"cmp"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"github.com/davit-io/davit/drivers/builtin"
	"github.com/davit-io/davit/drivers/fake"
	"github.com/davit-io/davit/internal/spec"
)

var update = flag.Bool("update", false, "write the generated documents")

// TestDocs holds the committed reference against what the options and commands say. With -update it writes it.
func TestDocs(t *testing.T) {
	t.Parallel()
	fresh := t.TempDir()
	if err := generate(fresh); err != nil {
		t.Fatal(err)
	}
	committed := filepath.Join("..", "..", "docs")
	err := filepath.WalkDir(fresh, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(fresh, path)
		if err != nil {
			return err
		}
		return compare(t, path, filepath.Join(committed, name))
	})
	if err != nil {
		t.Fatal(err)
	}
	known, err := filepath.Glob(filepath.Join(committed, "cli", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range known {
		if _, err := os.Stat(filepath.Join(fresh, "cli", filepath.Base(file))); err != nil {
			t.Errorf("%s is of no command any more: remove it", file)
		}
	}
}

func compare(t *testing.T, fresh, committed string) error {
	t.Helper()
	want, err := os.ReadFile(fresh)
	if err != nil {
		return err
	}
	if *update {
		if err := os.MkdirAll(filepath.Dir(committed), 0o755); err != nil {
			return err
		}
		return os.WriteFile(committed, want, 0o644)
	}
	if got, err := os.ReadFile(committed); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not up to date: make generate writes it", committed)
	}
	return nil
}

func generate(dir string) error {
	table := builtin.Table()
	schema, err := spec.JSONSchema(table)
	if err != nil {
		return err
	}
	if err := os.Mkdir(filepath.Join(dir, "cli"), 0o755); err != nil {
		return err
	}
	overview, err := driversDoc(append(table, fake.New().Constructor()))
	if err != nil {
		return err
	}
	for name, text := range map[string][]byte{"options.md": spec.Reference(table), "host.schema.json": schema, "drivers.md": overview} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return err
		}
	}
	root := appWith(table, nil).root()
	root.DisableAutoGenTag = true
	named(root)
	return doc.GenMarkdownTree(root, filepath.Join(dir, "cli"))
}

// named makes the help flags known before a command runs, as a run does.
func named(cmd *cobra.Command) {
	cmd.InitDefaultHelpFlag()
	for _, sub := range cmd.Commands() {
		named(sub)
	}
}

// TestExamples reads every example of a host and finds nothing wrong with it, nor does an editor with the schema.
func TestExamples(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("..", "..", "examples", "hosts", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples, %v", err)
	}
	schema := compiled(t)
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			h, err := spec.Decode(builtin.Table(), filepath.Base(file), text)
			if err == nil {
				h.Name = cmp.Or(h.Name, "web-1") // may be an argument
				err = h.Validate(builtin.Table())
			}
			if err == nil {
				err = schema.Validate(asAny(t, text))
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
}

func compiled(t *testing.T) *jsonschema.Schema {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join("..", "..", "docs", "host.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func asAny(t *testing.T, text []byte) any {
	t.Helper()
	data, err := yaml.YAMLToJSON(text)
	if err != nil {
		t.Fatal(err)
	}
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	return v
}
