package vsphere_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"
	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/vsphere"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/remote"
	"github.com/davit-io/davit/internal/spec"
	"github.com/davit-io/davit/internal/vcsim"
)

// book keeps one record, as a front end's store does.
type book struct {
	t      *testing.T
	cloud  *cloud
	signer ssh.Signer

	mu   sync.Mutex
	text []byte // nil: forgotten
}

func (c *cloud) book(t *testing.T) *book {
	t.Helper()
	key, err := remote.GenerateKey("")
	if err != nil {
		t.Fatal(err)
	}
	b := &book{t: t, cloud: c, signer: key.Signer}
	h, err := spec.New(b.table(), "vsphere")
	if err != nil {
		t.Fatal(err)
	}
	h.Name, h.Image, h.User, h.Network = "web", vcsim.Template, "debian", vcsim.Network
	h.Disks = []spec.Disk{{SizeGiB: 1, Filesystem: "ext4"}, {SizeGiB: 2, Filesystem: "ext4", Mount: "/srv", Keep: true}}
	*h.Options.(*vsphere.Options) = vsphere.Options{Datacenter: vcsim.Datacenter, Cluster: vcsim.Cluster, Datastore: vcsim.Datastore, Folder: "ci/workers"}
	b.keep(lifecycle.NewRecord(h))
	return b
}

func (b *book) table() drivers.Table { return drivers.Table{vsphere.Constructor()} }

