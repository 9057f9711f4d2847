package provider

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/davit-io/davit/drivers/builtin"
)

var update = flag.Bool("update", false, "write the generated documents")

// TestDocs holds the committed reference of the provider against what tfplugindocs makes of its schemas and of
// examples/. With -update it writes it.
func TestDocs(t *testing.T) {
	t.Parallel()
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	fresh, committed := filepath.Join(render(t, root), "docs"), filepath.Join(root, "docs")
	if *update {
		remove(t, committed)
		if err := os.CopyFS(committed, os.DirFS(fresh)); err != nil {
			t.Fatal(err)
		}
		return
	}
	for name, want := range pages(t, fresh) {
		if got, err := os.ReadFile(filepath.Join(committed, name)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("docs/%s is not up to date: make generate writes it", name)
		}
	}
	for name := range pages(t, committed) {
		if _, err := os.Stat(filepath.Join(fresh, name)); err != nil {
			t.Errorf("docs/%s is of no part of the provider any more: make generate removes it", name)
		}
	}
}

// managed are the parts of docs/ that are tfplugindocs', and nobody else's.
var managed = []string{"index.md", "resources", "data-sources", "functions", "ephemeral-resources", "actions", "list-resources"}

func remove(t *testing.T, docs string) {
	t.Helper()
	for _, part := range managed {
		if err := os.RemoveAll(filepath.Join(docs, part)); err != nil {
			t.Fatal(err)
		}
	}
}

// render runs tfplugindocs, as pinned in tools/, on copies, so that it can't take away what others have in docs/.
func render(t *testing.T, root string) string {
	t.Helper()
	dir := t.TempDir()
	for _, part := range []string{"examples", filepath.Join("provider", "docs")} {
		if err := os.CopyFS(filepath.Join(dir, part), os.DirFS(filepath.Join(root, part))); err != nil {
			t.Fatal(err)
		}
	}
	schema := filepath.Join(dir, "schema.json")
	if err := os.WriteFile(schema, schemaJSON(t, builtin.Table()), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "-C", filepath.Join(root, "tools"), "tool", "tfplugindocs", "generate",
		"--provider-dir", dir, "--provider-name", "davit", "--providers-schema", schema,
		"--website-source-dir", filepath.Join("provider", "docs"))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("tfplugindocs: %v\n%s", err, out)
	}
	return dir
}

// pages reads what tfplugindocs manages below a folder.
func pages(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, part := range managed {
		err := filepath.WalkDir(filepath.Join(dir, part), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			name, err := filepath.Rel(dir, path)
			if err != nil {
				return err
			}
			out[name], err = os.ReadFile(path)
			return err
		})
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	return out
}
