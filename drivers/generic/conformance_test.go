package generic_test

import (
	"testing"
	"time"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/drivertest"
	"github.com/davit-io/davit/drivers/generic"
)

// TestMachines runs the suite on machines in folders, one for each host; test/acc runs it on a real one.
func TestMachines(t *testing.T) {
	t.Parallel()
	drivertest.Run(t, drivertest.Harness{
		Driver: func(*testing.T) drivers.Driver { return generic.New() },
		Spec:   func(name string) drivers.Spec { return newMachine(t).spec(name) },
		Makes:  []drivers.Kind{drivers.KindMachine},
		Bad: []drivertest.Bad{
			{Name: "address", Spoil: func(s *drivers.Spec) { spoil(s).Address = "machine.invalid" }, Path: "generic.address", Kind: drivers.ErrNotFound},
			{Name: "port", Spoil: func(s *drivers.Spec) { spoil(s).SSHPort = 1 }, Path: "generic.address"},
			{Name: "no key", Spoil: func(s *drivers.Spec) { spoil(s).SSHHostKey = "" }, Path: "generic.ssh_host_key"},
			{Name: "another key", Spoil: func(s *drivers.Spec) { spoil(s).SSHHostKey = "SHA256:5VuAy8hSKJYc1qsMnhzOtIzAdXZaCVKGPrYMN5V/Cis" }, Path: "generic.ssh_host_key"},
			{Name: "user", Spoil: func(s *drivers.Spec) { spoil(s).SetLogin("nobody", "/dev/null") }, Path: "ssh_key"},
			{Name: "a disk without a device", Spoil: func(s *drivers.Spec) { s.Disks = []drivers.Disk{{SizeGiB: 1}} }, Path: "generic.devices"},
			{Name: "a device by an unstable name", Spoil: func(s *drivers.Spec) { spoil(s).Devices = []string{"/dev/sda"} }, Path: "generic.devices[0]"},
			{Name: "accept", Spoil: func(s *drivers.Spec) { spoil(s).Accept = []string{"all"} }, Path: "generic.accept[0]"},
		},
		Limit: 3 * time.Minute,
	})
}

// spoil gives the options of a spec to change, without touching those of another spec.
func spoil(s *drivers.Spec) *generic.Options {
	o := *s.Options.(*generic.Options)
	s.Options = &o
	return &o
}
