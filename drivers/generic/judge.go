package generic

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
)

// judge says why the machine can't become the host that is asked for, or what the user has to accept first.
func judge(s drivers.Spec, o *Options, f facts) error {
	if owner := f.owner(); owner != "" && owner != s.Owner {
		return field.Errorf("generic.address", "%w", taken(o, f.get("host"))).WithHint("release it first where it was taken over: davit rm %s", f.get("host"))
	}
	return errors.Join(system(s, f), engine(s, o, f), disks(s, o, f))
}

func taken(o *Options, host string) error {
	return &drivers.Error{
		Kind: drivers.ErrExists, Err: fmt.Errorf("%s is taken over already, for host %q", o.where(), host),
		Next: "release it first where it was taken over: davit rm " + host,
	}
}

// system wants a machine on which all that is to be done can be done.
func system(s drivers.Spec, f facts) error {
	var all []error
	bad := func(next, format string, args ...any) {
		all = append(all, field.Errorf("generic.address", "%w", &drivers.Error{Kind: drivers.ErrUnsupported, Err: fmt.Errorf(format, args...)}).WithHint("%s", next))
	}
	if !strings.HasPrefix(f.get("init"), "systemd") {
		bad("take a machine whose init is systemd", "its init is %s: davit needs systemd", f.get("init"))
	}
	missing := installs(s, f)
	switch family := f.family(); {
	case family == "" && len(missing) > 0:
		bad("install that yourself first; Debian and Ubuntu need nothing",
			"%s is not known to davit, which would have to install %s there", f.get("name"), strings.Join(missing, ", "))
	case family != "" && family != "debian" && len(missing) > 0:
		bad("install that yourself with "+f.get("packages")+" first",
			"%s is of the family %s, where davit can't install packages yet; missing: %s", f.get("name"), family, strings.Join(missing, ", "))
	}
	if lacks := needed(s, f); len(lacks) > 0 {
		bad("install what has these commands first", "it lacks %s", strings.Join(lacks, ", "))
	}
	return errors.Join(all...)
}

// installs lists the programs that davit would bring from packages.
func installs(s drivers.Spec, f facts) []string {
	var out []string
	if s.Engine != "" && f.get("engine") == "" {
		out = append(out, "dockerd")
	}
	if s.Engine != "" && f.get("client") == "" {
		out = append(out, "docker")
	}
	xfs := func(d drivers.Disk) bool { return d.Filesystem == "xfs" }
	if slices.ContainsFunc(s.Disks, xfs) && slices.Contains(f["lacks"], "mkfs.xfs") {
		out = append(out, "mkfs.xfs")
	}
	return out
}

// needed lists the programs that nothing brings.
func needed(s drivers.Spec, f facts) []string {
	return slices.DeleteFunc(slices.Clone(f["lacks"]), func(tool string) bool {
		disk := slices.Contains([]string{"blkid", "mkfs.ext4", "resize2fs", "wipefs"}, tool)
		return strings.Contains(tool, "xfs") || disk && len(s.Disks) == 0
	})
}

// engine wants nothing of the user's to be changed by an engine that davit sets up.
func engine(s drivers.Spec, o *Options, f facts) error {
	if s.Engine == "" || f.owner() == s.Owner {
		return nil
	}
	var all []error
	refuse := func(what, format string, args ...any) {
		if !o.accepts(what) {
			all = append(all, field.Errorf("generic.accept", format, args...).WithHint("accept it: --accept %s", what))
		}
	}
	if data := f.data(); data != "" {
		refuse(acceptEngineData, "its Docker holds %s, and would be configured anew and restarted; nothing of it is removed", data)
	}
	for _, driver := range f["storage"] {
		if driver != "overlay2" {
			refuse(acceptStorage, "its Docker keeps data with the storage driver %s, where davit takes overlay2; it stays as it is", driver)
		}
	}
	if f.get("engine") != "" && f.get("root") != "/var/lib/docker" {
		all = append(all, field.Errorf("generic.address", "its Docker keeps data in %s: davit looks after /var/lib/docker alone", f.get("root")).
			WithHint("take data-root out of /etc/docker/daemon.json first"))
	}
	keys, err := claimed(f.config())
	if err != nil {
		all = append(all, field.Errorf("generic.address", "its /etc/docker/daemon.json is malformed: %w", err).WithHint("mend or remove it first"))
	}
	if len(keys) > 0 {
		refuse(acceptConfig, "its /etc/docker/daemon.json sets %s, which davit sets itself; all else in it stays", strings.Join(keys, ", "))
	}
	if live(f.config()) && f.number("containers") > 0 && slices.ContainsFunc(s.Disks, func(d drivers.Disk) bool { return d.Mount == "" }) {
		all = append(all, field.Errorf("generic.address", "its Docker has live-restore: containers would go on writing to what is copied to the disk").
			WithHint("take live-restore out of /etc/docker/daemon.json and restart Docker first"))
	}
	return errors.Join(all...)
}

