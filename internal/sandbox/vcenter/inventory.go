package vcenter

import (
	"context"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/types"
)

// Names of the inventory, of which there is one each.
const (
	Datacenter = "dc"
	Cluster    = "cluster"
	HostSystem = "host"
	Pool       = "pool"
	Datastore  = "datastore"
	Switch     = "switch"
	Network    = "guests"
	Snapshot   = "base" // of each template
)

type ref = types.ManagedObjectReference

// site is where templates are put.
type site struct {
	folders *object.DatacenterFolders
	pool    *object.ResourcePool
	host    *object.HostSystem
	card    types.BaseVirtualDeviceBackingInfo
}

func (v *VCenter) populate(ctx context.Context) error {
	if err := v.makeDirs(); err != nil {
		return err
	}
	client, err := v.internalClient(ctx)
	if err != nil {
		return err
	}
	dc, err := object.NewRootFolder(client).CreateDatacenter(ctx, Datacenter)
	if err != nil {
		return err
	}
	s := site{}
	if s.folders, err = dc.Folders(ctx); err != nil {
		return err
	}
	if err := v.addHost(ctx, &s); err != nil {
		return err
	}
	if err := v.addNetwork(ctx, &s); err != nil {
		return err
	}
	for _, t := range v.config.Templates {
		if err := v.addTemplate(ctx, s, t); err != nil {
			return err
		}
	}
	return nil
}

// addHost makes the cluster with its host, its pools and its datastore.
func (v *VCenter) addHost(ctx context.Context, s *site) error {
	cluster, err := s.folders.HostFolder.CreateCluster(ctx, Cluster, types.ClusterConfigSpecEx{})
	if err != nil {
		return err
	}
	made, err := result(ctx)(cluster.AddHost(ctx, types.HostConnectSpec{HostName: HostSystem}, true, nil, nil))
	if err != nil {
		return err
	}
	s.host = object.NewHostSystem(cluster.Client(), made)
	stores, err := s.host.ConfigManager().DatastoreSystem(ctx)
	if err != nil {
		return err
	}
	if _, err = stores.CreateLocalDatastore(ctx, Datastore, v.datastoreDir()); err != nil {
		return err
	}
	if s.pool, err = cluster.ResourcePool(ctx); err != nil {
		return err
	}
	_, err = s.pool.Create(ctx, Pool, types.DefaultResourceConfigSpec())
	return err
}

// addNetwork makes a distributed switch with the network's MTU and one port group.
func (v *VCenter) addNetwork(ctx context.Context, s *site) error {
	spec := &types.VMwareDVSConfigSpec{MaxMtu: int32(v.config.MTU)}
	spec.Name = Switch
	made, err := result(ctx)(s.folders.NetworkFolder.CreateDVS(ctx, types.DVSCreateSpec{ConfigSpec: spec}))
	if err != nil {
		return err
	}
	dvs := object.NewDistributedVirtualSwitch(s.pool.Client(), made)
	if _, err = result(ctx)(dvs.AddPortgroup(ctx, []types.DVPortgroupConfigSpec{{
		Name: Network, NumPorts: 128, Type: string(types.DistributedVirtualPortgroupPortgroupTypeEarlyBinding),
	}})); err != nil {
		return err
	}
	if _, err = result(ctx)(dvs.Reconfigure(ctx, &types.DVSConfigSpec{Host: []types.DistributedVirtualSwitchHostMemberConfigSpec{{
		Operation: string(types.ConfigSpecOperationAdd), Host: s.host.Reference(),
	}}})); err != nil {
		return err
	}
	group, err := object.NewSearchIndex(s.pool.Client()).FindChild(ctx, s.folders.NetworkFolder, Network)
	if err != nil {
		return err
	}
	s.card, err = group.(object.NetworkReference).EthernetCardBackingInfo(ctx)
	return err
}

// result awaits a task and gives the object it made.
func result(ctx context.Context) func(*object.Task, error) (ref, error) {
	return func(task *object.Task, err error) (ref, error) {
		if err != nil {
			return ref{}, err
		}
		info, err := task.WaitForResult(ctx, nil)
		if err != nil {
			return ref{}, err
		}
		made, _ := info.Result.(ref)
		return made, nil
	}
}
