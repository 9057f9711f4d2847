package openstack_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/openstack"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/stacksim"
)

func TestResolveDecides(t *testing.T) {
	t.Parallel()
	b := newBench(t, stacksim.Options{})
	b.RemoveNetwork("flat")
	s := spec("web")
	s.Network, s.CPUs, s.MemoryGiB = "", 2, 3
	r := b.resolve(t.Context(), s)[0]
	if r.LinkMTU != 1450 || r.Image.User != "debian" || r.Image.Distro != "debian" || r.Image.Architecture != "x86_64" {
		t.Errorf("%+v", r)
	}
	want := map[string]string{"openstack.flavor": "m1.medium", "network": "private", "openstack.security_groups": "default"}
	for _, c := range r.Choices {
		if want[c.Path] != c.Value || c.Reason == "" {
			t.Errorf("%+v, want %q", c, want[c.Path])
		}
		delete(want, c.Path)
	}
	if len(want) > 0 {
		t.Errorf("not told: %v", want)
	}
}

// TestFlavorOfAnImage has the smallest flavor grow with what the image needs.
func TestFlavorOfAnImage(t *testing.T) {
	t.Parallel()
	b := newBench(t, stacksim.Options{})
	b.AddImage("large-disk", 60, 0)
	b.AddImage("large-memory", 1, 3000)
	for image, want := range map[string]string{"debian-12": "m1.small", "large-disk": "m1.large", "large-memory": "m1.medium"} {
		s := spec("web")
		s.Image, s.CPUs, s.MemoryGiB = image, 0, 0
		if got := b.resolve(t.Context(), s)[0].Choices[0].Value; got != want {
			t.Errorf("%s gets %s, want %s", image, got, want)
		}
	}
}

func TestFindings(t *testing.T) {
	t.Parallel()
	b := newBench(t, stacksim.Options{Quota: stacksim.Quota{Instances: 2, Volumes: 2, FloatingIPs: 1}})
	b.AddImage("twice", 1, 0)
	id := b.AddImage("twice", 1, 0)
	for _, tc := range []struct {
		name  string
		spoil func(*drivers.Spec)
		path  string
		words string // of the finding or its hint
	}{
		{"nearest image", func(s *drivers.Spec) { s.Image = "debian-13" }, "image", "did you mean debian-12"},
		{"no image", func(s *drivers.Spec) { s.Image = "" }, "image", "no image is named"},
		{"two images", func(s *drivers.Spec) { s.Image = "twice" }, "image", id},
		{"an id of nothing", func(s *drivers.Spec) { s.Image = "11111111-2222-3333-4444-555555555555" }, "image", "no image"},
		{"which network", func(s *drivers.Spec) { s.Network = "" }, "network", "flat, private"},
		{"a flavor too small", func(s *drivers.Spec) { spoil(s).Flavor, s.MemoryGiB = "m1.tiny", 4 }, "openstack.flavor", "too small"},
		{"far from every flavor", func(s *drivers.Spec) { spoil(s).Flavor = "gpu" }, "openstack.flavor", "there are m1.large"},
		{"pool", func(s *drivers.Spec) { spoil(s).FloatingPool = "pubic" }, "openstack.floating_pool", "did you mean public"},
		{"size", func(s *drivers.Spec) { s.Disks[0].SizeGiB = 0 }, "disks[0].size_gib", "1 GiB at least"},
		{"empty group", func(s *drivers.Spec) { spoil(s).SecurityGroups = []string{" "} }, "openstack.security_groups[0]", "is empty"},
		{"owner", func(s *drivers.Spec) { s.Owner = "a,b" }, "", "no comma"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := spec("web")
			tc.spoil(&s)
			_, err := b.Resolve(t.Context(), []drivers.Spec{s})
			if !slices.ContainsFunc(field.All(err), func(e *field.Error) bool {
				return e.Path == tc.path && strings.Contains(e.Error()+" "+e.Hint(), tc.words)
			}) {
				t.Errorf("no finding with %q at %q in: %v", tc.words, tc.path, err)
			}
		})
	}
}

