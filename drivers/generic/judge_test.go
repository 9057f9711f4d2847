package generic_test

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/generic"
	"github.com/davit-io/davit/internal/field"
)

const link = "/dev/disk/by-id/virtio-data"

// inspected is what a bare Debian says of itself; change replaces lines, or adds one, or takes one away ("NAME\t").
func inspected(change ...string) string {
	lines := []string{
		"system\tdebian", "release\t12", "name\tDebian GNU/Linux 12 (bookworm)", "architecture\tx86_64", "init\tsystemd 252",
		"packages\tapt-get", "cgroups\t2", "link\teth0 1450", "free\t8589934592", "ports\t22", "mount\t/", "root\t/var/lib/docker",
		"containers\t0", "images\t0", "volumes\t0", "candidate\t" + link, "disk\t" + link + " 2147483648 0 blank:",
	}
	for _, c := range change {
		name, value, _ := strings.Cut(c, "\t")
		i := slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, name+"\t") })
		switch {
		case i < 0:
			lines = append(lines, c)
		case value == "":
			lines = slices.Delete(lines, i, i+1)
		default:
			lines[i] = c
		}
	}
	return strings.Join(lines, "\n") + "\n"
}

func config(text string) string {
	return "config\t" + base64.StdEncoding.EncodeToString([]byte(text))
}

func withDisk(o *generic.Options, disks ...drivers.Disk) drivers.Spec {
	o.Address, o.Devices = "192.0.2.10", []string{link}
	if disks == nil {
		disks = []drivers.Disk{{SizeGiB: 2, Filesystem: "ext4"}}
	}
	return drivers.Spec{Name: "web-1", Owner: "me", Engine: "docker", Disks: disks, Options: o}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	accept := func(what ...string) *generic.Options { return &generic.Options{Accept: what} }
	disk := func(marks string) string { return "disk\t" + link + " 2147483648 0 " + marks }
	for _, tc := range []struct {
		name   string
		s      drivers.Spec
		facts  string
		path   string // "": it is fine
		words  string // in the finding and its hint
		refuse error
	}{
		{"bare Debian", withDisk(accept()), inspected(), "", "", nil},
		{"Ubuntu", withDisk(accept()), inspected("system\tubuntu debian"), "", "", nil},
		{"another owner", withDisk(accept()), inspected("owner\tyou", "host\tdb-1"), "generic.address", `for host "db-1" davit rm db-1`, drivers.ErrExists},
		{"my own", withDisk(accept()), inspected("owner\tme", "engine\t20.10.24", "client\tyes", "images\t3", config(`{"mtu": 1450}`), disk("ext4:davit-engine, /var/lib/davit/data /var/lib/docker"), "mount\t/var/lib/docker"), "", "", nil},
		{"my own, with a disk that I took over", withDisk(accept("disk_data")), inspected("owner\tme", disk("ext4:mine, /var/lib/davit/data /var/lib/docker"), "mount\t/var/lib/docker"), "", "", nil},
		{"no systemd", withDisk(accept()), inspected("init\tsysvinit"), "generic.address", "its init is sysvinit: davit needs systemd", drivers.ErrUnsupported},
		{"a tool lacks", withDisk(accept()), inspected("lacks\twipefs"), "generic.address", "it lacks wipefs", drivers.ErrUnsupported},
		{"a tool for disks lacks, and there are none", drivers.Spec{Options: &generic.Options{}}, inspected("lacks\twipefs", "disk\t"), "", "", nil},
		{"RHEL", withDisk(accept()), inspected("system\trocky rhel centos fedora", "name\tRocky Linux 9", "packages\tdnf"), "generic.address", "family rhel, where davit can't install packages yet; missing: dockerd, docker with dnf", drivers.ErrUnsupported},
		{"SUSE", withDisk(accept()), inspected("system\topensuse-leap suse opensuse", "packages\tzypper"), "generic.address", "family suse", drivers.ErrUnsupported},
		{"RHEL with Docker", withDisk(accept()), inspected("system\trhel fedora", "engine\t27.1.1", "client\tyes"), "", "", nil},
		{"unknown", withDisk(accept()), inspected("system\tgentoo", "name\tGentoo"), "generic.address", "Gentoo is not known to davit, which would have to install dockerd, docker there", drivers.ErrUnsupported},
		{"engine with data", withDisk(accept()), inspected("engine\t20.10.24", "client\tyes", "containers\t2", "images\t3"), "generic.accept", "2 containers, 3 images --accept engine_data", nil},
		{"engine with data, accepted", withDisk(accept("engine_data")), inspected("engine\t20.10.24", "client\tyes", "containers\t2"), "", "", nil},
		{"data without an engine", withDisk(accept()), inspected("volumes\t1"), "generic.accept", "1 volumes", nil},
		{"another storage driver", withDisk(accept("engine_data")), inspected("engine\t20.10.24", "client\tyes", "storage\tdevicemapper"), "generic.accept", "devicemapper, where davit takes overlay2 --accept storage_driver", nil},
		{"data elsewhere", withDisk(accept("engine_data")), inspected("engine\t20.10.24", "client\tyes", "root\t/srv/docker"), "generic.address", "keeps data in /srv/docker", nil},
		{"settings", withDisk(accept()), inspected("engine\t20.10.24", "client\tyes", config(`{"mtu": 1400, "labels": [], "dns": []}`)), "generic.accept", "sets labels, mtu, which davit sets itself --accept daemon_json", nil},
		{"settings, accepted", withDisk(accept("daemon_json")), inspected(config(`{"mtu": 1400}`)), "", "", nil},
		{"settings that davit leaves alone", withDisk(accept()), inspected(config(`{"dns": [], "log-driver": "journald"}`)), "", "", nil},
		{"malformed settings", withDisk(accept()), inspected(config(`{`)), "generic.address", "daemon.json is malformed", nil},
		{"containers that outlive their engine", withDisk(accept("engine_data")), inspected("engine\t20.10.24", "client\tyes", "containers\t2", config(`{"live-restore": true}`)), "generic.address", "live-restore: containers would go on writing take live-restore out", nil},
		{"they may without a disk for the engine", withDisk(accept("engine_data"), drivers.Disk{SizeGiB: 2, Filesystem: "ext4", Mount: "/srv/data"}), inspected("engine\t20.10.24", "client\tyes", "containers\t2", config(`{"live-restore": true}`)), "", "", nil},
		{"no engine asked", drivers.Spec{Options: &generic.Options{}}, inspected("images\t3", "system\tgentoo", config("{"), "disk\t"), "", "", nil},
		{"no device", drivers.Spec{Disks: []drivers.Disk{{SizeGiB: 1}}, Options: &generic.Options{}}, inspected(), "generic.devices", "1 disks are asked for, and 0 devices are named it has: " + link, nil},
		{"missing", withDisk(accept()), inspected("disk\t" + link + " 0 0 missing:"), "generic.devices[0]", "no disk " + link, drivers.ErrNotFound},
		{"small", withDisk(accept(), drivers.Disk{SizeGiB: 3, Filesystem: "ext4"}), inspected(), "generic.devices[0]", "has 2.0 GiB, and disks[0] asks for 3 GiB", nil},
		{"type", withDisk(accept(), drivers.Disk{SizeGiB: 1, Type: "fast"}), inspected(), "disks[0].type", "has no type", nil},
		{"in use", withDisk(accept("disk_data")), inspected(disk("ext4:, /srv")), "generic.devices[0]", "is in use at /srv", nil},
		{"ext4 with data", withDisk(accept()), inspected(disk("ext4:mine,")), "generic.devices[0]", "carries ext4:mine --accept disk_data wipefs --all " + link, nil},
		{"ext4 with data, accepted", withDisk(accept("disk_data")), inspected(disk("ext4:mine,")), "", "", nil},
		{"xfs where ext4 is asked for", withDisk(accept("disk_data")), inspected(disk("xfs:,")), "disks[0].filesystem", "carries xfs, not ext4 ask for xfs", nil},
		{"of an earlier host", withDisk(accept()), inspected(disk("ext4:davit-engine,")), "", "", nil},
		{"LVM, whatever is accepted", withDisk(accept("disk_data")), inspected(disk("LVM2_member:,")), "generic.devices[0]", "LVM2_member wipefs", nil},
		{"partitions", withDisk(accept("disk_data")), inspected("disk\t" + link + " 2147483648 2 gpt:,PMBR:,"), "generic.devices[0]", "2 partitions or volumes", nil},
		{"two signatures", withDisk(accept("disk_data")), inspected(disk("ext4:,dos:,")), "generic.devices[0]", "ext4:, dos:", nil},
		{"place taken", withDisk(accept()), inspected("mount\t/var/lib/docker"), "disks[0].mount", "something is mounted at /var/lib/docker already", nil},
		{"another place taken", withDisk(accept(), drivers.Disk{SizeGiB: 1, Filesystem: "ext4", Mount: "/srv/data"}), inspected("mount\t/srv/data"), "disks[0].mount", "/srv/data already", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := generic.JudgeForTest(tc.s, tc.facts)
			if tc.path == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil {
				t.Fatal("it is accepted")
			}
			f := field.All(err)[0]
			text := f.Error() + " " + f.Hint()
			for word := range strings.FieldsSeq(tc.words) {
				if !strings.Contains(text, word) {
					t.Errorf("%q is not in %q", word, text)
				}
			}
			if f.Path != tc.path || tc.refuse != nil && !errors.Is(err, tc.refuse) || f.Hint() == "" && tc.path != "generic.address" && !strings.HasPrefix(tc.path, "disks") && tc.name != "small" {
				t.Errorf("path %q, hint %q, %v", f.Path, f.Hint(), err)
			}
		})
	}
}

