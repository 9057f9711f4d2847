package cloudinit

import (
	"encoding/base64"
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/davit-io/davit/internal/field"
)

var (
	hostname  = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$`)
	userName  = regexp.MustCompile(`^[a-z_][a-z0-9_.-]{0,31}\$?$`)
	octal     = regexp.MustCompile(`^(0o?)?[0-7]{3,4}$`)
	hostKey   = regexp.MustCompile(`^(dsa|ecdsa|ed25519|rsa)_(public|private|certificate)$`)
	encodings = regexp.MustCompile(`^(|text/plain|b64|base64|gz|gzip|(gz|gzip)\+(b64|base64))$`)
	keyTypes  = regexp.MustCompile(`^(dsa|ecdsa|ed25519|rsa)$`)
)

// fstabFields is how many fields a line of fstab has at most.
const fstabFields = 6

// Validate reports all that cloud-init would refuse or silently skip, joined, each with the path of its key.
func (c Config) Validate() error {
	var all []error
	bad := func(path, format string, args ...any) { all = append(all, field.Errorf(path, format, args...)) }
	if c.Hostname != "" && !hostname.MatchString(c.Hostname) {
		bad("hostname", "%q is no host name: letters, digits and hyphens, labels of up to 63", c.Hostname)
	}
	if c.FQDN != "" && !hostname.MatchString(c.FQDN) {
		bad("fqdn", "%q is no domain name", c.FQDN)
	}
	for key := range c.SSHKeys {
		if !hostKey.MatchString(key) {
			bad("ssh_keys", "%q is no key of a host: type_private, type_public or type_certificate", key)
		}
	}
	for i, t := range c.SSHGenKeyTypes {
		if !keyTypes.MatchString(t) {
			bad(fmt.Sprintf("ssh_genkeytypes[%d]", i), "%q is no type of key: rsa, dsa, ecdsa or ed25519", t)
		}
	}
	for i, m := range c.Mounts {
		if len(m) == 0 || len(m) > fstabFields {
			bad(fmt.Sprintf("mounts[%d]", i), "%d fields: fstab has 1 to %d", len(m), fstabFields)
		}
	}
	for _, s := range c.slots() {
		if _, twice := c.Extra[s.key]; twice {
			bad(s.key, "stands in Extra too")
		}
	}
	return errors.Join(errors.Join(all...), validUsers(c.Users), validFiles(c.WriteFiles),
		validCommands("bootcmd", c.BootCmd), validCommands("runcmd", c.RunCmd))
}

func validUsers(users []User) error {
	var all []error
	for i, u := range users {
		if !userName.MatchString(u.Name) && u.SnapUser == "" {
			all = append(all, field.Errorf(fmt.Sprintf("users[%d].name", i), "%q is no user name", u.Name))
		}
	}
	return errors.Join(all...)
}

func validFiles(files []File) error {
	var all []error
	seen := map[string]bool{}
	for i, f := range files {
		at := fmt.Sprintf("write_files[%d]", i)
		all = append(all, field.Under(at, f.validate()))
		if seen[f.Path] && !f.Append {
			all = append(all, field.Errorf(at, "%s is written twice: set append, or take one away", f.Path))
		}
		seen[f.Path] = true
	}
	return errors.Join(all...)
}

func (f File) validate() error {
	var all []error
	if !path.IsAbs(f.Path) {
		all = append(all, field.Errorf("path", "%q is not absolute", f.Path))
	}
	if f.Permissions != "" && !octal.MatchString(f.Permissions) {
		all = append(all, field.Errorf("permissions", "%q is not octal, for example 0644", f.Permissions))
	}
	switch {
	case !encodings.MatchString(f.Encoding):
		all = append(all, field.Errorf("encoding", "%q is none: text/plain, b64 or gz+b64", f.Encoding))
	case strings.HasSuffix(f.Encoding, "b64"), strings.HasSuffix(f.Encoding, "base64"):
		if _, err := base64.StdEncoding.DecodeString(f.Content); err != nil {
			all = append(all, field.Errorf("content", "is not base64: %w", err))
		}
	}
	return errors.Join(all...)
}

func validCommands(key string, commands []Command) error {
	var all []error
	for i, c := range commands {
		if c.Line == "" && len(c.Args) == 0 {
			all = append(all, field.Errorf(fmt.Sprintf("%s[%d]", key, i), "is empty"))
		}
	}
	return errors.Join(all...)
}
