package vsphere

import (
	"cmp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/davit-io/davit/drivers"
)

func compare(a, b string) int { return cmp.Compare(a, b) }

// nameOf is the last name of a path.
func nameOf(path string) string { return path[strings.LastIndex(path, "/")+1:] }

func categoryOf(tag string) string {
	category, _, _ := strings.Cut(tag, ":")
	return category
}

func (r *resolution) categories() []string {
	var names []string
	for name := range r.tags {
		names = append(names, categoryOf(name))
	}
	return names
}

// diskID is the UUID of a data disk, known before the disk is: whoever goes on with a host finds the same.
func diskID(owner drivers.Owner, slot int) string {
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte("davit/"+string(owner)+"/"+string(rune('a'+slot)))).String()
}

// diskPath is where udev puts a SCSI disk whose VMDK has a UUID, when the machine says disk.EnableUUID: the UUID is
// the disk's NAA identifier of SCSI page 0x83, as it is.
func diskPath(id string) string {
	return "/dev/disk/by-id/wwn-0x" + strings.ReplaceAll(strings.ToLower(id), "-", "")
}

// A folder that is being made is called by its owner, so that it is found whatever happens; it gets its own name last.
const folderPrefix = "davit-folder-of-"

func ownerInName(name string) drivers.Owner {
	owner, ok := strings.CutPrefix(name, folderPrefix)
	if !ok {
		return ""
	}
	return drivers.Owner(owner)
}

func only[T any](things []T, want func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(things), func(thing T) bool { return !want(thing) })
}

func each[T, U any](things []T, convert func(T) U) []U {
	out := make([]U, len(things))
	for i, thing := range things {
		out[i] = convert(thing)
	}
	return out
}
