package engine

import (
	"slices"

	"github.com/davit-io/davit/cloudinit"
)

const (
	data        = folder + "/data" // where the engine's disk is mounted
	engineLabel = "davit-engine"   // 12 characters are the most that xfs takes
	extraLabel  = "davit-data"
	anyLabel    = "-" // the user takes the filesystem over with its data
)

// engineFolders are kept on the engine's disk: Docker's own, and containerd's, where Docker's images are with the
// containerd image store.
func engineFolders() []string { return []string{"/var/lib/docker", "/var/lib/containerd"} }

// engineDisk is the index of the disk that holds the engine's data, or -1.
func (in Input) engineDisk() int {
	for i, d := range in.Host.Disks {
		if d.Mount == "" {
			return i
		}
	}
	return -1
}

func (in Input) addDisks(c *cloudinit.Config) {
	if len(in.Host.Disks) == 0 {
		return
	}
	install(c, "disk.sh")
	xfs := false
	for i, d := range in.Host.Disks {
		if d.Filesystem == "xfs" && !xfs {
			xfs = true
			step(c, "need.sh", "mkfs.xfs", "xfsprogs")
		}
		step(c, "disk.sh", in.diskArgs(i)...)
	}
	if xfs {
		install(c, "need.sh")
	}
}

func (in Input) diskArgs(i int) []string {
	d := in.Host.Disks[i]
	args := []string{in.Disks[i].Path, filesystem(d.Filesystem)}
	label, place, folders := extraLabel, d.Mount, []string(nil)
	if d.Mount == "" {
		label, place, folders = engineLabel, data, engineFolders()
	}
	if in.Disks[i].Filesystem != "" {
		label = anyLabel
	}
	return slices.Concat(args, []string{label, place}, folders)
}

func filesystem(asked string) string {
	if asked == "" {
		return "ext4"
	}
	return asked
}
