package vcenter

import (
	"fmt"
	"slices"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
)

// nameCards gives a clone's cards addresses of their own where nobody chose one: the simulator copies those of the
// source, and makes up few others.
func (v *VCenter) nameCards(ctx *simulator.Context, vm *simulator.VirtualMachine) {
	nics := slices.Clone(vm.Guest.Net)
	for _, d := range vm.Config.Hardware.Device {
		card, ok := d.(types.BaseVirtualEthernetCard)
		if !ok || card.GetVirtualEthernetCard().AddressType == string(types.VirtualEthernetCardMacTypeManual) {
			continue
		}
		c := card.GetVirtualEthernetCard()
		c.MacAddress = v.newMAC()
		for i := range nics {
			if nics[i].DeviceConfigId == c.Key {
				nics[i].MacAddress = c.MacAddress
			}
		}
	}
	ctx.Update(vm, []types.PropertyChange{{Name: "config.hardware.device", Val: vm.Config.Hardware.Device}, {Name: "guest.net", Val: nics}})
}

// newMAC is an address of the range that vCenters give out.
func (v *VCenter) newMAC() string {
	n := v.cards.Add(1)
	return fmt.Sprintf("00:50:56:%02x:%02x:%02x", 0x80|n>>16&0x3f, n>>8&0xff, n&0xff)
}
