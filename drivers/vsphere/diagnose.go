package vsphere

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/drivers"
)

// Diagnose looks at the machine's state, its tools and its network card. What its guest reported is for Report to tell.
func (d *Driver) Diagnose(ctx context.Context, id string, _ int) ([]string, error) {
	m, err := d.machine(ctx, id)
	if err != nil {
		return nil, err
	}
	if state := m.state(); state != drivers.StateRunning {
		return []string{fmt.Sprintf("The virtual machine does not run: it is %s.", state)}, nil
	}
	var causes []string
	causes = append(causes, m.ofNetwork()...)
	if prop[string](m.thing, "guest.toolsRunningStatus") != string(types.VirtualMachineToolsRunningStatusGuestToolsRunning) {
		causes = append(causes, "VMware Tools do not run in the guest: it has not booted so far, or the template lacks open-vm-tools.")
	} else if len(addressesOf(m.thing)) == 0 {
		causes = append(causes, "The guest has no address: no DHCP server answers on its network, or cloud-init did not configure the card.")
	}
	if prop[types.ManagedEntityStatus](m.thing, "guestHeartbeatStatus") == types.ManagedEntityStatusRed {
		causes = append(causes, "The guest's heartbeat has stopped: it hangs or has crashed.")
	}
	return causes, nil
}

func (m machine) ofNetwork() []string {
	cards := 0
	for _, device := range prop[types.ArrayOfVirtualDevice](m.thing, "config.hardware.device").VirtualDevice {
		if _, ok := device.(types.BaseVirtualEthernetCard); !ok {
			continue
		}
		cards++
		if c := device.GetVirtualDevice().Connectable; c != nil && !c.Connected {
			return []string{"The network card of the virtual machine is disconnected."}
		}
	}
	if cards == 0 {
		return []string{"The virtual machine has no network card."}
	}
	return nil
}

// Report reads what the guest wrote into its guestinfo.
func (d *Driver) Report(ctx context.Context, id string) (drivers.GuestReport, error) {
	m, err := d.machine(ctx, id)
	return m.report(), err
}

func (m machine) report() drivers.GuestReport {
	return drivers.GuestReport{
		HostKeys: lines(m.extra(drivers.ReportHostKeys)), Errors: lines(m.extra(drivers.ReportErrors)),
		Phase: m.extra(drivers.ReportPhase), Verdict: m.extra(drivers.ReportVerdict),
	}
}

// lines decodes a text of several lines; what is no base64 is no report.
func lines(encoded string) []string {
	text, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	if err != nil || len(text) == 0 {
		return nil
	}
	return only(strings.Split(string(text), "\n"), func(line string) bool { return strings.TrimSpace(line) != "" })
}
