//go:build acc

package acc

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/drivertest"
	"github.com/davit-io/davit/drivers/generic"
)

// TestGenericSuite runs the suite of all drivers on a machine.
func TestGenericSuite(t *testing.T) {
	m := newThere(t, "debian-12")
	o := &generic.Options{Address: "127.0.0.1", SSHPort: 2298, SSHHostKey: m.fingerprint, Devices: []string{genericDisk}, Accept: []string{"disk_data"}}
	o.SetLogin("debian", filepath.Join(m.dir, "login"))
	drivertest.Run(t, drivertest.Harness{
		Driver: func(*testing.T) drivers.Driver { return generic.New(o) },
		Spec: func(name string) drivers.Spec {
			return drivers.Spec{Name: name, Disks: []drivers.Disk{{Name: name + "-data", SizeGiB: 2, Filesystem: "ext4"}}, Options: o}
		},
		Makes: []drivers.Kind{drivers.KindMachine},
		Bad: []drivertest.Bad{
			{Name: "device", Spoil: func(s *drivers.Spec) {
				bad := *o
				bad.Devices = []string{"/dev/disk/by-id/none"}
				s.Options = &bad
			}, Path: "generic.devices[0]", Kind: drivers.ErrNotFound},
			{Name: "size", Spoil: func(s *drivers.Spec) { s.Disks[0].SizeGiB = 1 << 20 }, Path: "generic.devices[0]"},
		},
		Limit: 5 * time.Minute, Serial: true, Hosts: 1,
	})
}