func (b *book) keep(rec *lifecycle.Record) {
	text, err := json.Marshal(rec)
	if err != nil {
		b.t.Error(err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text = text
}

// record reads what the book has, as the next run of davit does.
func (b *book) record() *lifecycle.Record {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	rec := &lifecycle.Record{}
	if err := json.Unmarshal(b.text, rec); err != nil {
		b.t.Fatal(err)
	}
	if err := rec.Spec.Bind(b.table()); err != nil {
		b.t.Fatal(err)
	}
	return rec
}

func (b *book) forgotten() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text == nil
}

// runner is one run of davit; when dead says so, nothing of it is kept any more.
func (b *book) runner(dead func() bool) *lifecycle.Runner {
	return &lifecycle.Runner{
		Driver: b.cloud.driver().Answer(5 * time.Second),
		Save: func(_ context.Context, rec *lifecycle.Record) error {
			if dead() {
				return context.Canceled
			}
			b.keep(rec)
			return nil
		},
		Forget: func(context.Context, *lifecycle.Record) error {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.text = nil
			return nil
		},
		Signer: func(*lifecycle.Record) (ssh.Signer, error) { return b.signer, nil },
	}
}

func alive() bool { return false }

func (b *book) create(dead func() bool) error {
	return b.runner(dead).Create(b.t.Context(), []*lifecycle.Record{b.record()}, lifecycle.CreateOptions{Until: lifecycle.UntilActive})
}

func (b *book) remove(o lifecycle.RemoveOptions) lifecycle.Removed {
	b.t.Helper()
	removed, err := b.runner(alive).Remove(b.t.Context(), []*lifecycle.Record{b.record()}, o)
	if err != nil {
		b.t.Fatalf("remove: %v", err)
	}
	return removed[0]
}

// kept wants the record to know the folder and the disk that was to be kept, and nobody else to take them for leftovers.
func (b *book) kept(disk string) {
	b.t.Helper()
	rec := b.record()
	kinds := []drivers.Kind{}
	for _, r := range rec.Resources {
		kinds = append(kinds, r.Kind)
	}
	if rec.Phase != lifecycle.PhaseKept || !slices.Equal(kinds, []drivers.Kind{vsphere.KindFolder, drivers.KindVolume}) || rec.Resources[1].ID != disk {
		b.t.Fatalf("phase %s, %+v, want the folder and disk %s", rec.Phase, rec.Resources, disk)
	}
	left, err := b.runner(alive).Garbage(b.t.Context(), []drivers.Owner{rec.Owner})
	if err != nil || len(left) > 0 {
		b.t.Errorf("taken for leftovers: %v, %v", left, err)
	}
	if n := len(only(b.cloud.names("VirtualMachine"), "web")); n != 1 {
		b.t.Errorf("%d machines for a kept disk", n)
	}
}

// TestKeptDiskOfARecord goes through the life of a host whose second disk is kept, killed at each call that changes
// something of the create that takes the disk up again.
func TestKeptDiskOfARecord(t *testing.T) {
	t.Parallel()
	for n, op := range keptThrough(t, never) {
		if !slices.Contains([]string{"CloneVM_Task", "ReconfigVM_Task", "Destroy_Task", "PowerOnVM_Task"}, op) {
			continue
		}
		t.Run(fmt.Sprintf("%s, call %d", op, n), func(t *testing.T) {
			t.Parallel()
			keptThrough(t, n)
		})
	}
}

const never = -1

// keptThrough gives the calls that the second create made.
func keptThrough(t *testing.T, at int) []string {
	t.Helper()
	c := start(t)
	c.snapshot("golden", "davit")
	before := c.inventory()
	c.Reset(c.mending(never, new(atomic.Bool)))
	b := c.book(t)
	c.must(b.create(alive))
	disk := b.record().Disks[1].ID
	gone := b.remove(lifecycle.RemoveOptions{}).Gone
	if slices.ContainsFunc(gone, func(r drivers.Resource) bool { return r.ID == disk || r.Kind == vsphere.KindFolder }) || len(gone) != 2 {
		t.Errorf("said to be gone: %v", gone)
	}
	b.kept(disk)

	var dead atomic.Bool
	c.Reset(c.mending(at, &dead))
	failed := b.create(dead.Load)
	calls := c.Calls()
	c.Reset(c.mending(never, new(atomic.Bool)))
	if at == never {
		c.must(failed)
		b.has(disk)
	}
	b.remove(lifecycle.RemoveOptions{}) // wherever the create ended
	b.kept(disk)
	c.must(b.create(alive))
	b.has(disk)
	b.remove(lifecycle.RemoveOptions{KeptDisks: true})
	equal(t, c.inventory(), before)
	if !b.forgotten() {
		t.Error("the record is left")
	}
	return calls
}

// mending is a process that is dead after a call. The simulator destroys a machine with its whole folder; a vCenter leaves
// disks that are no longer the machine's, so they are put back before a clone looks for them.
func (c *cloud) mending(at int, dead *atomic.Bool) vcsim.Hook {
	return func(n int, op string, pass func()) bool {
		if op == "CloneVM_Task" {
			c.restoreDisks()
		}
		if !dead.Load() {
			pass()
		}
		dead.CompareAndSwap(false, n == at)
		return dead.Load()
	}
}

func (c *cloud) restoreDisks() {
	for _, e := range c.Map().All("VirtualMachine") {
		for _, d := range c.vm(e.Reference().Value).Config.Hardware.Device {
			backing, ok := d.GetVirtualDevice().Backing.(*types.VirtualDiskFlatVer2BackingInfo)
			if !ok {
				continue
			}
			store := c.Map().Get(*backing.Datastore).(*simulator.Datastore)
			_, name, _ := strings.Cut(backing.FileName, "] ")
			file := filepath.Join(store.Info.GetDatastoreInfo().Url, name)
			c.must(os.MkdirAll(filepath.Dir(file), 0o700))
			f, err := os.OpenFile(file, os.O_CREATE|os.O_WRONLY, 0o600)
			c.must(err)
			c.must(f.Close())
		}
	}
}

// inventory is everything but files: the simulator leaves those of disks outside of their machine's folder.
func (c *cloud) inventory() []string {
	return slices.DeleteFunc(c.everything(), func(name string) bool { return strings.HasSuffix(name, ".vmdk") })
}

// has wants the host to have a disk.
func (b *book) has(disk string) {
	b.t.Helper()
	if got := dataDisk(b.cloud.vm(b.record().HostID)).Backing.(*types.VirtualDiskFlatVer2BackingInfo).Uuid; !strings.EqualFold(got, disk) {
		b.t.Errorf("the host has disk %s, and %s was kept", got, disk)
	}
}
