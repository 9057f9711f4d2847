package vsphere

import (
	"context"
	"encoding/json"
	"net/netip"
	"slices"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/drivers"
)

// A machine carries its mark as one entry of extraConfig, which its guest can neither read nor write.
const (
	markKey  = "davit"
	markPath = `config.extraConfig["davit"]`
)

// mark is what davit knows of a machine by looking at it.
type mark struct {
	Owner    drivers.Owner `json:"owner"`
	Disks    []markedDisk  `json:"disks,omitempty"`
	Folder   string        `json:"folder,omitempty"` // id of the folder, when davit made it
	Group    string        `json:"group,omitempty"`  // anti-affinity rule
	MTU      int           `json:"mtu,omitempty"`
	Stamp    string        `json:"stamp,omitempty"`    // Spec.Stamp
	Complete bool          `json:"complete,omitempty"` // marked as such
	Parked   bool          `json:"parked,omitempty"`   // no host any more: it only keeps the disks that outlive one
}

// markedDisk is a data disk. Its id is the UUID that its guest sees.
type markedDisk struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func (m mark) option() types.BaseOptionValue {
	text, _ := json.Marshal(m) // texts and numbers always marshal
	return &types.OptionValue{Key: markKey, Value: string(text)}
}

// machine is a virtual machine of the vCenter with the mark it may carry.
type machine struct {
	thing
	mark
}

// machineProperties are read of the machines that are asked for by id.
var machineProperties = []string{
	"name", "runtime.powerState", "runtime.connectionState", "guest.net", "guest.ipAddress", "guest.toolsRunningStatus", "guestHeartbeatStatus",
	"config.hardware.device", "resourcePool", "runtime.host", "parent", markPath, "availableField", "customValue",
	extra(drivers.ReportHostKeys), extra(drivers.ReportPhase), extra(drivers.ReportVerdict), extra(drivers.ReportErrors), extra(metadataKey),
}

// extra is the path of an entry of extraConfig.
func extra(key string) string { return `config.extraConfig["` + key + `"]` }

func newMachine(t thing) machine {
	m := machine{thing: t}
	if text := t.extra(markKey); text != "" {
		_ = json.Unmarshal([]byte(text), &m.mark) // not davit's: no mark
	}
	return m
}

// extra gives the value of an entry of extraConfig, or "".
func (t thing) extra(key string) string {
	text, _ := prop[types.OptionValue](t, extra(key)).Value.(string)
	return text
}

// loadMachines reads machines by id; what is gone is missing in the map.
func (d *Driver) loadMachines(ctx context.Context, ids []string) (map[string]machine, error) {
	s, err := d.session(ctx)
	if err != nil {
		return nil, err
	}
	refs := each(ids, func(id string) ref { return ref{Type: "VirtualMachine", Value: id} })
	things, err := s.properties(ctx, "VirtualMachine", refs, machineProperties...)
	if err != nil {
		return nil, explain(err, "read virtual machines")
	}
	found := map[string]machine{}
	for _, t := range things {
		if len(t.props) > 0 {
			found[t.Value] = newMachine(t)
		}
	}
	return found, nil
}

// everyone is the key of the list of all marked machines.
const everyone = ""

// loadMarked lists the machines that carry a mark, by owner and all together.
func (d *Driver) loadMarked(ctx context.Context, _ []string) (map[string][]machine, error) {
	s, err := d.session(ctx)
	if err != nil {
		return nil, err
	}
	roots := map[string]string{"Folder": "childEntity", "Datacenter vm": "vmFolder"}
	things, err := s.retrieve(ctx, []types.ObjectSpec{{Obj: s.ServiceContent.RootFolder, SelectSet: ways(roots)}}, []types.PropertySpec{
		{Type: "VirtualMachine", PathSet: []string{"name", "parent", "runtime.powerState", markPath, extra(metadataKey)}},
		{Type: "Folder", PathSet: []string{"name", "parent"}},
	})
	if err != nil {
		return nil, explain(err, "look for what davit made")
	}
	found := map[string][]machine{everyone: nil}
	for _, m := range each(things, newMachine) {
		if m.Type == "Folder" {
			m.Owner = ownerInName(m.name)
		}
		if m.Owner != "" {
			found[string(m.Owner)] = append(found[string(m.Owner)], m)
			found[everyone] = append(found[everyone], m)
		}
	}
	return found, nil
}

