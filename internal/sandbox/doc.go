// Package sandbox runs a cloud in a box: a vCenter on loopback, in a daemon of its own, whose virtual machines boot
// under QEMU. Up, Down and Look are for its users; Serve is the daemon.
package sandbox

// Limits says what the sandbox is not, a line each.
func Limits() []string {
	return []string{
		"It is govmomi's simulator with real machines behind it: for trying and testing, for no data you want to keep.",
		"It is a vCenter alone: davit --driver openstack needs an OpenStack, such as that of test/openstack in davit's source.",
		"It forgets everything when it stops; its machines and their disks go with it.",
		"One host, one network. Virtual machines are started as asked, whatever memory and processors this machine has.",
		"Permissions, DRS, HA, vMotion, suspend and reverting to a snapshot are not there; a running machine's hardware can't be changed.",
		"This machine reaches a guest at its address on port 22 alone; guests reach one another, and out by TCP and UDP.",
		"Guests are those images that read guestinfo from QEMU's fw_cfg, as those of test/guest do.",
	}
}