func TestPlan(t *testing.T) {
	t.Parallel()
	s := withDisk(&generic.Options{Accept: []string{"disk_data", "engine_data"}})
	r, err := generic.JudgeForTest(s, inspected("engine\t20.10.24", "client\tyes", "storage\toverlay2", "images\t3", "disk\t"+link+" 2147483648 0 ext4:mine,", config(`{"dns": []}`)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{
		"Debian GNU/Linux 12 (bookworm) on x86_64, systemd 252, cgroups version 2",
		"Docker 20.10.24, storage driver overlay2, with 3 images",
		"8.0 GiB free below /var/lib; packages by apt-get",
		"default route by eth0, which carries 1450 bytes; TCP ports in use: 22",
		"disk " + link + ": 2.0 GiB, carries ext4:mine",
	}, r.Found); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{
		"machine 192.0.2.10:22 taken over: every change is noted there first, and davit rm takes it back",
		"the data of " + link + ", taken over, for the engine's data",
		"the configuration of Docker 20.10.24, which is there already, and its restart",
	}, r.Makes); diff != "" {
		t.Error(diff)
	}
	if !r.Existing || r.LinkMTU != 1450 || string(r.EngineConfig) != `{"dns": []}` || r.Image.User != "root" {
		t.Errorf("got %+v", r)
	}
	if diff := cmp.Diff([]drivers.DiskIdentity{{Path: link, Filesystem: "ext4"}}, r.Disks); diff != "" {
		t.Error(diff)
	}
}
