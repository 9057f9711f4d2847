package openstack_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/stacksim"
)

var everything = []drivers.Kind{drivers.KindFloatingIP, drivers.KindServer, drivers.KindVolume}

// TestEachRequestFails breaks the requests of a create in each way that passes, and wants exactly one of everything.
func TestEachRequestFails(t *testing.T) {
	t.Parallel()
	readers := []string{
		"tokens.create", "images.list", "flavors.list", "networks.list", "limits.get", "volumelimits.get", "quotas.get",
		"volumes.get", "ports.list", "servers.get",
	}
	for name, fault := range map[string]stacksim.Fault{
		"reply lost":          {LoseReply: true},
		"hang":                {Hang: true},
		"500":                 {Status: 500},
		"502 twice":           {Status: 502, Times: 2},
		"503 come back later": {Status: 503, RetryAfter: 1},
		"429 come back later": {Status: 429, RetryAfter: 1},
	} {
		for _, ops := range [][]string{{"volumes.create"}, {"servers.create"}, {"floatingips.create"}, readers} {
			t.Run(ops[0]+" "+name, func(t *testing.T) {
				t.Parallel()
				b := newBench(t, stacksim.Options{BuildTime: quick})
				for _, op := range ops {
					fault.Op = op
					b.Fault(fault)
				}
				if fault.Hang {
					b.Answer(time.Second)
				}
				s := spec("web")
				host, rs := b.mustCreate(s)
				if got := kindsOf(rs); !slices.Equal(got, everything) {
					t.Errorf("reported %v", got)
				}
				if host.State != drivers.StateRunning || len(host.Addresses) != 2 {
					t.Errorf("%+v", host)
				}
				b.wantCounts([4]int{1, 1, 1, 1})
				b.wantGone(s.Owner)
			})
		}
	}
}

// TestKilledAtEachCall ends the process at each call of a create, before its answer, and lets another process go on.
func TestKilledAtEachCall(t *testing.T) {
	t.Parallel()
	for _, lost := range []bool{false, true} {
		for n := 0; ; n++ {
			struck := false
			t.Run(fmt.Sprintf("lost %t, call %d", lost, n), func(t *testing.T) { struck = killedAt(t, n, lost) })
			if !struck {
				break
			}
		}
	}
}

func killedAt(t *testing.T, n int, lost bool) (struck bool) {
	b := newBench(t, stacksim.Options{BuildTime: quick})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var since time.Time
	b.Fault(stacksim.Fault{Op: "*", After: n, LoseReply: lost, Then: func() {
		struck, since = true, time.Now()
		cancel()
	}})
	s := spec("web")
	_, recorded, err := b.create(ctx, s)
	if !struck {
		return false
	}
	if took := time.Since(since); took > 2*time.Second {
		t.Errorf("took %s to end", took)
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want Canceled", err)
	}
	if !lost && len(recorded) != len(b.Servers())+len(b.Volumes())+len(b.FloatingIPs()) {
		t.Errorf("recorded %v of servers, volumes, floating IPs, ports %v", recorded, b.counts())
	}
	b.ClearFaults()
	s.Again = true
	_, rs := b.again().mustCreate(s)
	if got := kindsOf(rs); !slices.Equal(got, everything) {
		t.Errorf("reported %v", got)
	}
	b.wantCounts([4]int{1, 1, 1, 1})
	b.wantGone(s.Owner)
	return true
}

// TestLateTwin has a volume appear that an earlier request asked for, after the look that did not find it.
func TestLateTwin(t *testing.T) {
	t.Parallel()
	b := newBench(t, stacksim.Options{BuildTime: quick})
	s := spec("web")
	s.Again = true
	b.Fault(stacksim.Fault{Op: "servers.create", Then: func() {
		b.AddVolume("web-data", 1, map[string]string{"davit": "yes", "davit.owner": string(s.Owner), "davit.disk": "0"})
	}})
	b.mustCreate(s)
	b.wantCounts([4]int{1, 1, 1, 1})
	b.wantGone(s.Owner)
}

// TestTwinsOfAnotherTimeStay has two volumes of an owner, one of which may hold data: both are reported, none is removed.
func TestTwinsOfAnotherTimeStay(t *testing.T) {
	t.Parallel()
	b := newBench(t, stacksim.Options{BuildTime: quick})
	s := spec("web")
	host, _ := b.mustCreate(s)
	b.AddVolume("web-data", 1, map[string]string{"davit": "yes", "davit.owner": string(s.Owner), "davit.disk": "0"})
	s.Again = true
	again, rs := b.again().mustCreate(s)
	if again.ID != host.ID || len(rs) != 4 {
		t.Errorf("server %s, then %s; reported %v", host.ID, again.ID, rs)
	}
	b.wantCounts([4]int{1, 2, 1, 1})
	b.wantGone(s.Owner)
}