// live says whether containers outlive the stop of their engine.
func live(config []byte) bool {
	var own struct {
		Live bool `json:"live-restore"`
	}
	return json.Unmarshal(config, &own) == nil && own.Live
}

// claimed lists the keys of a daemon.json that davit would set to its own values.
func claimed(config []byte) ([]string, error) {
	if config == nil {
		return nil, nil
	}
	var own map[string]any
	if err := json.Unmarshal(config, &own); err != nil {
		return nil, err
	}
	ours := []string{"default-network-opts", "insecure-registries", "labels", "mtu", "registry-mirrors"}
	return slices.DeleteFunc(slices.Sorted(maps.Keys(own)), func(key string) bool { return !slices.Contains(ours, key) }), nil
}

// disks wants a disk of the machine for every one that is asked for.
func disks(s drivers.Spec, o *Options, f facts) error {
	if len(o.Devices) != len(s.Disks) {
		free := strings.Join(f["candidate"], ", ")
		return field.Errorf("generic.devices", "%d disks are asked for, and %d devices are named", len(s.Disks), len(o.Devices)).
			WithHint("name the machine's disks by stable links; it has: %s", orNone(free))
	}
	var all []error
	for i, d := range f.disks() {
		if i < len(s.Disks) {
			all = append(all, disk(i, s, o, f, d))
		}
	}
	return errors.Join(all...)
}

func disk(i int, s drivers.Spec, o *Options, f facts, d diskFacts) error {
	asked, at := s.Disks[i], fmt.Sprintf("generic.devices[%d]", i)
	kind, ours := d.filesystem()
	switch {
	case asked.Type != "":
		return field.Errorf(fmt.Sprintf("disks[%d].type", i), "a disk that is there already has no type: remove it")
	case d.absent:
		return field.Errorf(at, "%w", &drivers.Error{Kind: drivers.ErrNotFound, Err: fmt.Errorf("the machine has no disk %s", d.device)}).
			WithHint("it has: %s", orNone(strings.Join(f["candidate"], ", ")))
	case d.bytes < int64(asked.SizeGiB)<<30:
		return field.Errorf(at, "%s has %s, and disks[%d] asks for %d GiB", d.device, size(d.bytes), i, asked.SizeGiB)
	case f.owner() == s.Owner && kind == asked.Filesystem:
		return nil
	case len(d.places) > 0:
		return field.Errorf(at, "%s is in use at %s", d.device, strings.Join(d.places, ", ")).WithHint("unmount it first, and take its line out of /etc/fstab")
	case len(d.marks) == 0 && d.parts == 0:
		return mountable(i, s, f)
	case kind == "":
		return field.Errorf(at, "%s carries %s, and is left alone", d.device, d.carries()).WithHint("if nobody needs that: wipefs --all %s", d.device)
	case kind != asked.Filesystem:
		return field.Errorf(fmt.Sprintf("disks[%d].filesystem", i), "%s carries %s, not %s", d.device, kind, asked.Filesystem).WithHint("ask for %s", kind)
	case !ours && !o.accepts(acceptDiskData):
		return field.Errorf(at, "%s carries %s, and is left alone", d.device, d.carries()).
			WithHint("take it over with its data: --accept %s; or if nobody needs that: wipefs --all %s", acceptDiskData, d.device)
	}
	return mountable(i, s, f)
}

func (d diskFacts) carries() string {
	if d.parts > 0 {
		return fmt.Sprintf("%d partitions or volumes (%s)", d.parts, strings.Join(d.marks, ", "))
	}
	return strings.Join(d.marks, ", ")
}

// mountable wants the places of a disk to be free.
func mountable(i int, s drivers.Spec, f facts) error {
	if f.owner() == s.Owner {
		return nil
	}
	places := []string{s.Disks[i].Mount}
	if places[0] == "" {
		places = []string{"/var/lib/docker", "/var/lib/containerd"}
	}
	for _, place := range places {
		if slices.Contains(f["mount"], place) {
			return field.Errorf(fmt.Sprintf("disks[%d].mount", i), "something is mounted at %s already", place).WithHint("unmount it first, and take its line out of /etc/fstab")
		}
	}
	return nil
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}
