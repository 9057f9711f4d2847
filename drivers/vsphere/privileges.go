package vsphere

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
)

// right is a privilege that a host needs on an object, with the option that names the object.
type right struct {
	object    thing
	privilege string
	path      string
}

// privileges asks for all rights of all hosts in one request and names each that the account lacks.
func (r *resolution) privileges(ctx context.Context, rs []drivers.Resolved) error {
	ids, objects := map[string]bool{}, map[ref]bool{}
	for _, res := range rs {
		p, ok := res.Private.(*plan)
		if !ok {
			continue
		}
		for _, need := range p.rights() {
			ids[need.privilege], objects[need.object.ref] = true, true
		}
	}
	if len(objects) == 0 || r.ServiceContent.AuthorizationManager == nil {
		return nil
	}
	lacking, err := r.lacking(ctx, slices.Collect(maps.Keys(objects)), slices.Sorted(maps.Keys(ids)))
	if err != nil {
		return err
	}
	for _, res := range rs {
		p, ok := res.Private.(*plan)
		if !ok {
			continue
		}
		for _, need := range p.rights() {
			if lacking[need.object.ref][need.privilege] {
				r.Add(r.lacks(need), res.Spec.Name)
			}
		}
	}
	return nil
}

func (r *resolution) lacks(need right) *field.Error {
	return field.Errorf(need.path, "%w", &drivers.Error{
		Kind: drivers.ErrAuth,
		Err:  fmt.Errorf("%s lacks the privilege %s on %s", r.account.user.Username(), need.privilege, r.path(need.object)),
	}).WithHint("ask the vCenter's administrator for a role with this privilege there")
}

func (r *resolution) lacking(ctx context.Context, objects []ref, ids []string) (map[ref]map[string]bool, error) {
	key, _, err := r.current(ctx)
	if err != nil {
		return nil, err
	}
	answer, err := methods.HasPrivilegeOnEntities(ctx, r, &types.HasPrivilegeOnEntities{
		This: *r.ServiceContent.AuthorizationManager, Entity: objects, SessionId: key, PrivId: ids,
	})
	if err != nil {
		return nil, explain(err, "read the account's privileges")
	}
	lacking := map[ref]map[string]bool{}
	for _, entity := range answer.Returnval {
		lacking[entity.Entity] = map[string]bool{}
		for _, p := range entity.PrivAvailability {
			lacking[entity.Entity][p.PrivId] = !p.IsGranted
		}
	}
	return lacking, nil
}

// rights are what making, running and removing the host needs.
func (p *plan) rights() []right {
	var out []right
	on := func(object *thing, path string, privileges ...string) {
		for _, privilege := range privileges {
			if object != nil {
				out = append(out, right{*object, privilege, path})
			}
		}
	}
	if p.isTemplate {
		on(&p.thing, "image", "VirtualMachine.Provisioning.DeployTemplate")
	} else {
		on(&p.thing, "image", "VirtualMachine.Provisioning.Clone")
	}
	if p.snapshotMissing() {
		on(&p.thing, "image", "VirtualMachine.State.CreateSnapshot")
	}
	on(&p.folder, "vsphere.folder",
		"VirtualMachine.Inventory.CreateFromExisting", "VirtualMachine.Inventory.Delete", "VirtualMachine.Interact.PowerOn", "VirtualMachine.Interact.PowerOff",
		"VirtualMachine.Config.AddNewDisk", "VirtualMachine.Config.RemoveDisk", "VirtualMachine.Config.EditDevice", "VirtualMachine.Config.AdvancedConfig",
		"VirtualMachine.Config.CPUCount", "VirtualMachine.Config.Memory")
	if len(p.missing) > 0 {
		on(&p.folder, "vsphere.folder", "Folder.Create", "Folder.Rename", "Folder.Delete")
	}
	on(&p.pool, "vsphere.resource_pool", "Resource.AssignVMToPool")
	on(p.datastore, "vsphere.datastore", "Datastore.AllocateSpace")
	on(p.pod, "vsphere.datastore_cluster", "Datastore.AllocateSpace")
	on(&p.network.thing, "network", "Network.Assign")
	if p.options.AntiAffinity != "" {
		on(&p.compute, "vsphere.anti_affinity", "Host.Inventory.EditCluster")
	}
	if len(p.tags) > 0 {
		on(&p.folder, "vsphere.tags", "InventoryService.Tagging.AttachTag")
	}
	if len(p.fields) > 0 {
		on(&p.folder, "vsphere.custom_attributes", "Global.SetCustomField")
	}
	return out
}
