package lifecycle

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/davit-io/davit/drivers"
)

// HostsWanted says which hosts of a platform are meant. What is empty doesn't matter.
type HostsWanted struct {
	Owner      drivers.Owner
	Deployment string         // whose owners are derived from it and their names
	Name       *regexp.Regexp // that the name matches
	Tags       map[string]string
}

// FoundHost is a host that carries an owner of davit's, recorded here or not.
type FoundHost struct {
	drivers.Host
	Owner     drivers.Owner
	Resources []drivers.Resource // what carries the same owner
}

// Record is what a front end keeps of the host. What was asked for when it was made is not known, so Spec is nil.
func (f FoundHost) Record() *Record {
	rec := &Record{
		Version: RecordVersion, Name: f.Name, Owner: f.Owner, Phase: PhaseCreating, HostID: f.ID, Resources: f.Resources,
		Addresses: f.Addresses, SSHPort: f.SSHPort, Disks: f.Disks,
	}
	if f.Complete {
		rec.Phase = PhaseReady
	}
	return rec
}

// Hosts lists the hosts of davit's on a platform, in the order of names: one list of what there is, and the driver makes
// one of what is asked of each. Hosts that vanish meanwhile are left out.
func (r *Runner) Hosts(ctx context.Context, want HostsWanted) ([]FoundHost, error) {
	finder, ok := drivers.As[drivers.Finder](r.Driver)
	if !ok {
		return nil, &drivers.Error{Kind: drivers.ErrUnsupported, Err: errors.New("this driver can't tell which hosts are davit's")}
	}
	ctx, cancel := context.WithTimeout(ctx, r.Limits.orDefaults().Ask)
	defer cancel()
	all, err := finder.Find(ctx, want.Owner)
	if err != nil {
		return nil, fmt.Errorf("look for hosts: %w", err)
	}
	has := map[drivers.Owner][]drivers.Resource{}
	for _, f := range all {
		has[f.Owner] = append(has[f.Owner], f.Resource)
	}
	wanted := slices.DeleteFunc(all, func(f drivers.Found) bool { return !f.Kind.IsHost() || !want.named(f) })
	hosts := make([]FoundHost, len(wanted))
	err = each(wanted, func(i int, f drivers.Found) error {
		host, err := r.Driver.Get(ctx, f.ID)
		if errors.Is(err, drivers.ErrNotFound) {
			return nil
		}
		hosts[i] = FoundHost{Host: host, Owner: f.Owner, Resources: has[f.Owner]}
		return err
	})
	hosts = slices.DeleteFunc(hosts, func(h FoundHost) bool { return h.ID == "" || !want.tagged(h.Host) })
	slices.SortFunc(hosts, func(a, b FoundHost) int { return strings.Compare(a.Name, b.Name) })
	return hosts, err
}

func (w HostsWanted) named(f drivers.Found) bool {
	return (w.Name == nil || w.Name.MatchString(f.Name)) && (w.Deployment == "" || OwnerOf(w.Deployment, f.Name) == f.Owner)
}

func (w HostsWanted) tagged(h drivers.Host) bool {
	for key, value := range w.Tags {
		if got, ok := h.Tags[key]; !ok || got != value {
			return false
		}
	}
	return true
}
