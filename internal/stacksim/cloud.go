// Package stacksim serves the part of OpenStack that davit speaks to (Keystone, Nova, Neutron, Cinder, Glance), in
// this process and on loopback. It keeps state as a real cloud does, takes its time as one does, enforces quotas and
// microversions, and breaks on demand. What it does not know it refuses loudly: an unknown request, field or filter
// fails the test.
package stacksim

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"
)

// Options shape a cloud; the zero value is a quick and generous one.
type Options struct {
	Latency    time.Duration // every answer waits so long
	BuildTime  time.Duration // server: POST to ACTIVE; a quarter of it: volume to available, power actions, deletes
	BootTime   time.Duration // ACTIVE to the host key on the console; 0: at once
	AddressLag time.Duration // how long Nova's addresses lag behind Neutron's floating IP
	TokenTTL   time.Duration // 0: an hour
	Quota      Quota
	Compute    string // the newest Nova microversion; "": 2.93
	MinCompute string // the oldest; "": 2.1
	PageLimit  int    // the most servers and volumes in one answer; 0: 1000

	Without []string // service types that the catalog lacks, as "block-storage"

	NoConsole   bool                      // the hypervisor has no console log
	ConsoleText func(s Server) string     // what the console says once the server is ACTIVE; nil: a boot with host keys
	ServerFault func(s Server) string     // a text sends the new server to ERROR with it, as "No valid host was found"
	VolumeFault func(v Volume) (bad bool) // true sends the new volume to error
}

// Quota is what the project may use; 0 is generous, a negative number allows none.
type Quota struct{ Instances, Cores, RAMMiB, Volumes, VolumeGiB, FloatingIPs int }

// Cloud is a running simulation. Its methods may be called from any goroutine.
type Cloud struct {
	o        Options
	base     string // http://127.0.0.1:port
	dir      string
	listener *http.Server
	closed   chan struct{}

	mu       sync.Mutex
	tokens   map[string]token
	due      []event
	faults   []*armed
	calls    []*Call
	problems []error
	busy     int
	peak     int
	addrs    map[string]int // addresses given per network

	images    []*image
	flavors   []*flavor
	networks  []*network
	groups    []*securityGroup
	keys      []*KeyPair
	servers   []*server
	ports     []*port
	floating  []*FloatingIP
	floatedAt map[string]time.Time // floating IP id to the time of its last change
	volumes   []*Volume
}

// Start serves a cloud until the test ends and fails the test for each request the cloud did not understand.
func Start(t testing.TB, o Options) *Cloud {
	t.Helper()
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// New serves a cloud until Close.
func New(o Options) (*Cloud, error) {
	c := &Cloud{
		o: o.withDefaults(), closed: make(chan struct{}), tokens: map[string]token{},
		addrs: map[string]int{}, floatedAt: map[string]time.Time{},
	}
	c.seed()
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	c.base = "http://" + l.Addr().String()
	if err := c.writeConfig(); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	c.listener = &http.Server{Handler: c.mux(), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = c.listener.Serve(l) }()
	return c, nil
}

// Close ends every open request and returns what the cloud did not understand, joined.
func (c *Cloud) Close() error {
	close(c.closed)
	err := c.listener.Close()
	return errors.Join(err, os.RemoveAll(c.dir), c.Problems())
}

// Problems returns the requests, fields and filters that the cloud did not know so far, joined.
func (c *Cloud) Problems() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return errors.Join(c.problems...)
}

func (o Options) withDefaults() Options {
	o.TokenTTL = or(o.TokenTTL, time.Hour)
	o.Compute = or(o.Compute, "2.93")
	o.MinCompute = or(o.MinCompute, "2.1")
	o.PageLimit = or(o.PageLimit, 1000)
	o.Quota = o.Quota.withDefaults()
	return o
}

func (q Quota) withDefaults() Quota {
	limit := func(n, generous int) int { return max(or(n, generous), 0) }
	return Quota{
		Instances: limit(q.Instances, 10_000), Cores: limit(q.Cores, 100_000), RAMMiB: limit(q.RAMMiB, 1<<30),
		Volumes: limit(q.Volumes, 10_000), VolumeGiB: limit(q.VolumeGiB, 1<<20), FloatingIPs: limit(q.FloatingIPs, 10_000),
	}
}

func or[T comparable](v, standard T) T {
	var zero T
	if v == zero {
		return standard
	}
	return v
}
