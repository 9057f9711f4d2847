package stacksim_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/keypairs"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/limits"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"
	"github.com/gophercloud/gophercloud/v2/openstack/utils"
	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/internal/stacksim"
)

func TestServerCreateRefusals(t *testing.T) {
	t.Parallel()
	tag := func(s string) func(*servers.CreateOpts) { return func(o *servers.CreateOpts) { o.Tags = []string{s} } }
	for name, tc := range map[string]struct {
		micro  string
		change func(*servers.CreateOpts)
		status int
		text   string
	}{
		"tags too early":     {"2.51", tag("a"), 400, "Additional properties are not allowed ('tags' was unexpected)"},
		"hostname too early": {"2.89", func(o *servers.CreateOpts) { o.Hostname = "h" }, 400, "'hostname' was unexpected"},
		"outside the window": {"2.94", nil, 406, "Minimum is 2.1 and maximum is 2.93"},
		"slash in a tag":     {"2.90", tag("davit/owner"), 400, "does not match"},
		"long tag":           {"2.90", tag(strings.Repeat("x", 61)), 400, "too long"},
		"user-data":          {"2.90", func(o *servers.CreateOpts) { o.UserData = make([]byte, 49_200) }, 400, "user_data"},
		"image":              {"2.90", func(o *servers.CreateOpts) { o.ImageRef = "x" }, 400, "Can not find requested image"},
		"flavor":             {"2.90", func(o *servers.CreateOpts) { o.FlavorRef = "x" }, 400, "Flavor x could not be found"},
		"key":                {"2.90", nil, 400, "Invalid key_name provided"},
		"zone":               {"2.90", func(o *servers.CreateOpts) { o.AvailabilityZone = "moon" }, 400, "availability zone is not available"},
		"group":              {"2.90", func(o *servers.CreateOpts) { o.SecurityGroups = []string{"x"} }, 400, "Security group x not found"},
		"network":            {"2.90", func(o *servers.CreateOpts) { o.Networks = []servers.Network{{UUID: "x"}} }, 400, "Network x could not be found"},
		"no network":         {"2.90", func(o *servers.CreateOpts) { o.Networks = nil }, 400, "'networks' is a required property"},
		"ambiguous network":  {"2.90", func(o *servers.CreateOpts) { o.Networks = "auto" }, 409, "Multiple possible networks found"},
		"no boot disk": {"2.90", func(o *servers.CreateOpts) {
			o.BlockDevice = []servers.BlockDevice{{BootIndex: -1, UUID: "x", SourceType: "volume", DestinationType: "volume"}}
		}, 400, "Boot sequence"},
		"long metadata value": {"2.90", func(o *servers.CreateOpts) { o.Metadata = map[string]string{"a": strings.Repeat("x", 256)} }, 400, "too long"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := connect(t, stacksim.Options{})
			o := c.wish("web-1")
			if tc.change != nil {
				tc.change(&o)
			}
			c.compute.Microversion = tc.micro
			var opts servers.CreateOptsBuilder = o
			if name == "key" {
				opts = keypairs.CreateOptsExt{CreateOptsBuilder: o, KeyName: "nobody"}
			}
			c.refused(servers.Create(t.Context(), c.compute, opts, nil).Err, tc.status, tc.text)
			c.sees(len(c.cloud.Servers()), 0)
		})
	}
}

func TestMicroversionWindowIsAdvertised(t *testing.T) {
	t.Parallel()
	c := connect(t, stacksim.Options{Compute: "2.60", MinCompute: "2.5"})
	w, err := utils.GetSupportedMicroversions(t.Context(), c.compute)
	c.must(err)
	c.sees([]int{w.MinMinor, w.MaxMinor}, []int{5, 60})
}

