package cloudinit

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/davit-io/davit/internal/field"
)

// Why a key of a document can't be applied to a machine that runs already.
const (
	renames    = "a machine that is in use keeps its name"
	hostKeys   = "the SSH server of a machine that is in use keeps its keys"
	sshServer  = "the SSH server of a machine that is in use keeps its settings"
	partitions = "disks of a machine that is in use are not partitioned, formatted or grown"
	noUndo     = "it can't be taken back"
	unknownKey = "it is for the first boot, or davit doesn't know how to take it back"
)

// unfit reports every key that Script can't apply, with its path.
func (c Config) unfit() error {
	var all []error
	bad := func(path, why string) {
		all = append(all, field.Errorf(path, "can't be applied to a machine that runs already: %s", why))
	}
	reasons := map[string]string{
		"hostname": renames, "fqdn": renames, "preserve_hostname": renames, "manage_etc_hosts": renames,
		"ssh_keys": hostKeys, "ssh_deletekeys": hostKeys, "ssh_genkeytypes": hostKeys, "ssh": hostKeys,
		"disable_root": sshServer, "ssh_pwauth": sshServer, "locale": noUndo,
		"growpart": partitions, "resize_rootfs": partitions, "disk_setup": partitions, "fs_setup": partitions,
		"ssh_authorized_keys": "it has no user of its own: name the user in users",
	}
	for _, s := range c.slots() {
		if why, ok := reasons[s.key]; ok && !s.empty() {
			bad(s.key, why)
		}
	}
	if c.PackageUpgrade != nil && *c.PackageUpgrade {
		bad("package_upgrade", noUndo)
	}
	if c.PackageReboot != nil && *c.PackageReboot {
		bad("package_reboot_if_required", "it would be restarted")
	}
	for key := range c.Extra {
		if key != "groups" && key != "final_message" {
			bad(key, unknownKey)
		}
	}
	slices.SortFunc(all, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(errors.Join(all...), c.unfitApt(), c.unfitFiles(), c.unfitUsers(), c.unfitMounts())
}

func (c Config) unfitApt() error {
	var all []error
	for _, key := range slices.Sorted(maps.Keys(c.Apt)) {
		_, text := c.Apt[key].(string)
		if known := key == "conf" && text || key == "preserve_sources_list" && c.Apt[key] == true; !known {
			all = append(all, field.Errorf("apt."+key, "can't be applied to a machine that runs already: write its files with write_files"))
		}
	}
	return errors.Join(all...)
}

func (c Config) unfitFiles() error {
	var all []error
	for i, f := range c.WriteFiles {
		at := fmt.Sprintf("write_files[%d]", i)
		if f.Source != nil {
			all = append(all, field.Errorf(at+".source", "nothing is fetched for a machine that runs already: give the content"))
		}
		if strings.ContainsAny(f.Path, "\n\r") {
			all = append(all, field.Errorf(at+".path", "%q has a line's end", f.Path))
		}
	}
	return errors.Join(all...)
}

// unfitUsers knows what useradd can't do, and what is a secret that a script would show.
func (c Config) unfitUsers() error {
	var all []error
	for i, u := range c.Users {
		at := fmt.Sprintf("users[%d].", i)
		for _, f := range []struct {
			key   string
			value any
		}{
			{"doas", u.Doas},
			{"plain_text_passwd", u.PlainTextPasswd},
			{"ssh_import_id", u.SSHImportID},
			{"ssh_redirect_user", u.SSHRedirectUser},
			{"selinux_user", u.SELinuxUser},
			{"snapuser", u.SnapUser},
		} {
			if !reflect.ValueOf(f.value).IsZero() {
				all = append(all, field.Errorf(at+f.key, "can't be applied to a machine that runs already"))
			}
		}
	}
	return errors.Join(all...)
}

func (c Config) unfitMounts() error {
	var all []error
	for i, m := range c.Mounts {
		at := fmt.Sprintf("mounts[%d]", i)
		device, place := "", ""
		if len(m) > 1 {
			device, place = fmt.Sprint(m[0]), fmt.Sprint(m[1])
		}
		if !strings.HasPrefix(device, "/") && !strings.Contains(device, "=") || !strings.HasPrefix(place, "/") {
			all = append(all, field.Errorf(at, "needs a device, as /dev/... or UUID=..., and a folder"))
		}
	}
	return errors.Join(all...)
}
