package store_test

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/remote"
	"github.com/davit-io/davit/internal/spec"
	"github.com/davit-io/davit/internal/store"
)

func open(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(filepath.Join(t.TempDir(), "davit"))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func save(t *testing.T, s *store.Store, recs ...*lifecycle.Record) {
	t.Helper()
	for _, rec := range recs {
		if err := s.Save(t.Context(), rec); err != nil {
			t.Fatal(err)
		}
	}
}

func record(name string) *lifecycle.Record {
	return &lifecycle.Record{Version: lifecycle.RecordVersion, Name: name, Owner: drivers.Owner("o-" + name), Driver: "fake"}
}

// reachable is a record of a host with an address and a pinned key.
func reachable(t *testing.T, s *store.Store, name, addr string) *lifecycle.Record {
	t.Helper()
	rec := record(name)
	file, err := s.MakeKey(name)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := remote.ReadSigner(file)
	if err != nil {
		t.Fatal(err)
	}
	rec.KeyFile, rec.User = file, "debian"
	rec.HostKeys = []string{strings.TrimSpace(string(ssh.MarshalAuthorizedKey(signer.PublicKey())))}
	rec.Addresses = []drivers.Address{{IP: netip.MustParseAddr(addr)}}
	return rec
}

func names(recs []*lifecycle.Record) []string {
	out := []string{}
	for _, rec := range recs {
		out = append(out, rec.Name)
	}
	return out
}

func TestSaveLoadRemove(t *testing.T) {
	t.Parallel()
	s := open(t)
	rec := record("web-1")
	rec.Resources = []drivers.Resource{{Kind: drivers.KindVolume, ID: "v1", Name: "web-1-1"}}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Save(ended, rec); err != nil {
		t.Fatalf("an ended context keeps a save from being made: %v", err)
	}
	got, err := s.Load("web-1")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rec.Resources, got.Resources); diff != "" || got.Owner != rec.Owner {
		t.Errorf("read back otherwise: %s", diff)
	}
	for range 2 {
		if err := s.Remove("web-1"); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Load("web-1"); !errors.Is(err, drivers.ErrNotFound) {
		t.Errorf("after Remove: %v", err)
	}
	if _, err := os.Stat(filepath.Join(s.Dir(), "hosts", "web-1")); err == nil {
		t.Error("the folder is still there")
	}
}

func TestOnlyTheUserCanRead(t *testing.T) {
	t.Parallel()
	s := open(t)
	save(t, s, reachable(t, s, "web-1", "192.0.2.1"))
	if err := s.WriteSSHConfig(t.Context()); err != nil {
		t.Fatal(err)
	}
	err := filepath.WalkDir(s.Dir(), func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestNamesLeadNowhereElse(t *testing.T) {
	t.Parallel()
	s := open(t)
	for _, name := range []string{"", ".", "..", "../x", "a/b", ".hidden", `a\b`} {
		if _, err := s.Load(name); !errors.Is(err, drivers.ErrNotFound) {
			t.Errorf("Load(%q): %v", name, err)
		}
		if err := s.Save(t.Context(), record(name)); err == nil {
			t.Errorf("Save(%q) wrote", name)
		}
		if _, err := s.Lock(t.Context(), name); err == nil {
			t.Errorf("Lock(%q) locked", name)
		}
	}
}

func TestListIsInNaturalOrder(t *testing.T) {
	t.Parallel()
	s := open(t)
	if recs, err := s.List(); err != nil || len(recs) != 0 {
		t.Fatalf("a store that isn't there yet: %v, %v", recs, err)
	}
	save(t, s, record("web-10"), record("web-9"), record("db"), record("web-1"))
	recs, err := s.List()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"db", "web-1", "web-9", "web-10"}, names(recs)); diff != "" {
		t.Error(diff)
	}
}

func TestBrokenRecordsAreNamedAndHideNoOthers(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, text, want string }{
		{"torn", `{"version": 1, "na`, "can't be read"},
		{"empty", ``, "can't be read"},
		{"newer", `{"version": 99, "name": "web-2", "driver": {"shape": "unknown"}}`, "has version 99"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			save(t, s, record("web-1"), record("web-2"), record("web-3"))
			file := filepath.Join(s.Dir(), "hosts", "web-2", "record.json")
			if err := os.WriteFile(file, []byte(tc.text), 0o600); err != nil {
				t.Fatal(err)
			}
			recs, err := s.List()
			if diff := cmp.Diff([]string{"web-1", "web-3"}, names(recs)); diff != "" {
				t.Error(diff)
			}
			if err == nil || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v does not say %q of %s", err, tc.want, file)
			}
			if drivers.Hint(err) == "" {
				t.Error("no hint what to do")
			}
		})
	}
}