func TestCtrlCWhileAServiceHangs(t *testing.T) {
	t.Parallel()
	for _, op := range []string{"volumes.create", "servers.create", "floatingips.create", "servers.get", "volumes.get"} {
		t.Run(op, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, stacksim.Options{BuildTime: quick})
			ctx, cancel := context.WithCancel(t.Context())
			b.Fault(stacksim.Fault{Op: op, Hang: true, Times: -1})
			time.AfterFunc(500*time.Millisecond, cancel)
			start := time.Now()
			if _, _, err := b.create(ctx, spec("web")); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("took %s", took)
			}
		})
	}
}

func TestTokensExpire(t *testing.T) {
	t.Parallel()
	b := newBench(t, stacksim.Options{BuildTime: quick})
	s := spec("web")
	r := b.resolve(t.Context(), s)[0]
	var m made
	for _, op := range []string{"volumes.create", "servers.create", "ports.list"} {
		b.Fault(stacksim.Fault{Op: op, Then: b.ExpireTokens})
	}
	if _, err := b.Create(t.Context(), r, render, m.add); err != nil {
		t.Fatal(err)
	}
	if n := b.count("tokens.create"); n < 3 {
		t.Errorf("%d logins", n)
	}
	b.wantCounts([4]int{1, 1, 1, 1})
}

// TestServerFails has a fault that Nova tells of: the kind, Nova's words and a hint come out, and a second try that
// goes on replaces the server that never was.
func TestServerFails(t *testing.T) {
	t.Parallel()
	for text, kind := range map[string]error{
		"No valid host was found. There are not enough hosts available.": drivers.ErrCapacity,
		"Quota exceeded for instances: Requested 1":                      drivers.ErrQuota,
		"Image is corrupt": nil,
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			failing := true
			b := newBench(t, stacksim.Options{BuildTime: quick, ServerFault: func(stacksim.Server) string {
				if failing {
					return text
				}
				return ""
			}})
			s := spec("web")
			_, rs, err := b.create(t.Context(), s)
			if err == nil || !strings.Contains(err.Error(), text) || drivers.Hint(err) == "" || (kind != nil && !errors.Is(err, kind)) {
				t.Errorf("got %v, hint %q", err, drivers.Hint(err))
			}
			if len(rs) < 2 {
				t.Errorf("reported %v", rs)
			}
			failing, s.Again = false, true
			b.again().mustCreate(s)
			b.wantCounts([4]int{1, 1, 1, 1})
			b.wantGone(s.Owner)
		})
	}
}

func TestVolumeFails(t *testing.T) {
	t.Parallel()
	failing := true
	b := newBench(t, stacksim.Options{BuildTime: quick, VolumeFault: func(stacksim.Volume) bool { return failing }})
	s := spec("web")
	if _, _, err := b.create(t.Context(), s); !errors.Is(err, drivers.ErrCapacity) || !strings.Contains(err.Error(), "web-data") {
		t.Errorf("got %v", err)
	}
	failing, s.Again = false, true
	b.mustCreate(s)
	b.wantCounts([4]int{1, 1, 1, 1})
}

// TestRefusals has the errors of refused requests: their kind, and the service's own words.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name  string
		fault stacksim.Fault
		kind  error
		words string
	}{
		{"quota of servers", stacksim.Fault{Op: "servers.create", Status: 403, Body: `{"forbidden": {"code": 403, "message": "Quota exceeded for cores: Requested 1"}}`}, drivers.ErrQuota, "Quota exceeded for cores"},
		{"quota of floating IPs", stacksim.Fault{Op: "floatingips.create", Status: 409, Body: `{"NeutronError": {"type": "OverQuota", "message": "Quota exceeded for resources: ['floatingip'].", "detail": ""}}`}, drivers.ErrQuota, "['floatingip']"},
		{"quota of volumes", stacksim.Fault{Op: "volumes.create", Status: 413, Body: `{"overLimit": {"code": 413, "message": "VolumeLimitExceeded: 10"}}`}, drivers.ErrQuota, "VolumeLimitExceeded"},
		{"policy", stacksim.Fault{Op: "servers.create", Status: 403, Body: `{"forbidden": {"code": 403, "message": "Policy doesn't allow it"}}`}, drivers.ErrAuth, "Policy doesn't allow it"},
		{"bad request", stacksim.Fault{Op: "servers.create", Status: 400, Body: `{"badRequest": {"code": 400, "message": "Invalid key_name"}}`}, nil, "Invalid key_name"},
		{"no JSON", stacksim.Fault{Op: "images.list", Status: 403, Body: "<html><body><h1>403 Forbidden</h1>Not for you</body></html>"}, drivers.ErrAuth, "Not for you"},
		{"three times lost", stacksim.Fault{Op: "servers.create", Status: 500, Times: -1, Body: `{"computeFault": {"code": 500, "message": "Unexpected API Error"}}`}, nil, "Unexpected API Error"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, stacksim.Options{})
			b.Fault(tc.fault)
			_, _, err := b.create(t.Context(), spec("web"))
			if err == nil || !strings.Contains(err.Error(), tc.words) || (tc.kind != nil && !errors.Is(err, tc.kind)) {
				t.Errorf("got %v", err)
			}
			if strings.Contains(err.Error(), "gophercloud") {
				t.Errorf("%v names the SDK", err)
			}
		})
	}
}

