// Package cloudinit is cloud-config as typed documents: parse or build them, validate, merge, render. It reads and writes
// nothing but bytes, and a document always renders to the same bytes.
//
//	base := cloudinit.Config{Packages: []any{"curl"}}
//	own, err := cloudinit.Parse(userData)
//	all, err := cloudinit.Merge(base, own)
//	data, err := cloudinit.Render(all, cloudinit.OpenStackMax)
package cloudinit

import "reflect"

// Config is a cloud-config document. A zero field is not written; an empty list that is not nil is.
type Config struct {
	Hostname          string
	FQDN              string
	PreserveHostname  *bool
	ManageEtcHosts    any // true, false or "localhost"
	Timezone          string
	Locale            any // a name, or false
	Users             []User
	DisableRoot       *bool
	SSHAuthorizedKeys []string
	SSHPasswordAuth   any               // ssh_pwauth: true, false or "unchanged"
	SSHKeys           map[string]string // "ed25519_private": PEM, "ed25519_public": an authorized_keys line
	SSHDeleteKeys     *bool
	SSHGenKeyTypes    []string
	SSH               *SSH
	Apt               map[string]any
	PackageUpdate     *bool
	PackageUpgrade    *bool
	PackageReboot     *bool // package_reboot_if_required
	Packages          []any // a name, or a list of name and version
	GrowPart          map[string]any
	ResizeRootFS      any // true, false or "noblock"
	DiskSetup         map[string]any
	FSSetup           []map[string]any
	Mounts            [][]any
	BootCmd           []Command // before everything else, at every boot
	WriteFiles        []File
	RunCmd            []Command // last, at the first boot

	Extra map[string]any // every other key
}

// slot ties a key of the document to its field, in the order in which keys are rendered.
type slot struct {
	key   string
	value any // pointer to the field
}

func (c *Config) slots() []slot {
	return []slot{
		{"hostname", &c.Hostname},
		{"fqdn", &c.FQDN},
		{"preserve_hostname", &c.PreserveHostname},
		{"manage_etc_hosts", &c.ManageEtcHosts},
		{"timezone", &c.Timezone},
		{"locale", &c.Locale},
		{"users", &c.Users},
		{"disable_root", &c.DisableRoot},
		{"ssh_authorized_keys", &c.SSHAuthorizedKeys},
		{"ssh_pwauth", &c.SSHPasswordAuth},
		{"ssh_keys", &c.SSHKeys},
		{"ssh_deletekeys", &c.SSHDeleteKeys},
		{"ssh_genkeytypes", &c.SSHGenKeyTypes},
		{"ssh", &c.SSH},
		{"apt", &c.Apt},
		{"package_update", &c.PackageUpdate},
		{"package_upgrade", &c.PackageUpgrade},
		{"package_reboot_if_required", &c.PackageReboot},
		{"packages", &c.Packages},
		{"growpart", &c.GrowPart},
		{"resize_rootfs", &c.ResizeRootFS},
		{"disk_setup", &c.DiskSetup},
		{"fs_setup", &c.FSSetup},
		{"mounts", &c.Mounts},
		{"bootcmd", &c.BootCmd},
		{"write_files", &c.WriteFiles},
		{"runcmd", &c.RunCmd},
	}
}

func (s slot) empty() bool { return reflect.ValueOf(s.value).Elem().IsZero() }
