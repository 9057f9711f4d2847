package stacksim

import (
	"fmt"
	"slices"
	"time"
)

// disk is a volume that Nova makes while it builds.
type disk struct {
	blockDevice
	attachment string
}

// takeDisks checks the block device mapping. With one given, Nova wants the boot disk in it too.
func (c *Cloud) takeDisks(l *launch) error {
	devices := l.in.BlockDevices
	if len(devices) == 0 && l.in.ImageRef == "" {
		return bad("Invalid imageRef provided.")
	}
	if len(devices) > 0 && !slices.ContainsFunc(devices, blockDevice.boots) {
		return bad("Block Device Mapping is Invalid: Boot sequence for the instance and image/block device mapping combination is not valid.")
	}
	for _, d := range devices {
		if err := c.takeDisk(l, d); err != nil {
			return err
		}
	}
	return nil
}

func (c *Cloud) takeDisk(l *launch, d blockDevice) error {
	switch d.SourceType + " to " + d.DestinationType {
	case "image to local":
		if d.UUID != l.in.ImageRef || !d.boots() {
			return bad("Block Device Mapping is Invalid: Mapping image to local is not supported.")
		}
		return nil
	case "volume to volume", "volume to ":
		return c.takeVolume(l, d)
	case "image to volume", "blank to volume":
		return c.orderVolume(l, d)
	}
	c.problem("stacksim: servers.create: block device from %q to %q is not known", d.SourceType, d.DestinationType)
	return bad("Block Device Mapping is Invalid.")
}

func (c *Cloud) takeVolume(l *launch, d blockDevice) error {
	v := c.volumeByID(d.UUID)
	if v == nil {
		return bad("Block Device Mapping is Invalid: failed to get volume %s.", d.UUID)
	}
	if v.Status != "available" || l.holds(v.ID) {
		return bad("Invalid volume: Volume %s status must be available or downloading to reserve, but the current status is %s.", v.ID, v.Status)
	}
	l.attach(d, v.ID)
	return nil
}

func (c *Cloud) orderVolume(l *launch, d blockDevice) error {
	if d.SourceType == "image" && find(c.images, func(i *image) bool { return i.id == d.UUID }) == nil {
		return bad("Block Device Mapping is Invalid: failed to get image %s.", d.UUID)
	}
	if d.VolumeSize == 0 {
		return bad("Block Device Mapping is Invalid: Blank volumes (source: 'blank', dest: 'volume') need to have non-zero size")
	}
	if d.VolumeType != "" && !knownType(d.VolumeType) {
		return bad("Volume type %s could not be found.", d.VolumeType)
	}
	l.disks = append(l.disks, disk{blockDevice: d, attachment: l.attach(d, "")})
	return nil
}

// attach notes a volume at the next free device and returns the attachment's id.
func (s *server) attach(d blockDevice, volume string) string {
	a := Attachment{ID: newID(), VolumeID: volume, Tag: d.Tag, DeleteOnTermination: d.DeleteOnTermination, Device: s.nextDevice()}
	if d.boots() {
		a.Device = "/dev/vda"
	}
	s.Volumes = append(s.Volumes, a)
	return a.ID
}

func (s *server) holds(volume string) bool {
	return slices.ContainsFunc(s.Volumes, func(a Attachment) bool { return a.VolumeID == volume })
}

func (s *server) nextDevice() string {
	for letter := 'b'; ; letter++ {
		name := fmt.Sprintf("/dev/vd%c", letter)
		if !slices.ContainsFunc(s.Volumes, func(a Attachment) bool { return a.Device == name }) {
			return name
		}
	}
}

// makeDisks makes the volumes that Nova makes itself.
func (c *Cloud) makeDisks(s *server) {
	for _, d := range s.disks {
		v := &Volume{
			ID: newID(), Status: "creating", SizeGiB: d.VolumeSize, Type: or(d.VolumeType, defaultType()), Metadata: map[string]string{},
			AvailabilityZone: zones[0], Created: time.Now(),
		}
		if d.SourceType == "image" {
			v.ImageID = d.UUID
		}
		c.volumes = append(c.volumes, v)
		i := slices.IndexFunc(s.Volumes, func(a Attachment) bool { return a.ID == d.attachment })
		s.Volumes[i].VolumeID = v.ID
	}
}
