package vsphere

import (
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"

	"github.com/vmware/govmomi/vim25/soap"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
)

// Options is the vsphere block of a host document.
type Options struct {
	Server           string            `opt:"server,account" help:"Name or URL of the vCenter; empty: GOVC_URL or VSPHERE_SERVER" example:"vcenter.example.com" change:"replace"`
	VCenterUser      string            `opt:"vcenter_user,account" help:"Account at the vCenter; empty: GOVC_USERNAME or VSPHERE_USER" example:"ops@vsphere.local" change:"in place"`
	VCenterPassword  field.Secret      `opt:"vcenter_password,account" help:"Password of the account; empty: GOVC_PASSWORD or VSPHERE_PASSWORD" example:"s3cret" change:"in place"`
	CAFile           string            `opt:"ca_file,account" help:"File with the certificates of the authority that signed the vCenter's; empty: GOVC_TLS_CA_CERTS, or the system's" example:"/etc/ssl/vcenter.pem" change:"in place"`
	Thumbprint       string            `opt:"thumbprint,account" help:"Thumbprint (SHA-256 or SHA-1) of the one certificate to accept from the vCenter where no authority vouches for it; empty: GOVC_THUMBPRINT or VSPHERE_THUMBPRINT" example:"2A:5C:..." change:"in place"`
	Datacenter       string            `opt:"datacenter" help:"Datacenter; empty: GOVC_DATACENTER or VSPHERE_DATACENTER, or the only one" example:"dc1" change:"replace"`
	Cluster          string            `opt:"cluster,zone" help:"Cluster to run in; empty: that of host_system or resource_pool, or the only one" example:"compute" change:"replace"`
	HostSystem       string            `opt:"host_system" help:"ESXi host to run on; empty: the cluster's choice" example:"esx-1.example.com" change:"replace"`
	ResourcePool     string            `opt:"resource_pool" help:"Resource pool; empty: the cluster's own" example:"ci" change:"replace"`
	Folder           string            `opt:"folder" help:"Folder of the host below the datacenter's VM folder, made when it is missing; empty: that folder itself" example:"ci/workers" change:"replace"`
	Datastore        string            `opt:"datastore" help:"Datastore; empty: the template's for a linked clone, else the one with the most free space" example:"vsan" change:"replace"`
	DatastoreCluster string            `opt:"datastore_cluster" help:"Datastore cluster whose recommendation is followed, instead of datastore" example:"pod-1" change:"replace"`
	Clone            string            `opt:"clone" help:"linked shares the template's disk through a snapshot, full copies it; empty: linked where the template has a snapshot or can get one" example:"linked" values:"linked,full" change:"replace"`
	Snapshot         string            `opt:"snapshot" help:"Snapshot of the template to clone from; empty: for a linked clone its current one, which is made when it has none" example:"golden" change:"replace"`
	StaticAddress    string            `opt:"static_address" help:"Address with the length of its network's prefix; empty: DHCP" example:"192.0.2.10/24" change:"replace"`
	Gateway          string            `opt:"gateway" help:"Default gateway of the static address" example:"192.0.2.1" change:"replace"`
	DNS              []string          `opt:"dns" help:"Name servers of the static address" example:"192.0.2.53,192.0.2.54" change:"replace"`
	Tags             []string          `opt:"tags" help:"Tags, each as category:name" example:"team:web" change:"replace"`
	CustomAttributes map[string]string `opt:"custom_attributes" help:"Values of custom attributes that the vCenter has" example:"cost-center=42" change:"replace"`
	AntiAffinity     string            `opt:"anti_affinity" help:"Name of a DRS rule that keeps its hosts on different ESXi hosts; made when it is missing" example:"web" change:"replace"`
	ThickDisks       bool              `opt:"thick_disks" help:"Allocate data disks in full when they are made; else as they fill" change:"replace"`
}

// Validate reports what is wrong without asking the vCenter; paths are relative to the block.
func (o *Options) Validate() error {
	return errors.Join(o.validServer(), o.validPlace(), o.validNetwork(), o.validTags(), o.validAttributes())
}

// validServer refuses a password where plans and records would show it. In GOVC_URL, which stays in the environment, it is fine.
func (o *Options) validServer() error {
	u, err := soap.ParseURL(o.Server)
	if err != nil || u == nil {
		return nil //nolint:nilerr // the login tells
	}
	if password, _ := u.User.Password(); password == "" {
		return nil
	}
	return field.Errorf("server", "holds a password, which plans and records would show").WithHint("give vcenter_user and vcenter_password instead, or set GOVC_URL")
}

func (o *Options) validPlace() error {
	var errs []error
	if o.Datastore != "" && o.DatastoreCluster != "" {
		errs = append(errs, field.Errorf("datastore_cluster", "the host can't be on a datastore and in a datastore cluster of its own choice").WithHint("remove datastore or datastore_cluster"))
	}
	for name := range strings.SplitSeq(o.Folder, "/") {
		if o.Folder != "" && strings.TrimSpace(name) == "" {
			errs = append(errs, field.Errorf("folder", "%q has an empty name in it", o.Folder).WithHint("write it like ci/workers"))
			break
		}
	}
	return errors.Join(errs...)
}

func (o *Options) validNetwork() error {
	if o.StaticAddress == "" {
		return o.noStatic()
	}
	var errs []error
	prefix, err := netip.ParsePrefix(o.StaticAddress)
	if err != nil {
		return field.Errorf("static_address", "%q is no address with a prefix length", o.StaticAddress).WithHint("write it like 192.0.2.10/24")
	}
	switch gateway, err := netip.ParseAddr(o.Gateway); {
	case o.Gateway == "":
	case err != nil:
		errs = append(errs, field.Errorf("gateway", "%q is no IP address", o.Gateway))
	case !prefix.Contains(gateway):
		errs = append(errs, field.Errorf("gateway", "%s is not in the network %s", gateway, prefix.Masked()))
	}
	for i, server := range o.DNS {
		if _, err := netip.ParseAddr(server); err != nil {
			errs = append(errs, field.Errorf(fmt.Sprintf("dns[%d]", i), "%q is no IP address", server))
		}
	}
	return errors.Join(errs...)
}

func (o *Options) noStatic() error {
	var errs []error
	for path, given := range map[string]bool{"gateway": o.Gateway != "", "dns": len(o.DNS) > 0} {
		if given {
			errs = append(errs, field.Errorf(path, "goes with static_address, and there is none").WithHint("set static_address, or leave both to DHCP"))
		}
	}
	return errors.Join(errs...)
}

func (o *Options) validTags() error {
	var errs []error
	for i, tag := range o.Tags {
		if category, name, ok := strings.Cut(tag, ":"); !ok || category == "" || name == "" {
			errs = append(errs, field.Errorf(fmt.Sprintf("tags[%d]", i), "%q is no tag", tag).WithHint("write it as category:name"))
		}
	}
	return errors.Join(errs...)
}

func (o *Options) validAttributes() error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(o.CustomAttributes)) {
		if o.CustomAttributes[name] == "" {
			errs = append(errs, field.Errorf(field.Join("custom_attributes", name), "has no value"))
		}
	}
	return errors.Join(errs...)
}

// options gives the block of a spec; a spec without one has the defaults.
func options(spec drivers.Spec) *Options {
	if o, ok := spec.Options.(*Options); ok && o != nil {
		return o
	}
	return new(Options)
}
