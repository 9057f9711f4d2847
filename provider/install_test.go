package provider

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

// TestInstall installs the provider as README.md says and uses it, with no registry to be asked.
func TestInstall(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("terraform"); err != nil {
		t.Fatal(noTerraform)
	}
	dir := t.TempDir()
	plugins := filepath.Join(dir, "plugins")
	run(t, "..", append(os.Environ(), "GOBIN="+filepath.Join(dir, "bin")), "make", "install", "PLUGINS="+plugins)
	if _, err := os.Stat(filepath.Join(dir, "bin", "davit")); err != nil {
		t.Error(err)
	}
	config := filepath.Join(dir, "terraform.rc")
	text := fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", plugins)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	env := append(os.Environ(), "TF_CLI_CONFIG_FILE="+config, "CHECKPOINT_DISABLE=1")
	example := whole(t, filepath.Join("..", "examples"), filepath.Join("..", "examples", "provider"))
	run(t, example, env, "terraform", "init", "-no-color")
	run(t, example, env, "terraform", "validate", "-no-color")
}

// TestManifest tells registries the protocol that the provider speaks.
func TestManifest(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join("..", "terraform-registry-manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Version  int
		Metadata struct {
			Protocols []string `json:"protocol_versions"`
		}
	}
	if err := json.Unmarshal(text, &manifest); err != nil || manifest.Version != 1 || !slices.Equal(manifest.Metadata.Protocols, []string{"6.0"}) {
		t.Errorf("%+v, %v", manifest, err)
	}
}