func TestLeftoversOfAKilledWriteAreHarmless(t *testing.T) {
	t.Parallel()
	s := open(t)
	save(t, s, record("web-1"))
	for _, file := range []string{"web-1/.record.json123", "web-2/.record.json456", "web-3/id_ed25519"} {
		path := filepath.Join(s.Dir(), "hosts", file)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	recs, err := s.List()
	if err != nil || len(recs) != 1 {
		t.Errorf("listed %v, %v", names(recs), err)
	}
	if err := s.Remove("web-1"); err != nil {
		t.Error(err)
	}
}

// full is a record as a create leaves it.
func full(t *testing.T, s *store.Store, name string) *lifecycle.Record {
	t.Helper()
	rec := reachable(t, s, name, "192.0.2.1")
	host, err := spec.New(nil, "")
	if err != nil {
		t.Fatal(err)
	}
	host.Name, host.Disks = name, []spec.Disk{{SizeGiB: 2}}
	rec.Spec = host
	return rec
}

func TestOutlinesAreRecordsWithoutTheirSpec(t *testing.T) {
	t.Parallel()
	s := open(t)
	save(t, s, full(t, s, "web-1"))
	got, err := s.Outlines()
	if err != nil || len(got) != 1 {
		t.Fatalf("%v, %v", got, err)
	}
	if o := got[0]; o.Name != "web-1" || !o.Dial().IsValid() || o.Spec.Engine.Name != "docker" || o.Record.Spec != nil {
		t.Errorf("got %+v", o)
	}
	back, err := s.Load("web-1")
	if err != nil || back.Spec.Disks[0].SizeGiB != 2 {
		t.Errorf("the spec is not read back: %v", err)
	}
}

func TestAThousandOutlinesAreQuick(t *testing.T) {
	t.Parallel()
	s := open(t)
	save(t, s, full(t, s, "web-0"))
	model, err := os.ReadFile(filepath.Join(s.Dir(), "hosts", "web-0", "record.json"))
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i < 1000; i++ {
		name := fmt.Sprintf("web-%d", i)
		dir := filepath.Join(s.Dir(), "hosts", name)
		if err := errors.Join(os.Mkdir(dir, 0o700), os.WriteFile(filepath.Join(dir, "record.json"),
			[]byte(strings.ReplaceAll(string(model), "web-0", name)), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	best := time.Hour
	for range 5 {
		start := time.Now()
		recs, err := s.Outlines()
		if err != nil || len(recs) != 1000 {
			t.Fatalf("%d records, %v", len(recs), err)
		}
		best = min(best, time.Since(start))
	}
	t.Log("the best of five took", best)
	if limit := 100 * time.Millisecond * slow; best > limit {
		t.Errorf("the best of five took %v, the limit is %v", best, limit)
	}
}

func TestLock(t *testing.T) {
	t.Parallel()
	s := open(t)
	unlock, err := s.Lock(t.Context(), "web-1")
	if err != nil {
		t.Fatal(err)
	}
	if other, err := s.Lock(t.Context(), "web-2"); err != nil {
		t.Errorf("another host: %v", err)
	} else {
		other()
	}
	if _, err := s.Lock(t.Context(), "web-1"); err == nil || !strings.Contains(err.Error(), "another davit") {
		t.Errorf("taken twice: %v", err)
	}
	unlock()
	again, err := s.Lock(t.Context(), "web-1")
	if err != nil {
		t.Fatalf("after unlock: %v", err)
	}
	again()
	if left, _ := os.ReadDir(filepath.Join(s.Dir(), "locks")); len(left) != 0 {
		t.Errorf("left over: %v", left)
	}
}

func TestLockEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := open(t)
	unlock, err := s.Lock(t.Context(), "web-1")
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Lock(ended, "web-1"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