func TestServerListPagesAndFilters(t *testing.T) {
	t.Parallel()
	c := connect(t, stacksim.Options{PageLimit: 2})
	for i := range 5 {
		o := c.wish(fmt.Sprintf("web-%d", i))
		o.Tags = []string{"davit", fmt.Sprintf("n%d", i%2)}
		c.create(o)
	}
	for filter, want := range map[servers.ListOpts][]string{
		{}:                         {"web-4", "web-3", "web-2", "web-1", "web-0"},
		{Tags: "davit,n1"}:         {"web-3", "web-1"},
		{TagsAny: "n1,n9"}:         {"web-3", "web-1"},
		{NotTags: "n1"}:            {"web-4", "web-2", "web-0"},
		{Tags: "other"}:            nil,
		{Name: "web-[12]"}:         {"web-2", "web-1"},
		{Tags: "davit", Limit: 1}:  {"web-4", "web-3", "web-2", "web-1", "web-0"},
		{Name: "^web$"}:            nil,
		{Status: "ERROR"}:          nil,
		{NotTagsAny: "n0,n1,n2,x"}: nil,
	} {
		pages, err := servers.List(c.compute, filter).AllPages(t.Context())
		c.must(err)
		all, err := servers.ExtractServers(pages)
		c.must(err)
		var got []string
		for _, s := range all {
			got = append(got, s.Name)
		}
		c.sees(got, want)
	}
}

func TestServerFault(t *testing.T) {
	t.Parallel()
	c := connect(t, stacksim.Options{ServerFault: func(stacksim.Server) string { return "No valid host was found." }})
	v := c.newVolume(1)
	o := c.wish("web-1")
	o.BlockDevice = []servers.BlockDevice{
		{UUID: o.ImageRef, SourceType: "image", DestinationType: "local"},
		{BootIndex: -1, UUID: v, SourceType: "volume", DestinationType: "volume"},
	}
	s := c.becomes(c.create(o).ID, "ERROR")
	c.sees(s.Fault.Message, "No valid host was found.")
	c.sees(c.cloud.Volumes()[0].Status, "reserved")
	c.must(servers.Delete(t.Context(), c.compute, s.ID).ExtractErr())
	c.vanishes(s.ID)
	c.sees(c.cloud.Volumes()[0].Status, "available")
}

func TestComputeQuota(t *testing.T) {
	t.Parallel()
	c := connect(t, stacksim.Options{Quota: stacksim.Quota{Instances: 1}})
	c.create(c.wish("web-1"))
	err := servers.Create(t.Context(), c.compute, c.wish("web-2"), nil).Err
	c.refused(err, 403, "Quota exceeded for instances: Requested 1, but already used 1 of 1 instances")
	l, err := limits.Get(t.Context(), c.compute, nil).Extract()
	c.must(err)
	c.sees([]int{l.Absolute.TotalInstancesUsed, l.Absolute.MaxTotalInstances, l.Absolute.TotalRAMUsed}, []int{1, 1, 2048})
}

func TestPower(t *testing.T) {
	t.Parallel()
	c := connect(t, stacksim.Options{BuildTime: 20 * time.Millisecond})
	id := c.create(c.wish("web-1")).ID
	c.becomes(id, "ACTIVE")
	c.must(servers.Stop(t.Context(), c.compute, id).ExtractErr())
	c.becomes(id, "SHUTOFF")
	c.refused(servers.Reboot(t.Context(), c.compute, id, servers.RebootOpts{Type: servers.SoftReboot}).ExtractErr(), 409, "vm_state stopped")
	c.must(servers.Start(t.Context(), c.compute, id).ExtractErr())
	c.becomes(id, "ACTIVE")
	c.must(servers.Reboot(t.Context(), c.compute, id, servers.RebootOpts{Type: servers.HardReboot}).ExtractErr())
	c.becomes(id, "ACTIVE")
	c.cloud.PowerOff(id)
	c.becomes(id, "SHUTOFF")
	c.cloud.Break(id, "gone wrong")
	c.sees(c.becomes(id, "ERROR").Fault.Message, "gone wrong")
	c.cloud.Remove(id)
	c.refused(servers.Get(t.Context(), c.compute, id).Err, 404, "could not be found")
}

