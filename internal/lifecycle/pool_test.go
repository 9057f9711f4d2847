package lifecycle_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/drivers/fake"
	"github.com/davit-io/davit/drivers/fake/guest"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/spec"
)

// pool is a pool of the world, as a front end has it whose records may be lost: members are what its state holds.
func (w *world) pool(count int, members []*lifecycle.PoolMember, change ...func(*spec.Host)) *lifecycle.Pool {
	w.t.Helper()
	p := &lifecycle.Pool{
		Name: "web", Bounds: lifecycle.Bounds{Count: count, Surge: 1}, Template: w.host("web", change...), ZoneOption: "fake.zone",
		Owner: func(name string) drivers.Owner { return lifecycle.PoolOwnerOf("shop", name) },
	}
	text, err := json.Marshal(members)
	if err == nil {
		err = json.Unmarshal(text, &p.Members)
	}
	p.Adopts = len(p.Members) > 0
	for _, m := range p.Members {
		err = errors.Join(err, m.Record.Spec.Bind(w.table()))
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

func (w *world) converge(ctx context.Context, p *lifecycle.Pool) error {
	return w.process().Converge(ctx, p, lifecycle.CreateOptions{})
}

// made is a pool that is as it is to be.
func (w *world) made(count int, change ...func(*spec.Host)) *lifecycle.Pool {
	w.t.Helper()
	p := w.pool(count, nil, change...)
	if err := w.converge(w.t.Context(), p); err != nil {
		w.t.Fatal(err)
	}
	return p
}

// has names the members that there must be, all of them complete, and nothing else anywhere.
func (w *world) has(t *testing.T, p *lifecycle.Pool, names string) {
	t.Helper()
	var all []string
	for _, m := range p.Members {
		if all = append(all, m.Record.Name); !m.Record.Complete() || !m.Marked || m.Record.Problem != "" {
			t.Errorf("%s is %s, marked %t, %s", m.Record.Name, m.Record.Phase, m.Marked, m.Record.Problem)
		}
	}
	slices.Sort(all)
	if got := strings.Join(all, " "); got != names {
		t.Errorf("members %s, want %s", got, names)
	}
	w.holds(t, len(all))
}

func silent(h *spec.Host) { h.Image, h.HostKey = "silent-1", "injected" }

func labelled(h *spec.Host) { h.Engine.Labels = map[string]string{"a": "b"} }

func TestPoolGrowsAndShrinks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	p := w.made(3)
	w.has(t, p, "web-1 web-2 web-3")
	if r, f := w.cloud.Calls(fake.OpResolve), w.cloud.Calls(fake.OpFind); r != 1 || f != 2 {
		t.Errorf("%d calls of Resolve and %d of Find for all of them", r, f)
	}
	for _, step := range []struct {
		count int
		names string
	}{{3, "web-1 web-2 web-3"}, {5, "web-1 web-2 web-3 web-4 web-5"}, {2, "web-1 web-2"}, {0, ""}} {
		p = w.pool(step.count, p.Members)
		if err := w.converge(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		w.has(t, p, step.names)
	}
}

// TestPoolKeepsWhatSucceeds lets one host fail. The others are there, and the next run makes it anew.
func TestPoolKeepsWhatSucceeds(t *testing.T) {
	t.Parallel()
	broken := true
	w := newWorld(t, func(name string) guest.Behaviour { return guest.Behaviour{NoCloudInit: broken && name == "web-2"} })
	p := w.pool(3, nil)
	phaseError(t, w.converge(t.Context(), p), lifecycle.PhaseBooted, "web-2: ")
	w.holds(t, 3)
	first := p.Members[0].Record.HostID
	broken = false
	p = w.pool(3, p.Members)
	if err := w.converge(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	w.has(t, p, "web-1 web-2 web-3")
	if p.Members[0].Record.HostID != first {
		t.Error("a host that worked was made anew")
	}
}

func TestPoolHeals(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	p := w.made(3)
	w.cloud.Tamper("web-1", func(h *drivers.Host) { h.State, h.Fault = drivers.StateError, "no power" })
	w.cloud.Tamper("web-2", func(h *drivers.Host) { h.State = drivers.StateStopped })
	w.cloud.Vanish("web-3")
	second := p.Members[1].Record.HostID
	p = w.pool(3, p.Members)
	if err := w.converge(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	w.has(t, p, "web-1 web-2 web-3")
	if p.Members[0].Record.HostID != second {
		t.Error("a host that was only off was made anew")
	}
}

// TestPoolAfterAKill kills a run at each of its calls and loses what it knew, as a killed terraform apply does.
func TestPoolAfterAKill(t *testing.T) {
	t.Parallel()
	type run = func(w *world) (was []*lifecycle.PoolMember, to *lifecycle.Pool, names string)
	for name, begin := range map[string]run{
		"new": func(w *world) ([]*lifecycle.PoolMember, *lifecycle.Pool, string) {
			return nil, w.pool(3, nil), "web-1 web-2 web-3"
		},
		"larger": func(w *world) ([]*lifecycle.PoolMember, *lifecycle.Pool, string) {
			p := w.made(1)
			return p.Members, w.pool(3, p.Members), "web-1 web-2 web-3"
		},
		"smaller": func(w *world) ([]*lifecycle.PoolMember, *lifecycle.Pool, string) {
			p := w.made(3)
			return p.Members, w.pool(1, p.Members), "web-1"
		},
		"surge": func(w *world) ([]*lifecycle.PoolMember, *lifecycle.Pool, string) {
			p := w.made(2)
			return p.Members, w.pool(2, p.Members, silent), "web-1-b web-2-b"
		},
		"in its place": func(w *world) ([]*lifecycle.PoolMember, *lifecycle.Pool, string) {
			p := w.made(2)
			to := w.pool(2, p.Members, silent)
			to.Bounds = lifecycle.Bounds{Count: 2, Unavailable: 1}
			return p.Members, to, "web-1 web-2"
		},
	} {
		for _, op := range []string{fake.OpFind, fake.OpDelete, fake.OpServerCreate, fake.OpServerGet, fake.OpMark} {
			if op == fake.OpMark && name == "new" {
				continue // whose the hosts are is not known then
			}
			t.Run(name+" "+op, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, nil)
				was, p, names := begin(w)
				w.cloud.Fault(fake.Fault{Op: op, After: true, Kill: true, Times: 1})
				err := w.converge(t.Context(), p)
				switch {
				case err == nil: // it was never called
					was = p.Members
				case !errors.Is(err, fake.ErrKilled):
					t.Fatal(err)
				}
				w.cloud.Heal()
				again := w.pool(p.Count, was)
				again.Bounds, again.Template = p.Bounds, p.Template
				if err := w.converge(t.Context(), again); err != nil {
					t.Fatal(err)
				}
				w.has(t, again, names)
			})
		}
	}
}

// TestPoolRolls replaces hosts one by one, and looks at every step how many there are.
func TestPoolRolls(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		bounds       lifecycle.Bounds
		least, most  int
		names, twice string
	}{
		"surge":       {lifecycle.Bounds{Count: 3, Surge: 1}, 3, 4, "web-1-b web-2-b web-3-b", "web-1 web-2 web-3"},
		"unavailable": {lifecycle.Bounds{Count: 3, Unavailable: 1}, 2, 3, "web-1 web-2 web-3", "web-1 web-2 web-3"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			members := w.made(3).Members
			for i, change := range []func(*spec.Host){silent, func(*spec.Host) {}} {
				to := w.pool(3, members, change)
				to.Bounds = tc.bounds
				p := w.process()
				p.onTell = func(lifecycle.Event) {
					if n := w.cloud.Count(drivers.KindServer); n < tc.least || n > tc.most {
						t.Errorf("%d servers, want %d to %d", n, tc.least, tc.most)
					}
				}
				if err := p.Converge(t.Context(), to, lifecycle.CreateOptions{}); err != nil {
					t.Fatal(err)
				}
				w.has(t, to, []string{tc.names, tc.twice}[i])
				members = to.Members
			}
		})
	}
}

