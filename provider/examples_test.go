package provider

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/go-version"
)

// built is the folder with the provider as users get it, built once.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "davit-provider-")
	if err != nil {
		return "", err
	}
	builtIn = dir
	out, err := exec.Command("go", "build", "-o", dir, "../cmd/terraform-provider-davit").CombinedOutput()
	if err != nil {
		err = fmt.Errorf("%w: %s", err, out)
	}
	return dir, err
})

var builtIn string // empty: nothing was built

func TestMain(m *testing.M) {
	code := m.Run()
	if builtIn != "" {
		_ = os.RemoveAll(builtIn)
	}
	os.Exit(code)
}

// binary builds the provider, and gives the environment in which terraform uses it without a registry.
func binary(t *testing.T) (env []string) {
	t.Helper()
	if _, err := exec.LookPath("terraform"); err != nil {
		t.Fatal(noTerraform)
	}
	dir, err := built()
	if err != nil {
		t.Fatal(err)
	}
	config := filepath.Join(t.TempDir(), "terraform.rc")
	text := fmt.Sprintf("provider_installation {\n  dev_overrides { %q = %q }\n  direct {}\n}\n", "davit-io/davit", dir)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return append(os.Environ(), "TF_CLI_CONFIG_FILE="+config, "CHECKPOINT_DISABLE=1")
}

func run(t *testing.T, dir string, env []string, name string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), name, args...)
	cmd.Dir, cmd.Env = dir, env
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%s %v in %s: %v\n%s", name, args, dir, err, out)
	}
}

// TestExamples has terraform read every configuration below examples/ with a provider that was really built.
func TestExamples(t *testing.T) {
	t.Parallel()
	env := binary(t)
	root := filepath.Join("..", "examples")
	run(t, root, env, "terraform", "fmt", "-no-color", "-check", "-diff", "-recursive")
	folders := map[string]bool{}
	for _, pattern := range []string{"*/*.tf", "*/*/*.tf", "*/*/*/*.tf"} {
		files, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			folders[filepath.Dir(file)] = true
		}
	}
	if len(folders) < 9 {
		t.Errorf("only %d examples", len(folders))
	}
	for dir := range folders {
		t.Run(filepath.ToSlash(dir), func(t *testing.T) {
			t.Parallel()
			if strings.Contains(dir, "actions") && !knowsActions(t, env) {
				t.Skip("this terraform is older than 1.14 and knows no actions; they are tested at the level of the protocol")
			}
			run(t, whole(t, root, dir), env, "terraform", "validate", "-no-color")
		})
	}
}

// knowsActions says whether the terraform on PATH is 1.14 or later.
func knowsActions(t *testing.T, env []string) bool {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "terraform", "version", "-json")
	cmd.Env = env
	out, err := cmd.Output()
	var is struct {
		Version string `json:"terraform_version"`
	}
	if err == nil {
		err = json.Unmarshal(out, &is)
	}
	v, err2 := version.NewVersion(is.Version)
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	return v.GreaterThanOrEqual(version.Must(version.NewVersion("1.14.0-alpha")))
}

// whole is a copy of an example, with the provider's own added where it is the example of a part.
func whole(t *testing.T, root, dir string) string {
	t.Helper()
	copied := t.TempDir()
	if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(dir, "stacks") || filepath.Base(dir) == "provider" {
		return copied
	}
	if err := os.CopyFS(copied, os.DirFS(filepath.Join(root, "provider"))); err != nil {
		t.Fatal(err)
	}
	return copied
}