// TestFindingsOfMany has what concerns one host name it, what concerns all said once, and quotas held against the sum.
func TestFindingsOfMany(t *testing.T) {
	t.Parallel()
	b := newBench(t, stacksim.Options{Quota: stacksim.Quota{Instances: 2, FloatingIPs: 1}})
	specs := []drivers.Spec{spec("web-1"), spec("web-2"), spec("web-3")}
	specs[1].Network = "privat"
	for i := range specs {
		specs[i].Image = "debian-13"
	}
	_, err := b.Resolve(t.Context(), specs)
	all := field.All(err)
	count := func(path, words string) int {
		return len(slices.DeleteFunc(slices.Clone(all), func(e *field.Error) bool { return e.Path != path || !strings.Contains(e.Error(), words) }))
	}
	if count("image", "debian-13") != 1 || count("network", "(web-2)") != 1 {
		t.Errorf("%v", err)
	}
	if count("", "3 servers needed, but of a quota of 2") != 1 || count("openstack.floating_pool", "3 floating IPs needed") != 1 {
		t.Errorf("%v", err)
	}
	if !errors.Is(err, drivers.ErrQuota) || !errors.Is(err, drivers.ErrNotFound) {
		t.Errorf("%v has not both kinds", err)
	}
	if n := len(b.Calls()); n > 8 {
		t.Errorf("%d calls: %v", n, b.ops())
	}
}

func TestDiagnoseNamesTheCause(t *testing.T) {
	t.Parallel()
	b := newBench(t, stacksim.Options{BuildTime: quick})
	for _, tc := range []struct {
		name   string
		o      openstack.Options
		after  func(id string)
		port   int
		causes []string
	}{
		{"all well", openstack.Options{FloatingPool: "public"}, nil, 22, nil},
		{"closed", openstack.Options{FloatingPool: "public", SecurityGroups: []string{"closed"}}, nil, 22, []string{"(closed) lets TCP port 22 in"}},
		{"one port only", openstack.Options{FloatingPool: "public"}, nil, 2376, []string{"only from members of group"}},
		{"no floating IP", openstack.Options{}, nil, 22, []string{"no floating IP"}},
		{"off", openstack.Options{FloatingPool: "public"}, b.PowerOff, 22, []string{"SHUTOFF"}},
		{"broken", openstack.Options{FloatingPool: "public"}, func(id string) { b.Break(id, "Disk on fire.") }, 22, []string{"The server failed: Disk on fire."}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := spec("web")
			s.Options = &tc.o
			host, _, err := b.create(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			if tc.after != nil {
				tc.after(host.ID)
			}
			causes, err := b.Diagnose(t.Context(), host.ID, tc.port)
			if err != nil || len(causes) != len(tc.causes) {
				t.Fatalf("%q, %v", causes, err)
			}
			for i, want := range tc.causes {
				if !strings.Contains(causes[i], want) {
					t.Errorf("%q lacks %q", causes[i], want)
				}
			}
		})
	}
}

// TestServerCarriesEverything looks at the one request that makes a server.
func TestServerCarriesEverything(t *testing.T) {
	t.Parallel()
	b := newBench(t, stacksim.Options{BuildTime: quick})
	s := spec("web")
	s.Options = &openstack.Options{
		Flavor: "m1.medium", SecurityGroups: []string{"default", "closed"}, AvailabilityZone: "zone-b", KeyPair: "ops", ConfigDrive: true,
		Metadata: map[string]string{"team": "web"}, FloatingPool: "public", VolumeAvailabilityZone: "nova",
	}
	s.Disks[0].Type = "fast"
	b.mustCreate(s)
	got, disk := b.Servers()[0], b.Volumes()[0]
	if got.AvailabilityZone != "zone-b" || got.KeyName != "ops" || !got.ConfigDrive || got.Metadata["team"] != "web" || len(got.SecurityGroups) != 2 {
		t.Errorf("%+v", got)
	}
	if !slices.Contains(got.Tags, "davit.owner="+string(s.Owner)) || !slices.Contains(got.Tags, "davit") {
		t.Errorf("tags %q", got.Tags)
	}
	if string(got.UserData) != "#cloud-config\n{}\n" {
		t.Errorf("user-data %q", got.UserData)
	}
	if len(got.Volumes) == 0 || got.Volumes[0].DeleteOnTermination {
		t.Errorf("volumes %+v", got.Volumes)
	}
	if disk.Type != "fast" || disk.Metadata["davit.owner"] != string(s.Owner) || disk.AvailabilityZone != "nova" {
		t.Errorf("%+v", disk)
	}
}
