package vsphere

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/pick"
)

// place is where a host is put.
type place struct {
	datacenter, compute, pool thing
	esx                       *thing   // the ESXi host; nil: the cluster's choice
	datastore, pod            *thing   // one of them, unless there was a finding
	folder                    thing    // the deepest that is there
	missing                   []string // folders to be made below it
	davits                    string   // id of the topmost folder that davit made for these hosts
}

func (r *resolution) place(spec drivers.Spec, dc thing, t template, note noter, choose chooser) place {
	p, o := place{datacenter: dc}, options(spec)
	if !note(r.computeFor(&p, o)) {
		return p
	}
	note(r.storageFor(&p, o, t, choose))
	r.folderFor(&p, o)
	return p
}

// computeFor finds cluster, pool and ESXi host, each from the others where they say it.
func (r *resolution) computeFor(p *place, o *Options) *field.Error {
	computes := r.all(p.datacenter.ref, "ClusterComputeResource", "ComputeResource")
	if o.HostSystem != "" {
		esx, e := r.kind("ESXi host").One("vsphere.host_system", o.HostSystem, r.all(p.datacenter.ref, "HostSystem"))
		if e != nil {
			return e
		}
		if e := available(esx); e != nil {
			return e
		}
		p.esx = &esx
		computes = only(computes, func(c thing) bool { return c.ref == esx.parent })
	}
	if o.ResourcePool != "" && o.Cluster == "" {
		computes = only(computes, func(c thing) bool { return len(r.poolsNamed(c, o.ResourcePool)) > 0 })
		if len(computes) == 0 {
			return pick.Unknown("resource pool", "vsphere.resource_pool", o.ResourcePool, each(r.all(p.datacenter.ref, "ResourcePool"), func(t thing) string { return t.name }))
		}
	}
	var e *field.Error
	if p.compute, e = r.kind("cluster").OneOrOnly("vsphere.cluster", o.Cluster, computes); e != nil {
		return e
	}
	if o.ResourcePool == "" {
		p.pool = r.things[prop[ref](p.compute, "resourcePool")]
		return nil
	}
	p.pool, e = r.kind("resource pool").One("vsphere.resource_pool", o.ResourcePool, r.all(p.compute.ref, "ResourcePool", "VirtualApp"))
	return e
}

func (r *resolution) poolsNamed(compute thing, name string) []thing {
	return only(r.all(compute.ref, "ResourcePool", "VirtualApp"), func(t thing) bool {
		return t.name == name || t.Value == name || strings.HasSuffix(r.path(t), "/"+name)
	})
}

func available(esx thing) *field.Error {
	state := prop[types.HostSystemConnectionState](esx, "runtime.connectionState")
	switch {
	case prop[bool](esx, "runtime.inMaintenanceMode"):
		return field.Errorf("vsphere.host_system", "%s is in maintenance mode", esx.name)
	case state != types.HostSystemConnectionStateConnected:
		return field.Errorf("vsphere.host_system", "%s is %s", esx.name, state)
	}
	return nil
}

// storageFor finds the datastore or the datastore cluster.
func (r *resolution) storageFor(p *place, o *Options, t template, choose chooser) *field.Error {
	if o.DatastoreCluster != "" {
		pod, e := r.kind("datastore cluster").One("vsphere.datastore_cluster", o.DatastoreCluster, r.all(p.datacenter.ref, "StoragePod"))
		p.pod = &pod
		return e
	}
	mounted := refs(p.compute, "datastore")
	if p.esx != nil {
		mounted = refs(*p.esx, "datastore")
	}
	usable := only(r.all(p.datacenter.ref, "Datastore"), func(ds thing) bool {
		s := prop[types.DatastoreSummary](ds, "summary")
		return slices.Contains(mounted, ds.ref) && s.Accessible && (s.MaintenanceMode == "" || s.MaintenanceMode == "normal")
	})
	if o.Datastore != "" {
		ds, e := r.kind("datastore of "+p.compute.name).One("vsphere.datastore", o.Datastore, usable)
		p.datastore = &ds
		return e
	}
	if len(usable) == 0 {
		return field.Errorf("vsphere.datastore", "%w", notFound("%s has no datastore in use", p.compute.name))
	}
	roomy := slices.MaxFunc(usable, func(a, b thing) int { return cmp.Compare(free(a), free(b)) })
	home := only(usable, func(ds thing) bool { return slices.Contains(t.datastores, ds.ref) })
	p.datastore = &roomy
	switch {
	case t.links && len(home) > 0:
		p.datastore = &home[0]
		choose("vsphere.datastore", home[0].name, "the template's disk is there")
	case len(usable) > 1:
		choose("vsphere.datastore", roomy.name, fmt.Sprintf("the most space is free there, %d GiB", free(roomy)>>30))
	default:
		choose("vsphere.datastore", roomy.name, "the only one there is")
	}
	return nil
}

func free(ds thing) int64 { return prop[types.DatastoreSummary](ds, "summary").FreeSpace }

// folderFor follows the folder's path as far as it is there.
func (r *resolution) folderFor(p *place, o *Options) {
	p.folder = r.things[prop[ref](p.datacenter, "vmFolder")]
	names := strings.Split(strings.Trim(o.Folder, "/"), "/")
	if o.Folder == "" {
		names = nil
	}
	for i, name := range names {
		next := only(r.order, func(t thing) bool { return t.Type == "Folder" && t.parent == p.folder.ref && t.name == name })
		if len(next) == 0 {
			p.missing = names[i:]
			break
		}
		p.folder = next[0]
	}
	p.davits = r.madeFor(p)
}

// madeFor gives the topmost folder that davit made for hosts in this one. Machines tell of it, and records, as long as it
// has no machine.
func (r *resolution) madeFor(p *place) string {
	for _, top := range r.recorded {
		if r.within(p.folder, top) {
			return top.Value
		}
	}
	if len(p.missing) > 0 {
		return "" // what is made below is for these hosts alone
	}
	for _, t := range r.all(p.folder.ref, "VirtualMachine") {
		if top, ok := r.things[ref{Type: "Folder", Value: newMachine(t).Folder}]; ok && r.within(p.folder, top.ref) {
			return top.Value
		}
	}
	return ""
}

func recordedFolders(specs []drivers.Spec) []ref {
	var found []ref
	for _, spec := range specs {
		for _, made := range spec.Made {
			if made.Kind == KindFolder {
				found = append(found, ref{Type: "Folder", Value: made.ID})
			}
		}
	}
	return found
}

// nameTaken is the finding that another machine in the folder has the host's name.
func (r *resolution) nameTaken(spec drivers.Spec, p place) *field.Error {
	i := slices.IndexFunc(r.order, func(t thing) bool {
		return t.Type == "VirtualMachine" && t.name == spec.Name && t.parent == p.folder.ref && newMachine(t).Owner != spec.Owner
	})
	if i < 0 || len(p.missing) > 0 {
		return nil
	}
	return field.Errorf("name", "%w", &drivers.Error{Kind: drivers.ErrExists, Err: fmt.Errorf("there is a virtual machine %s already", r.path(r.order[i]))}).
		WithHint("choose another name, or another folder")
}
