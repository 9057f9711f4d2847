package openstack_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/openstack"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/stacksim"
)

func TestMicroversions(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		o    stacksim.Options
		ok   bool
	}{
		{"newer than the window", stacksim.Options{Compute: "2.103"}, true},
		{"inside", stacksim.Options{Compute: "2.79"}, true},
		{"the oldest", stacksim.Options{Compute: "2.52"}, true},
		{"too old", stacksim.Options{Compute: "2.51"}, false},
		{"too new", stacksim.Options{Compute: "2.103", MinCompute: "2.100"}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			tc.o.BuildTime = quick
			b := newBench(t, tc.o)
			s := spec("web")
			_, _, err := b.create(t.Context(), s)
			if tc.ok && err != nil {
				t.Fatal(err)
			}
			if !tc.ok && (!errors.Is(err, drivers.ErrUnsupported) || !strings.Contains(err.Error(), "2.52 to 2.93")) {
				t.Errorf("got %v", err)
			}
			if n := b.count("compute.version"); n > 2 {
				t.Errorf("asked %d times for the versions", n)
			}
		})
	}
}

// TestLogins reads credentials from each place; none in parallel, since the environment is one of them.
func TestLogins(t *testing.T) {
	cloud := stacksim.Start(t, stacksim.Options{})
	secure := t.TempDir()
	split(t, cloud.CloudsYAML(), secure)
	for _, tc := range []struct {
		name string
		env  []string
		o    openstack.Options
		kind error
		path string
	}{
		{name: "clouds.yaml", env: []string{"OS_CLIENT_CONFIG_FILE=" + cloud.CloudsYAML()}, o: openstack.Options{Cloud: "sim"}},
		{name: "secure.yaml", env: []string{"OS_CLIENT_CONFIG_FILE=" + filepath.Join(secure, "clouds.yaml")}, o: openstack.Options{Cloud: "sim"}},
		{name: "application credential", env: []string{"OS_CLIENT_CONFIG_FILE=" + cloud.CloudsYAML()}, o: openstack.Options{Cloud: "sim-app"}},
		{name: "OS_CLOUD", env: []string{"OS_CLIENT_CONFIG_FILE=" + cloud.CloudsYAML(), "OS_CLOUD=sim"}},
		{name: "openrc", env: cloud.Env()},
		{name: "wrong password", env: []string{"OS_CLIENT_CONFIG_FILE=" + cloud.CloudsYAML()}, o: openstack.Options{Cloud: "sim-bad"}, kind: drivers.ErrAuth},
		{name: "unknown cloud", env: []string{"OS_CLIENT_CONFIG_FILE=" + cloud.CloudsYAML()}, o: openstack.Options{Cloud: "none"}, path: "openstack.cloud"},
		{name: "unknown region", env: []string{"OS_CLIENT_CONFIG_FILE=" + cloud.CloudsYAML()}, o: openstack.Options{Cloud: "sim", Region: "mars"}, kind: drivers.ErrNotFound, path: "openstack.region"},
		{name: "nothing", path: "openstack.cloud"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, name := range []string{"OS_CLOUD", "OS_AUTH_URL", "OS_CLIENT_CONFIG_FILE", "OS_REGION_NAME"} {
				t.Setenv(name, "")
			}
			for _, pair := range tc.env {
				name, value, _ := strings.Cut(pair, "=")
				t.Setenv(name, value)
			}
			_, err := openstack.NewForTest(tc.o, "", 1).Find(t.Context(), "nobody")
			if tc.kind == nil && tc.path == "" && err != nil {
				t.Fatal(err)
			}
			if tc.kind != nil && !errors.Is(err, tc.kind) {
				t.Errorf("got %v, want kind %v", err, tc.kind)
			}
			if all := field.All(err); tc.path != "" && (len(all) != 1 || all[0].Path != tc.path) {
				t.Errorf("got %v, want a finding at %s", err, tc.path)
			}
		})
	}
}

// split puts the passwords of a clouds.yaml into a secure.yaml beside a copy of it.
func split(t *testing.T, from, dir string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	public := strings.ReplaceAll(string(text), "password: sim-password", "password: \"\"")
	if public == string(text) {
		t.Fatal("the clouds.yaml has no password to hide")
	}
	secret := "clouds: {sim: {auth: {password: sim-password}}}\n"
	for name, content := range map[string]string{"clouds.yaml": public, "secure.yaml": secret} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAServiceIsMissing(t *testing.T) {
	t.Parallel()
	b := newBench(t, stacksim.Options{Without: []string{"block-storage", "volumev3"}})
	s := spec("web")
	if _, err := b.Resolve(t.Context(), []drivers.Spec{s}); !errors.Is(err, drivers.ErrNotFound) || !strings.Contains(err.Error(), "block-storage") {
		t.Errorf("got %v", err)
	}
}
