package openstack

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/keypairs"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"

	"github.com/davit-io/davit/drivers"
)

// serverOpts is the whole server in one request: with its owner, its boot document and its disks.
func (c *creation) serverOpts(disks []owned, userData []byte) servers.CreateOptsBuilder {
	o, p := options(c.spec), c.plan
	opts := servers.CreateOpts{
		Name: c.spec.Name, ImageRef: p.image, FlavorRef: p.flavor.ID,
		Networks:       []servers.Network{{UUID: p.network}},
		SecurityGroups: p.groups, AvailabilityZone: o.AvailabilityZone,
		Tags:     []string{mark, ownerPrefix + string(c.spec.Owner)},
		Metadata: metadata(c.spec.Owner, o.Metadata, networkKey, p.network),
		// Encoded here: the SDK would take user-data that happens to be valid base64 for encoded already.
		UserData:    []byte(base64.StdEncoding.EncodeToString(userData)),
		BlockDevice: blockDevices(p.image, disks),
	}
	if c.spec.Stamp != "" {
		opts.Metadata[stampKey] = c.spec.Stamp
	}
	if p.pool != "" {
		opts.Metadata[floatingKey] = p.pool
	}
	if o.ConfigDrive {
		opts.ConfigDrive = &o.ConfigDrive
	}
	if o.KeyPair == "" {
		return opts
	}
	return keypairs.CreateOptsExt{CreateOptsBuilder: opts, KeyName: o.KeyPair}
}

// blockDevices is a root disk from the image and the volumes, which outlive the server.
func blockDevices(image string, disks []owned) []servers.BlockDevice {
	if len(disks) == 0 {
		return nil
	}
	devices := []servers.BlockDevice{{
		SourceType: servers.SourceImage, DestinationType: servers.DestinationLocal, UUID: image, DeleteOnTermination: true,
	}}
	for _, disk := range disks {
		devices = append(devices, servers.BlockDevice{
			SourceType: servers.SourceVolume, DestinationType: servers.DestinationVolume, UUID: disk.ID, BootIndex: -1,
		})
	}
	return devices
}

// identities are where a guest on KVM finds volumes: the serial of a virtio disk is the first 20 characters of the
// volume's id.
func identities(disks []owned) []drivers.DiskIdentity {
	out := make([]drivers.DiskIdentity, len(disks))
	for i, disk := range disks {
		out[i] = drivers.DiskIdentity{Path: "/dev/disk/by-id/virtio-" + disk.ID[:min(len(disk.ID), 20)], ID: disk.ID}
	}
	return out
}

// fault says in Nova's words why a server failed.
func fault(s server) error {
	text := s.Fault.Message
	if text == "" {
		text = "Nova does not say why"
	}
	e := &drivers.Error{Err: fmt.Errorf("server %s failed: %s", s.Name, text)}
	lower := strings.ToLower(text)
	switch {
	case strings.Contains(lower, "no valid host"), strings.Contains(lower, "exceeded maximum number of retries"):
		e.Kind, e.Next = drivers.ErrCapacity, "try a smaller flavor or another availability zone, or ask the cloud's operator which hypervisors are free"
	case strings.Contains(lower, "quota"):
		e.Kind, e.Next = drivers.ErrQuota, "remove what is no longer needed, or ask the cloud's operator for a higher quota"
	default:
		e.Next = "run the command again to build the server anew; if it fails again, give the server's id " + s.ID + " to the cloud's operator"
	}
	return e
}

func statusOf(s server) string {
	if s.TaskState == "" {
		return "status " + s.Status
	}
	return fmt.Sprintf("status %s, task %s", s.Status, s.TaskState)
}

var states = map[string]drivers.State{
	"BUILD": drivers.StateBuilding, "REBUILD": drivers.StateBuilding,
	"ACTIVE": drivers.StateRunning, "REBOOT": drivers.StateRunning, "HARD_REBOOT": drivers.StateRunning,
	"SHUTOFF": drivers.StateStopped, "SHELVED": drivers.StateStopped, "SHELVED_OFFLOADED": drivers.StateStopped,
	"PAUSED": drivers.StatePaused, "SUSPENDED": drivers.StatePaused,
	"ERROR": drivers.StateError, "DELETED": drivers.StateDeleting, "SOFT_DELETED": drivers.StateDeleting,
}

func stateOf(s server) drivers.State {
	if s.TaskState == "deleting" {
		return drivers.StateDeleting
	}
	if state, known := states[s.Status]; known {
		return state
	}
	return drivers.StateUnknown
}

// addressesOf reads what Nova knows of a server's addresses, in a stable order.
func addressesOf(s server) []drivers.Address {
	var out []drivers.Address
	for _, entries := range s.Addresses {
		list, _ := entries.([]any)
		for _, entry := range list {
			fields, _ := entry.(map[string]any)
			text, _ := fields["addr"].(string)
			if ip, err := netip.ParseAddr(text); err == nil {
				out = append(out, drivers.Address{IP: ip, Floating: fields["OS-EXT-IPS:type"] == "floating"})
			}
		}
	}
	slices.SortFunc(out, func(a, b drivers.Address) int { return a.IP.Compare(b.IP) })
	return out
}

func addressesOfPort(p port) []drivers.Address {
	var out []drivers.Address
	for _, fixed := range p.FixedIPs {
		if ip, err := netip.ParseAddr(fixed.IPAddress); err == nil {
			out = append(out, drivers.Address{IP: ip})
		}
	}
	return out
}

func has(addresses []drivers.Address, ip string) bool {
	return slices.ContainsFunc(addresses, func(a drivers.Address) bool { return a.IP.String() == ip })
}

// withFloating adds a floating address, if there is one and it isn't there yet.
func withFloating(addresses []drivers.Address, text string) []drivers.Address {
	ip, err := netip.ParseAddr(text)
	if err != nil || has(addresses, text) {
		return addresses
	}
	return append(addresses, drivers.Address{IP: ip, Floating: true})
}

// failed puts what was waited for before an error that does not tell; an error with a kind tells already.
func failed(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*drivers.Error](err); ok {
		return err
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}