// TestPoolStopsABadRoll changes to a template on which hosts don't come up: the ones that work stay.
func TestPoolStopsABadRoll(t *testing.T) {
	t.Parallel()
	bad := false
	w := newWorld(t, func(string) guest.Behaviour { return guest.Behaviour{NoCloudInit: bad} })
	p := w.made(3)
	bad = true
	p = w.pool(3, p.Members, silent)
	err := w.converge(t.Context(), p)
	phaseError(t, err, lifecycle.PhaseBooted, "web-1-b: ", "more than 0% of the hosts failed: web-1, web-2, web-3 stay as they were")
	w.holds(t, 4)
	bad = false
	p = w.pool(3, p.Members) // back to what it was
	if err := w.converge(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	w.has(t, p, "web-1 web-2 web-3")
}

func TestPoolUpdatesInPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	members := w.made(2).Members
	p := w.pool(2, members, labelled)
	p.Bounds = lifecycle.Bounds{Count: 2, Unavailable: 1}
	if err := w.converge(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	w.has(t, p, "web-1 web-2")
	if n := len(w.guests.Machine("web-2").Reconfigured()); n != 1 || p.Members[1].Record.HostID != members[1].Record.HostID {
		t.Errorf("configured %d times", n)
	}
}

// TestPoolUpdateFails configures a host that refuses: the others stay as they are, and the next run does it again.
func TestPoolUpdateFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(string) guest.Behaviour { return guest.Behaviour{Stubborn: errors.New("no space left")} })
	p := w.pool(2, w.made(2).Members, labelled)
	p.Bounds = lifecycle.Bounds{Count: 2, Unavailable: 1}
	for range 2 {
		phaseError(t, w.converge(t.Context(), p), lifecycle.PhaseReady, "web-1: ", "no space left", "web-2 stay as they were")
	}
}