func TestAddressesLag(t *testing.T) {
	t.Parallel()
	b := newBench(t, stacksim.Options{BuildTime: quick, AddressLag: time.Minute})
	host, _ := b.mustCreate(spec("web"))
	if !host.Addresses[len(host.Addresses)-1].Floating {
		t.Errorf("no floating address in %v", host.Addresses)
	}
	got, err := b.Get(t.Context(), host.ID)
	if err != nil || got.Dial() != host.Dial() {
		t.Errorf("Get: %v, %v; want %v", got.Addresses, err, host.Addresses)
	}
	causes, err := b.Diagnose(t.Context(), host.ID, 22)
	if err != nil || len(causes) > 0 {
		t.Errorf("Diagnose: %q, %v", causes, err)
	}
}

// TestFloatingIPFollows has Nova build the server anew, with another port, before and after the floating IP is made.
func TestFloatingIPFollows(t *testing.T) {
	t.Parallel()
	for _, op := range []string{"ports.list", "floatingips.create"} {
		t.Run("after "+op, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, stacksim.Options{BuildTime: 3 * quick})
			moved := false
			b.Fault(stacksim.Fault{Op: op, Times: -1, Then: func() {
				if ports := b.Ports(); !moved && len(ports) > 0 {
					moved = true
					b.Reschedule(ports[0].DeviceID)
				}
			}})
			s := spec("web")
			host, _ := b.mustCreate(s)
			if !moved {
				t.Fatal("the server was never moved")
			}
			port, ip := b.Ports()[0], b.FloatingIPs()[0]
			if ip.PortID != port.ID || host.Dial().String() != ip.Address {
				t.Errorf("floating IP %+v, port %+v, host %v", ip, port, host.Addresses)
			}
			b.wantCounts([4]int{1, 1, 1, 1})
			b.wantGone(s.Owner)
		})
	}
}

func TestFloatingIPThatMayNotBeRemoved(t *testing.T) {
	t.Parallel()
	b := newBench(t, stacksim.Options{BuildTime: quick})
	_, rs := b.mustCreate(spec("web"))
	b.Fault(stacksim.Fault{Op: "floatingips.delete", Status: 403, Times: -1})
	err := b.Delete(t.Context(), rs)
	if !errors.Is(err, drivers.ErrAuth) || !strings.Contains(err.Error(), rs[2].Name) || drivers.Hint(err) == "" {
		t.Errorf("got %v", err)
	}
	b.wantCounts([4]int{0, 0, 1, 0})
}

func TestVolumeStillInUse(t *testing.T) {
	t.Parallel()
	b := newBench(t, stacksim.Options{BuildTime: quick})
	_, rs := b.mustCreate(spec("web"))
	b.Fault(stacksim.Fault{Op: "volumes.delete", Status: 400, Times: 3, Body: `{"badRequest": {"code": 400, "message": "Volume status must be available"}}`})
	if err := b.Delete(t.Context(), rs); err != nil {
		t.Error(err)
	}
	b.wantCounts([4]int{})
}

// TestPortGoesWithItsServer removes hosts whose floating IPs would take the ports' removal away from Nova, were they
// removed at the same moment as the servers.
func TestPortGoesWithItsServer(t *testing.T) {
	t.Parallel()
	b := newBench(t, stacksim.Options{BuildTime: 400 * time.Millisecond})
	var all []drivers.Resource
	for i := range 8 {
		_, rs := b.mustCreate(spec(fmt.Sprintf("web-%d", i)))
		all = append(all, rs...)
	}
	if err := b.Delete(t.Context(), all); err != nil {
		t.Fatal(err)
	}
	b.wantCounts([4]int{})
}
