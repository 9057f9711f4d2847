package openstack

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
)

// Options is the openstack block of a host document.
type Options struct {
	Cloud                  string            `opt:"cloud,account" help:"The cloud's name in clouds.yaml; empty: OS_CLOUD, or else the OS_* variables" example:"mycloud" change:"replace"`
	Region                 string            `opt:"region,account" help:"The region, where the cloud has several; empty: the one that clouds.yaml or OS_REGION_NAME names" example:"RegionOne" change:"replace"`
	Flavor                 string            `opt:"flavor" help:"Name or id of the flavor; empty: the smallest that fits cpus, memory_gib and the image" example:"m1.small" change:"replace"`
	FloatingPool           string            `opt:"floating_pool" help:"Name or id of the external network that a floating IP is taken from; empty: no floating IP" example:"public" change:"replace"`
	SecurityGroups         []string          `opt:"security_groups" help:"Names or ids of security groups; empty: the project's default group" example:"default,ssh" change:"replace"`
	AvailabilityZone       string            `opt:"availability_zone,zone" help:"The server's availability zone; empty: the scheduler's choice" example:"nova" change:"replace"`
	KeyPair                string            `opt:"key_pair" help:"A key pair that exists already, added to the host's own key; empty: none" example:"ops" change:"replace"`
	ConfigDrive            bool              `opt:"config_drive" help:"Give the guest its metadata on a drive too, for networks without a metadata service" change:"replace"`
	Metadata               map[string]string `opt:"metadata" help:"Metadata of the server, besides davit's own" example:"team=web" change:"replace"`
	VolumeAvailabilityZone string            `opt:"volume_availability_zone" help:"The volumes' availability zone; empty: the volume service's choice" example:"nova" change:"replace"`
}

// Account names the login that these options ask for: hosts of equal accounts can share a driver.
func (o *Options) Account() string { return o.Cloud + "/" + o.Region }

// Validate reports what is wrong without asking the cloud; paths are relative to the block.
func (o *Options) Validate() error {
	var errs []error
	for i, group := range o.SecurityGroups {
		if strings.TrimSpace(group) == "" {
			errs = append(errs, field.Errorf(fmt.Sprintf("security_groups[%d]", i), "is empty").WithHint("name a security group or leave the line out"))
		}
	}
	for _, key := range slices.Sorted(maps.Keys(o.Metadata)) {
		if err := validMetadata(key, o.Metadata[key]); err != nil {
			errs = append(errs, field.Errorf(field.Join("metadata", key), "%w", err))
		}
	}
	return errors.Join(errs...)
}

// validMetadata keeps Nova's limits, so that the server isn't refused after its volumes are made.
func validMetadata(key, value string) error {
	switch {
	case key == "" || len(key) > 255:
		return errors.New("a key has 1 to 255 bytes")
	case len(value) > 255:
		return fmt.Errorf("the value has %d bytes; 255 is the limit", len(value))
	case key == "davit" || strings.HasPrefix(key, "davit."):
		return errors.New(`keys that start with "davit" are davit's own`)
	}
	return nil
}

// options gives the block of a spec; a spec without one has the defaults.
func options(spec drivers.Spec) *Options {
	if o, ok := spec.Options.(*Options); ok && o != nil {
		return o
	}
	return new(Options)
}