func TestPoolRemovalFails(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	p := w.pool(2, w.made(3).Members)
	w.cloud.Fault(fake.Fault{Op: fake.OpDelete, Err: errors.New("address in use"), Times: 1})
	phaseError(t, w.converge(t.Context(), p), lifecycle.PhaseRemoving, "web-3: ", "address in use")
	if len(p.Members) != 3 || w.cloud.Count(drivers.KindFloatingIP) != 3 {
		t.Errorf("%d members, %d addresses", len(p.Members), w.cloud.Count(drivers.KindFloatingIP))
	}
	p = w.pool(2, p.Members)
	if err := w.converge(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	w.has(t, p, "web-1 web-2")
}

// TestPoolTakesNobodysHost finds a complete host that carries a member's owner: somebody has it in his records.
func TestPoolTakesNobodysHost(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.made(1)
	p := w.pool(2, nil)
	if err := w.converge(t.Context(), p); !errors.Is(err, drivers.ErrExists) || !strings.Contains(drivers.Hint(err), "another name") {
		t.Errorf("%v, hint %q", err, drivers.Hint(err))
	}
	if len(p.Members) > 0 {
		t.Errorf("the pool has %s, which a front end would remove with it", p.Members[0].Record.Name)
	}
	w.holds(t, 1)
}

func TestPoolThatCannotBeMadeLeavesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.cloud.Quota.Servers = 2
	p := w.pool(3, nil)
	if err := w.converge(t.Context(), p); !errors.Is(err, drivers.ErrQuota) || len(p.Members) > 0 {
		t.Errorf("%d members: %v", len(p.Members), err)
	}
	w.holds(t, 0)
}

func TestPoolSpreads(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	p := w.pool(3, nil)
	p.Zones = []string{"north", "south"}
	zones := func(want string) {
		t.Helper()
		if err := w.converge(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range p.Members {
			got = append(got, fmt.Sprintf("%s=%s", m.Record.Name, p.Zone(m)))
		}
		slices.Sort(got)
		if strings.Join(got, " ") != want {
			t.Errorf("%q, want %s", got, want)
		}
	}
	zones("web-1=north web-2=south web-3=north")
	p.Zones = []string{"north", "south", "west"}
	p.Count = 5
	zones("web-1=north web-2=south web-3=north web-4=west web-5=south")
	p.Zones = []string{"north", "west"}
	zones("web-1=north web-2-b=west web-3=north web-4=west web-5-b=north")
}

// TestPoolIsInterrupted gives up while hosts boot. The next run goes on with the same ones.
func TestPoolIsInterrupted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	p := w.process()
	ctx, cancel := context.WithCancel(t.Context())
	p.onTell = func(e lifecycle.Event) {
		if strings.Contains(e.Text, "waiting for SSH") {
			cancel()
		}
	}
	pool := w.pool(2, nil)
	if err := p.Converge(ctx, pool, lifecycle.CreateOptions{}); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	first := pool.Members[0].Record.HostID
	pool = w.pool(2, pool.Members)
	if err := w.converge(t.Context(), pool); err != nil {
		t.Fatal(err)
	}
	w.has(t, pool, "web-1 web-2")
	if first != "" && pool.Members[0].Record.HostID != first {
		t.Error("a host that was only interrupted was made anew")
	}
}

func TestPoolOfKeptDisks(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	keep := func(h *spec.Host) { h.Disks[0].Keep = true }
	p := w.made(2, keep)
	disk := p.Members[1].Record.Disks[0]
	for _, count := range []int{1, 1, 2} {
		p = w.pool(count, p.Members, keep)
		if err := w.converge(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		if n := w.cloud.Count(drivers.KindVolume); n != 2 || len(p.Members) != count {
			t.Errorf("%d volumes and %d members of %d", n, len(p.Members), count)
		}
	}
	if p.Members[1].Record.Disks[0] != disk {
		t.Error("the disk that was kept is not the new host's")
	}
}

func TestPoolIsMadeInParts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	p := w.pool(5, nil)
	p.Parallel = 2
	if err := w.converge(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	w.has(t, p, "web-1 web-2 web-3 web-4 web-5")
	if n := w.cloud.Calls(fake.OpResolve); n != 3 {
		t.Errorf("made in %d parts", n)
	}
}

// TestPoolOfAnotherKey makes hosts anew that the key to log in with doesn't fit any more.
func TestPoolOfAnotherKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	p := w.pool(1, w.made(1).Members, func(h *spec.Host) { h.SSHKey = "~/.ssh/other" })
	p.Key, p.Members[0].Key = "ssh-ed25519 A", "ssh-ed25519 A"
	if err := w.converge(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	w.has(t, p, "web-1")
	p.Key = "ssh-ed25519 B"
	if err := w.converge(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	w.has(t, p, "web-1-b")
}
