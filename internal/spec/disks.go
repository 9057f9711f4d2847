package spec

import (
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/davit-io/davit/internal/field"
)

// The folders that a data disk can't be mounted at. Below and at "within" is the system's; at "whole" a mount would
// hide what the image has there; "engine" is where the disk without a mount goes.
func systemFolders() (within, whole, engine []string) {
	return []string{
			"/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/libx32", "/proc", "/root", "/run", "/sbin",
			"/sys", "/usr", "/var/lib/cloud",
		}, []string{"/", "/home", "/tmp", "/var", "/var/cache", "/var/lib", "/var/log", "/var/tmp"},
		[]string{"/var/lib/docker", "/var/lib/containerd"}
}

func (h *Host) checkDisks() error {
	var errs []error
	first := map[string]int{}
	for i, d := range h.Disks {
		at := index("disks", i) + ".mount"
		before, twice := first[d.Mount]
		switch {
		case twice && d.Mount == "":
			errs = append(errs, field.Errorf(at, "is required: %s holds the engine's data already", index("disks", before)))
		case twice:
			errs = append(errs, field.Errorf(at, "%s is mounted by %s already", d.Mount, index("disks", before)))
		default:
			first[d.Mount] = i
			errs = append(errs, h.checkMount(at, d.Mount))
		}
	}
	return errors.Join(errs...)
}

func (h *Host) checkMount(at, mount string) error {
	switch {
	case mount == "" && h.Engine.Name == "none":
		return field.Errorf(at, "is required: there is no engine whose data the disk could hold")
	case mount == "":
		return nil
	case !path.IsAbs(mount) || path.Clean(mount) != mount:
		return field.Errorf(at, "%q is no absolute path in its shortest form (as %q is)", mount, path.Clean("/"+mount))
	case !only(mount, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/"):
		return field.Errorf(at, "%q has other characters than letters, digits and . _ - /", mount)
	}
	return checkFolder(at, mount)
}

func checkFolder(at, mount string) error {
	within, whole, engine := systemFolders()
	inside := func(folder string) bool { return mount == folder || strings.HasPrefix(mount, folder+"/") }
	switch {
	case slices.ContainsFunc(engine, inside):
		return field.Errorf(at, "%s is the engine's: leave mount empty for the disk with the engine's data", mount)
	case slices.ContainsFunc(within, inside), slices.Contains(whole, mount):
		return field.Errorf(at, "%s belongs to the system: a disk there would hide it; take a folder such as /srv/data", mount)
	}
	return nil
}