// console reads the last lines of the server's console, all of them for 0.
func (c *client) console(id string, lines int) (string, error) {
	return servers.ShowConsoleOutput(c.Context(), c.compute, id, servers.ShowConsoleOutputOpts{Length: lines}).Extract()
}

func TestStillBuilding(t *testing.T) {
	t.Parallel()
	c := connect(t, stacksim.Options{BuildTime: time.Hour})
	id := c.create(c.wish("web-1")).ID
	c.sees(len(c.becomes(id, "BUILD").Addresses), 0)
	c.refused(servers.Stop(t.Context(), c.compute, id).ExtractErr(), 409, "Cannot 'stop' instance")
	_, err := c.console(id, 0)
	c.refused(err, 409, "is not ready")
}

func TestConsoleTellsTheHostKey(t *testing.T) {
	t.Parallel()
	const end = "-----END SSH HOST KEY KEYS-----"
	for boot, told := range map[time.Duration]bool{0: true, time.Hour: false} {
		c := connect(t, stacksim.Options{BootTime: boot})
		id := c.create(c.wish("web-1")).ID
		c.becomes(id, "ACTIVE")
		text, err := c.console(id, 0)
		c.must(err)
		key := c.cloud.HostKey(id).PublicKey()
		c.sees(contains(text, ssh.FingerprintSHA256(key)), told)
		c.sees(contains(text, strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))), told)
		c.sees(contains(text, end), told)
		c.cloud.SetConsole(id, "a\nb\nc\n")
		text, err = c.console(id, 2)
		c.must(err)
		c.sees(text, "c\n")
	}
}

func TestNoConsole(t *testing.T) {
	t.Parallel()
	c := connect(t, stacksim.Options{NoConsole: true})
	id := c.create(c.wish("web-1")).ID
	c.becomes(id, "ACTIVE")
	_, err := c.console(id, 0)
	c.refused(err, 501, "not implemented")
}

func TestAddressLag(t *testing.T) {
	t.Parallel()
	c := connect(t, stacksim.Options{AddressLag: time.Hour})
	id := c.create(c.wish("web-1")).ID
	c.becomes(id, "ACTIVE")
	c.float(c.portOf(id), "")
	c.sees(kinds(c.becomes(id, "ACTIVE"), "private"), []string{"fixed"})
}

func TestKeyPairs(t *testing.T) {
	t.Parallel()
	c := connect(t, stacksim.Options{})
	k, err := keypairs.Get(t.Context(), c.compute, "ops", nil).Extract()
	c.must(err)
	_, err = keypairs.Create(t.Context(), c.compute, keypairs.CreateOpts{Name: "ops", PublicKey: k.PublicKey}).Extract()
	c.refused(err, 409, "already exists")
	_, err = keypairs.Create(t.Context(), c.compute, keypairs.CreateOpts{Name: "new", PublicKey: k.PublicKey}).Extract()
	c.must(err)
	c.must(keypairs.Delete(t.Context(), c.compute, "ops", nil).ExtractErr())
	c.sees(len(c.cloud.KeyPairs()), 1)
	c.refused(keypairs.Get(t.Context(), c.compute, "ops", nil).Err, 404, "not found")
}

func TestBootFromVolume(t *testing.T) {
	t.Parallel()
	c := connect(t, stacksim.Options{})
	o := c.wish("web-1")
	o.ImageRef = ""
	o.BlockDevice = []servers.BlockDevice{{
		UUID: c.imageID("debian-12"), SourceType: "image", DestinationType: "volume", VolumeSize: 5, VolumeType: "fast", DeleteOnTermination: true,
	}}
	s := c.becomes(c.create(o).ID, "ACTIVE")
	v := c.cloud.Volumes()[0]
	c.sees([]any{v.Device, v.Type, v.SizeGiB, v.Status, v.ServerID}, []any{"/dev/vda", "fast", 5, "in-use", s.ID})
	c.must(servers.Delete(t.Context(), c.compute, s.ID).ExtractErr())
	c.vanishes(s.ID)
	c.sees(len(c.cloud.Volumes()), 0)
}
