package lifecycle_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davit-io/davit/cloudinit"
	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/spec"
)

var update = flag.Bool("update", false, "write the golden files")

// key is a public key whose private half nobody has.
const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEXAMPLEEX davit"

func resolved(w *world, h *spec.Host) drivers.Resolved {
	return drivers.Resolved{
		Spec: h.DriverSpec("owner", false), LinkMTU: 1450, Image: w.cloud.Images[0],
		Choices: []drivers.Choice{{Path: "fake.size", Value: "small", Reason: "the smallest"}},
	}
}

func TestGoldenPlan(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for name, change := range map[string]func(*spec.Host){
		"plain": func(*spec.Host) {},
		"full": func(h *spec.Host) {
			h.User, h.HostKey, h.MTU = "admin", "injected", 1400
			h.UserData = "#cloud-config\ntimezone: Europe/Zurich\npackages: [htop]\n"
			h.Engine.Labels = map[string]string{"tier": "web"}
			h.Disks = append(h.Disks, spec.Disk{SizeGiB: 1, Filesystem: "xfs", Mount: "/srv/data"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := w.host("web-1", change)
			plan, err := lifecycle.NewPlan(h, resolved(w, h), lifecycle.Access{AuthorizedKey: key})
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name+".yaml", "# MTU: "+plan.MTU.String()+", user: "+plan.User+"\n"+withoutScripts(t, plan.Preview))
		})
	}
}

// withoutScripts leaves the text of the engine's scripts out, which has tests of its own.
func withoutScripts(t *testing.T, preview string) string {
	t.Helper()
	c, err := cloudinit.Parse([]byte(preview))
	if err != nil {
		t.Fatal(err)
	}
	for i, file := range c.WriteFiles {
		if strings.HasSuffix(file.Path, ".sh") {
			c.WriteFiles[i].Content = "(script)"
		}
	}
	for _, cmd := range c.BootCmd {
		for i, arg := range cmd.Args {
			if strings.Contains(arg, "\n") {
				cmd.Args[i] = "(script)"
			}
		}
	}
	text, err := cloudinit.Render(c, 0)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (go test -run TestGolden -update writes it anew):\n%s", file, diff)
	}
}

func TestPlanFindings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	h := w.host("web-1", func(h *spec.Host) {
		h.MTU, h.UserData = 9000, "no cloud-config"
	})
	r := resolved(w, h)
	r.Image.User = ""
	_, err := lifecycle.NewPlan(h, r, lifecycle.Access{AuthorizedKey: key})
	var paths []string
	for _, e := range field.All(err) {
		paths = append(paths, e.Path)
	}
	if !slices.Equal(paths, []string{"mtu", "user", "user_data"}) {
		t.Errorf("findings at %q: %v", paths, err)
	}
}

func TestPlanChoosesHowTheHostKeyBecomesKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, tc := range []struct {
		asked           string
		silent          bool
		access          lifecycle.Access
		injects, chosen bool
	}{
		{"auto", false, lifecycle.Access{}, false, false},
		{"auto", true, lifecycle.Access{}, true, true},
		{"auto", false, lifecycle.Access{NoChannel: true}, true, true},
		{"auto", false, lifecycle.Access{Reports: true}, false, false},
		{"auto", true, lifecycle.Access{Reports: true}, false, false},
		{"platform", true, lifecycle.Access{}, false, false},
		{"injected", false, lifecycle.Access{Reports: true}, true, false},
	} {
		h := w.host("web-1", hostKey(tc.asked))
		r := resolved(w, h)
		r.Image.NoHostKey = tc.silent
		tc.access.AuthorizedKey = key
		plan, err := lifecycle.NewPlan(h, r, tc.access)
		if err != nil {
			t.Fatal(err)
		}
		chosen := slices.ContainsFunc(plan.Choices, func(c drivers.Choice) bool { return c.Path == "host_key" && c.Reason != "" })
		if plan.Injects != tc.injects || chosen != tc.chosen || strings.Contains(plan.Preview, "ssh_keys") != tc.injects {
			t.Errorf("%+v: injects %t, told %t", tc, plan.Injects, chosen)
		}
	}
}

func TestPlatformWithoutChannelIsAFinding(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	h := w.host("web-1", hostKey("platform"))
	_, err := lifecycle.NewPlan(h, resolved(w, h), lifecycle.Access{AuthorizedKey: key, NoChannel: true})
	if e, ok := errors.AsType[*field.Error](err); !ok || e.Path != "host_key" || drivers.Hint(err) == "" {
		t.Errorf("got %v", err)
	}
}

func TestPlanDoesNotTouchWhatItIsGiven(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	h := w.host("web-1", hostKey("auto"))
	r := resolved(w, h)
	r.Image.NoHostKey = true
	r.Choices = append(make([]drivers.Choice, 0, 8), r.Choices...)
	if _, err := lifecycle.NewPlan(h, r, lifecycle.Access{AuthorizedKey: key}); err != nil {
		t.Fatal(err)
	}
	if len(r.Choices) != 1 || r.Choices[:2][1].Path != "" {
		t.Error("the plan wrote into the driver's choices")
	}
}

func TestUserDataThatIsTooLarge(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	noise := make([]byte, 80_000)
	state := uint32(1)
	for i := range noise { // does not compress
		state = state*1664525 + 1013904223
		noise[i] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-"[state>>26]
	}
	h := w.host("web-1", func(h *spec.Host) {
		h.UserData = "#cloud-config\nwrite_files:\n- path: /a\n  content: " + string(noise) + "\n"
	})
	_, err := lifecycle.NewPlan(h, resolved(w, h), lifecycle.Access{AuthorizedKey: key})
	if e, ok := errors.AsType[*field.Error](err); !ok || e.Path != "user_data" {
		t.Errorf("got %v", err)
	}
}