func (m machine) state() drivers.State {
	switch prop[types.VirtualMachineConnectionState](m.thing, "runtime.connectionState") {
	case types.VirtualMachineConnectionStateInvalid, types.VirtualMachineConnectionStateOrphaned, types.VirtualMachineConnectionStateInaccessible:
		return drivers.StateError
	case types.VirtualMachineConnectionStateDisconnected:
		return drivers.StateUnknown
	}
	switch m.power() {
	case types.VirtualMachinePowerStatePoweredOn:
		return drivers.StateRunning
	case types.VirtualMachinePowerStatePoweredOff:
		return drivers.StateStopped
	case types.VirtualMachinePowerStateSuspended:
		return drivers.StatePaused
	}
	return drivers.StateUnknown
}

func (m machine) power() types.VirtualMachinePowerState {
	return prop[types.VirtualMachinePowerState](m.thing, "runtime.powerState")
}

// host is the machine in the words of the contract.
func (m machine) host() drivers.Host {
	h := drivers.Host{ID: m.Value, Name: m.name, State: m.state(), LinkMTU: m.MTU, Addresses: addressesOf(m.thing), Complete: m.Complete, Stamp: m.Stamp, Tags: tagsOf(m.thing)}
	if h.State == drivers.StateError {
		h.Fault = "the virtual machine is " + string(prop[types.VirtualMachineConnectionState](m.thing, "runtime.connectionState"))
	}
	return h
}

// tagsOf are the values of custom attributes by their names.
func tagsOf(t thing) map[string]string {
	names := map[int32]string{}
	for _, f := range prop[types.ArrayOfCustomFieldDef](t, "availableField").CustomFieldDef {
		names[f.Key] = f.Name
	}
	out := map[string]string{}
	for _, v := range prop[types.ArrayOfCustomFieldValue](t, "customValue").CustomFieldValue {
		if text, ok := v.(*types.CustomFieldStringValue); ok {
			out[names[text.Key]] = text.Value
		}
	}
	return out
}

// addressesOf are those that the guest's tools report for network cards of the machine. Bridges and other networks
// inside the guest have no card.
func addressesOf(t thing) []drivers.Address {
	var texts []string
	for _, nic := range prop[types.ArrayOfGuestNicInfo](t, "guest.net").GuestNicInfo {
		if nic.DeviceConfigId > 0 {
			texts = append(texts, nic.IpAddress...)
		}
	}
	texts = append(texts, prop[string](t, "guest.ipAddress"))
	var out []drivers.Address
	for _, text := range texts {
		ip, err := netip.ParseAddr(text)
		known := slices.ContainsFunc(out, func(a drivers.Address) bool { return a.IP == ip })
		if err == nil && !known && !ip.IsLinkLocalUnicast() && !ip.IsMulticast() && !ip.IsUnspecified() {
			out = append(out, drivers.Address{IP: ip})
		}
	}
	return out
}

// Get reads a host; what many callers ask for at once becomes one request.
func (d *Driver) Get(ctx context.Context, id string) (drivers.Host, error) {
	m, err := d.machine(ctx, id)
	if err != nil {
		return drivers.Host{}, err
	}
	return m.host(), nil
}

func (d *Driver) machine(ctx context.Context, id string) (machine, error) {
	m, there, err := d.machines.Get(ctx, id)
	if err == nil && (!there || m.Parked) {
		err = notFound("there is no virtual machine %s", id)
	}
	return m, err
}

// MarkComplete writes it into the machine's mark.
func (d *Driver) MarkComplete(ctx context.Context, id string) error {
	m, err := d.machine(ctx, id)
	if err != nil || m.Complete {
		return err
	}
	now := m.mark
	now.Complete = true
	err = d.reconfigure(ctx, m.ref, types.VirtualMachineConfigSpec{ExtraConfig: []types.BaseOptionValue{now.option()}})
	return explain(err, "mark %s", m.name)
}

// Survey reads all machines that davit made: which ones these are, then what there is to know of them.
func (d *Driver) Survey(ctx context.Context) (map[string]drivers.Host, error) {
	mine, _, err := d.marked.Get(ctx, everyone)
	if err != nil {
		return nil, err
	}
	hosts := only(mine, func(m machine) bool { return m.Type == "VirtualMachine" && !m.Parked })
	machines, err := d.loadMachines(ctx, each(hosts, func(m machine) string { return m.Value }))
	found := map[string]drivers.Host{}
	for id, m := range machines {
		found[id] = m.host()
	}
	return found, err
}
