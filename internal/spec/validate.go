package spec

import (
	"errors"
	"slices"
	"strings"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
)

// Validate reports all that is wrong with the host by itself, each finding with the path of its option. It asks nobody:
// whether names exist is for the driver's Resolve, whether the ssh_key file can be read for the front end that reads
// it, and whether user_data is sound cloud-config for the engine that merges it.
func (h *Host) Validate(table drivers.Table) error {
	return errors.Join(
		checkAll(h.slots()),
		h.checkName(),
		h.checkImage(),
		h.checkUser(),
		h.checkDisks(),
		h.checkEngine(),
		h.checkUserData(),
		h.checkDriver(table),
	)
}

// Limited is implemented by options blocks of drivers that have no use for some options of every host.
type Limited interface {
	// Unused lists the paths of these options, for example "image". One that is given is refused.
	Unused() []string
}

// Demanding is implemented by options blocks of drivers that can't do without some options of every host.
type Demanding interface {
	// Needed lists the paths of these options, for example "ssh_key". One that is not given is a finding.
	Needed() []string
}

func (h *Host) checkNeeded() error {
	d, ok := h.Options.(Demanding)
	if !ok {
		return nil
	}
	var errs []error
	for _, path := range d.Needed() {
		if s, ok := find(h.slots(), path); ok && s.zero() {
			errs = append(errs, field.Errorf(path, "is required with driver %s", h.Driver))
		}
	}
	return errors.Join(errs...)
}

func (h *Host) unused() []string {
	if l, ok := h.Options.(Limited); ok {
		return l.Unused()
	}
	return nil
}

func (h *Host) checkName() error {
	if h.Name == "" || isLabel(h.Name) {
		return nil
	}
	return field.Errorf("name", "%q is no host name: lower-case letters, digits and hyphens, a letter or digit first and last, 63 at most", h.Name)
}

// isLabel says whether s is a DNS label (RFC 1123) in lower case.
func isLabel(s string) bool {
	if len(s) == 0 || len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	return only(s, "abcdefghijklmnopqrstuvwxyz0123456789-")
}

func only(s, allowed string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !strings.ContainsRune(allowed, r) })
}

func (h *Host) checkImage() error {
	if h.Image != "" || slices.Contains(h.unused(), "image") {
		return nil
	}
	return field.Errorf("image", "is required").WithHint("name the image to boot, for example debian-12")
}

func (h *Host) checkUser() error {
	const first = "abcdefghijklmnopqrstuvwxyz_"
	if h.User == "" || len(h.User) <= 32 && only(h.User[:1], first) && only(h.User, first+"0123456789-") {
		return nil
	}
	return field.Errorf("user", "%q is no login name: lower-case letters, digits, - and _, 32 at most", h.User)
}

func (h *Host) checkUserData() error {
	first, _, _ := strings.Cut(h.UserData, "\n")
	if h.UserData == "" || strings.TrimRight(first, " \t\r") == "#cloud-config" {
		return nil
	}
	return field.Errorf("user_data", "must start with the line \"#cloud-config\": only cloud-config can be merged with the host's own")
}

// checkDriver checks the driver's name, its block, and that the host gives nothing the driver has no use for.
func (h *Host) checkDriver(table drivers.Table) error {
	if h.Driver == "" {
		return nil
	}
	c, ok := table.Find(h.Driver)
	if !ok {
		return field.Errorf("driver", "%s", notOneOf(h.Driver, table.Names()))
	}
	if !sameType(h.Options, c.Options()) {
		return field.Errorf(h.Driver, "the block is %T, and driver %s has %T", h.Options, h.Driver, c.Options())
	}
	var own error
	if v, ok := h.Options.(interface{ Validate() error }); ok {
		own = field.Under(h.Driver, v.Validate())
	}
	return errors.Join(h.checkUnused(), h.checkNeeded(), own)
}

func (h *Host) checkUnused() error {
	var errs []error
	for _, path := range h.unused() {
		if s, ok := find(h.slots(), path); ok && !s.zero() && s.get() != s.Default {
			errs = append(errs, field.Errorf(path, "driver %s has no use for it: remove it", h.Driver))
		}
	}
	return errors.Join(errs...)
}
