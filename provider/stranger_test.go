package provider

import (
	"context"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/builtin"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/remote"
	"github.com/davit-io/davit/internal/spec"
	"github.com/davit-io/davit/internal/vcsim"
)

// TestStrangerOnVSphere begins a host on a vCenter, where disks live with a machine, and makes it of another document:
// the machine is another one, and the disk, which might hold data, the same.
func TestStrangerOnVSphere(t *testing.T) {
	t.Parallel()
	v, err := vcsim.Start(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	p := newPool(builtin.Table())
	s := &session{pool: p, accounts: map[string]map[string]any{"vsphere": {
		"server": v.URL, "vcenter_user": "ops", "vcenter_password": "secret",
	}}}
	begin := func(cpus int) (*lifecycle.Runner, *lifecycle.Record) {
		h, err := s.host("vsphere")
		if err != nil {
			t.Fatal(err)
		}
		h.Name, h.Image, h.Network, h.User, h.CPUs = "v-1", vcsim.Template, vcsim.Network, "debian", cpus
		h.Disks = []spec.Disk{{SizeGiB: 1, Filesystem: "ext4"}}
		for option, value := range map[string]string{"datacenter": vcsim.Datacenter, "cluster": vcsim.Cluster, "datastore": vcsim.Datastore} {
			if err := h.Set("vsphere."+option, value); err != nil {
				t.Fatal(err)
			}
		}
		key, err := remote.GenerateKey("")
		if err != nil {
			t.Fatal(err)
		}
		a, err := p.open(t.Context(), h)
		if err != nil {
			t.Fatal(err)
		}
		rec := lifecycle.NewRecord(h)
		rec.Owner = lifecycle.OwnerOf("test", "v-1")
		return &lifecycle.Runner{
			Driver: a.Driver, Save: func(context.Context, *lifecycle.Record) error { return nil },
			Signer: func(*lifecycle.Record) (ssh.Signer, error) { return key.Signer, nil },
		}, rec
	}
	o := lifecycle.CreateOptions{Until: lifecycle.UntilActive}
	r, begun := begin(1)
	if err := r.Create(t.Context(), []*lifecycle.Record{begun}, o); err != nil {
		t.Fatal(err)
	}
	r, rec := begin(2)
	if err := r.Ensure(t.Context(), rec, o); err != nil {
		t.Fatal(err)
	}
	if rec.HostID == begun.HostID || len(rec.Disks) != 1 || rec.Disks[0] != begun.Disks[0] {
		t.Errorf("machine %s with %v, begun as %s with %v", rec.HostID, rec.Disks, begun.HostID, begun.Disks)
	}
	if _, err := r.Remove(t.Context(), []*lifecycle.Record{rec}, lifecycle.RemoveOptions{Search: true}); err != nil {
		t.Fatal(err)
	}
	finder, _ := drivers.As[drivers.Finder](r.Driver)
	if left, err := finder.Find(t.Context(), rec.Owner); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
