package vsphere

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/davit-io/davit/drivers"
)

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

// diskID is the UUID of a data disk, known before the disk is: whoever goes on with a host finds the same. It begins as
// ESXi's own do: the type of a SCSI name that udev makes links of, and VMware's number among makers.
func diskID(owner drivers.Owner, slot int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "davit/%s/%d", owner, slot))
	id := "6000c29" + hex.EncodeToString(sum[:])
	return strings.Join([]string{id[:8], id[8:12], id[12:16], id[16:20], id[20:32]}, "-")
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
