package lifecycle_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/fake"
	"github.com/davit-io/davit/drivers/fake/guest"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/remote/remotetest"
	"github.com/davit-io/davit/internal/spec"
)

// world is a cloud with guests and a store that outlives the processes that use them.
type world struct {
	t      *testing.T
	cloud  *fake.Cloud
	guests *guest.Guests
	signer ssh.Signer

	mu      sync.Mutex
	records map[string][]byte
	events  []string
}

func newWorld(t *testing.T, behave func(string) guest.Behaviour) *world {
	t.Helper()
	w := &world{t: t, cloud: fake.New(), signer: remotetest.NewKey(t), records: map[string][]byte{}}
	w.guests = guest.Attach(t, w.cloud, behave)
	return w
}

// process is one run of the program: its client of the cloud dies with it, and what is dead saves nothing.
type process struct {
	*world
	*lifecycle.Runner
	killed func() bool
	onTell func(lifecycle.Event)
	dead   bool
}

func (w *world) process() *process {
	p := &process{world: w}
	p.Runner = &lifecycle.Runner{
		Driver: w.client(p), Save: p.save, Forget: p.forget, Report: p.tell,
		Signer: func(*lifecycle.Record) (ssh.Signer, error) { return w.signer, nil },
		Limits: lifecycle.Limits{Tick: 2 * time.Millisecond, Create: 20 * time.Second, Port: 20 * time.Second, HostKey: 20 * time.Second, CloudInit: 20 * time.Second, Check: 10 * time.Second},
	}
	return p
}

// client is of the kind that the cloud is.
func (w *world) client(p *process) drivers.Driver {
	if w.cloud.Reports {
		d := w.cloud.Reporter()
		p.killed = d.Killed
		return d
	}
	d := w.cloud.Driver()
	p.killed = d.Killed
	return d
}

func (p *process) gone() bool { return p.dead || p.killed() }

func (p *process) save(_ context.Context, rec *lifecycle.Record) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone() {
		return fake.ErrKilled
	}
	text, err := json.Marshal(rec)
	p.records[rec.Name] = text
	return err
}

func (p *process) forget(_ context.Context, rec *lifecycle.Record) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.gone() {
		return fake.ErrKilled
	}
	delete(p.records, rec.Name)
	return nil
}

func (p *process) tell(e lifecycle.Event) {
	p.mu.Lock()
	p.events = append(p.events, e.Host+" "+string(e.Phase)+" "+e.Text)
	p.mu.Unlock()
	if p.onTell != nil {
		p.onTell(e)
	}
}

// kill ends the process: nothing it does from here on has an effect.
func (p *process) kill() {
	p.mu.Lock()
	p.dead = true
	p.mu.Unlock()
}

// record is what the store has of a host, or a new record.
func (w *world) record(name string, change ...func(*spec.Host)) *lifecycle.Record {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	text, known := w.records[name]
	if !known {
		return lifecycle.NewRecord(w.host(name, change...))
	}
	rec := &lifecycle.Record{}
	if err := json.Unmarshal(text, rec); err != nil {
		w.t.Fatal(err)
	}
	if err := rec.Spec.Bind(w.table()); err != nil {
		w.t.Fatal(err)
	}
	return rec
}

func (w *world) stored(name string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, ok := w.records[name]
	return ok
}

func (w *world) table() drivers.Table { return drivers.Table{w.cloud.Constructor()} }

func (w *world) host(name string, change ...func(*spec.Host)) *spec.Host {
	w.t.Helper()
	h, err := spec.New(w.table(), "fake")
	if err != nil {
		w.t.Fatal(err)
	}
	h.Name, h.Image, h.Network = name, "debian-12", "private"
	h.Disks = []spec.Disk{{SizeGiB: 2, Filesystem: "ext4"}}
	h.Options.(*fake.Options).AddressPool = "outside"
	for _, c := range change {
		c(h)
	}
	return h
}

// create runs a process that creates hosts.
func (w *world) create(ctx context.Context, names ...string) error {
	return w.process().create(ctx, lifecycle.CreateOptions{}, names...)
}

func (p *process) create(ctx context.Context, o lifecycle.CreateOptions, names ...string) error {
	recs := make([]*lifecycle.Record, len(names))
	for i, name := range names {
		recs[i] = p.record(name)
	}
	return p.Create(ctx, recs, o)
}

// holds says how many servers, volumes and addresses there must be.
func (w *world) holds(t *testing.T, n int) {
	t.Helper()
	for _, kind := range []drivers.Kind{drivers.KindServer, drivers.KindVolume, drivers.KindFloatingIP} {
		if got := w.cloud.Count(kind); got != n {
			t.Errorf("%d of kind %s, want %d", got, kind, n)
		}
	}
}

// ready holds a host against what must be so in the end.
func (w *world) ready(t *testing.T, name string) *lifecycle.Record {
	t.Helper()
	rec := w.record(name)
	if !rec.Complete() || rec.Problem != "" || len(rec.Resources) != 3 {
		t.Errorf("%s is in phase %s with %d resources, problem %q", name, rec.Phase, len(rec.Resources), rec.Problem)
	}
	return rec
}

// phaseError wants a PhaseError whose text has all of words.
func phaseError(t *testing.T, err error, phase lifecycle.Phase, words ...string) {
	t.Helper()
	e, ok := errors.AsType[*lifecycle.PhaseError](err)
	if !ok {
		t.Fatalf("got %v, want a PhaseError", err)
	}
	if e.Phase != phase {
		t.Errorf("on the way to %q, want %q", e.Phase, phase)
	}
	text := err.Error() + "\n" + drivers.Hint(err)
	for _, word := range words {
		if !strings.Contains(text, word) {
			t.Errorf("no %q in:\n%s", word, text)
		}
	}
}
