package vsphere_test

import (
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/vcsim"
)

// TestGuestWithoutAddressGivesUp has cloud-init fail in a guest that gets no address: the create ends at once, with what
// the guest reports as its cause.
func TestGuestWithoutAddressGivesUp(t *testing.T) {
	t.Parallel()
	c := start(t)
	b := c.book(t)
	rec := b.record()
	rec.Name, rec.Spec.Name = vcsim.Mute, vcsim.Mute
	b.keep(rec)
	c.Reset(func(_ int, op string, pass func()) bool {
		pass()
		if op == "PowerOnVM_Task" {
			go c.report(vcsim.Mute)
		}
		return false
	})
	begun := time.Now()
	err := b.create(alive)
	if err == nil {
		t.Fatal("the host has an address")
	}
	for _, want := range []string{"the guest of mute reports that cloud-init failed, and no address", "the guest reports that cloud-init failed:", "no DHCP server"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in %v", want, err)
		}
	}
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("it took %s", took)
	}
}

// report has a machine's guest say that it failed.
func (c *cloud) report(name string) {
	text := base64.StdEncoding.EncodeToString([]byte("no DHCP server"))
	_, err := object.NewVirtualMachine(c.client, c.Find("VirtualMachine", name)).Reconfigure(c.t.Context(), types.VirtualMachineConfigSpec{
		ExtraConfig: []types.BaseOptionValue{
			&types.OptionValue{Key: drivers.ReportErrors, Value: text},
			&types.OptionValue{Key: drivers.ReportVerdict, Value: drivers.VerdictError},
		},
	})
	if err != nil {
		c.t.Error(err)
	}
}
