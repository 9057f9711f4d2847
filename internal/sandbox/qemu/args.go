package qemu

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Descriptors the process inherits; those of the network cards follow.
const (
	monitorFD   = 3
	guestInfoFD = 4
	firstNetFD  = 5
)

// Longest name of a file of fw_cfg, by its ABI.
const maxFirmwareName = 55

// args is the command line for m. The guest takes itself for one of ESXi: by the maker in SMBIOS, the missing
// hypervisor bit, and disks on SCSI with the serial number of their VMDK.
func (m Machine) args(accel Accel) []string {
	args := []string{
		"-name", escape(m.Name), "-machine", "pc", "-nodefaults", "-no-user-config", "-display", "none",
		"-smp", strconv.Itoa(max(m.CPUs, 1)), "-m", strconv.FormatInt(max(m.MemoryMiB, 32), 10),
		"-smbios", "type=1,manufacturer=VMware,, Inc.,product=VMware7,,1",
		"-serial", "file:" + Console("."),
		"-device", "virtio-rng-pci",
		"-chardev", fmt.Sprintf("socket,id=monitor,fd=%d", monitorFD), "-mon", "chardev=monitor,mode=control",
		"-device", "virtio-serial-pci",
		"-chardev", fmt.Sprintf("socket,id=guestinfo,fd=%d", guestInfoFD),
		"-device", "virtserialport,chardev=guestinfo,name=guestinfo",
		"-device", "virtio-scsi-pci,id=scsi",
	}
	args = append(args, accel.args()...)
	for i, d := range m.Disks {
		args = append(args, d.args(i)...)
	}
	for i, mac := range m.MACs {
		args = append(args,
			"-netdev", fmt.Sprintf("stream,id=net%d,addr.type=fd,addr.str=%d", i, firstNetFD+i),
			"-device", fmt.Sprintf("virtio-net-pci,netdev=net%d,mac=%s,host_mtu=%d,romfile=", i, mac, m.MTU))
	}
	for _, key := range m.firmwareKeys() {
		args = append(args, "-fw_cfg", "name=opt/"+key+",file="+escape(guestInfoFile(".", key)))
	}
	return args
}

func (d Disk) args(i int) []string {
	device := fmt.Sprintf("scsi-hd,bus=scsi.0,drive=disk%d,scsi-id=%d,lun=%d,serial=%s", i, d.Bus, d.Unit, d.Serial)
	// The firmware halts without a word when it isn't told which disk to start from.
	if i == 0 {
		device += ",bootindex=1"
	}
	return []string{
		"-drive", fmt.Sprintf("file=%s,if=none,id=disk%d,format=qcow2,cache=unsafe,discard=unmap", escape(d.Path), i),
		"-device", device,
	}
}

// firmwareKeys are the keys the firmware can hand over, in order.
func (m Machine) firmwareKeys() []string {
	var keys []string
	for key := range m.GuestInfo {
		if ValidKey(key) && len("opt/"+key) <= maxFirmwareName {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

func guestInfoFile(dir, key string) string { return filepath.Join(dir, key) }

// escape doubles the commas, which separate QEMU's options.
func escape(s string) string { return strings.ReplaceAll(s, ",", ",,") }
