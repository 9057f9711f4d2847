// Package vcenter is the sandbox's vCenter: govmomi's simulator with an inventory of its own, whose virtual machines
// are machines of package qemu. What the simulator only pretends (power, clones, disks, snapshots), this package does
// or refuses.
package vcenter

import (
	"context"
	"crypto/tls"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"

	_ "github.com/vmware/govmomi/pbm/simulator" // storage policies
	"github.com/vmware/govmomi/simulator"
	_ "github.com/vmware/govmomi/vapi/simulator" // tags
	"github.com/vmware/govmomi/vim25"

	"github.com/davit-io/davit/internal/sandbox/lan"
	"github.com/davit-io/davit/internal/sandbox/qemu"
)

// Template is a guest image that machines are cloned from.
type Template struct {
	Name  string `json:"name"`
	Image string `json:"image"` // file, .qcow2 or .raw; must not change any more
}

// Config says what a vCenter is made of.
type Config struct {
	Dir         string // for the datastore and the running machines; made by New
	Listen      string // address and port; port 0: any
	Login       *url.Userinfo
	Certificate tls.Certificate
	MTU         int // bytes, of the network
	Templates   []Template
	Tools       qemu.Tools
	Host        *qemu.Host
	LAN         *lan.LAN
}

// VCenter is a running vCenter.
type VCenter struct {
	config Config
	model  *simulator.Model
	server *simulator.Server
	alive  context.Context //nolint:containedctx // of the machines, which outlive the calls that start them
	end    context.CancelFunc

	cards atomic.Uint32 // that were given an address

	mu     sync.Mutex
	guests map[string]*guest            // by the id of their virtual machine
	layers map[string]map[string]string // by the id of a snapshot: disk file → the file with its state then
	bases  map[string]string            // by the file of a disk: the file it builds on
}

// New starts a vCenter with its inventory. It serves until Close.
func New(ctx context.Context, c Config) (*VCenter, error) {
	v := &VCenter{config: c, guests: map[string]*guest{}, layers: map[string]map[string]string{}, bases: map[string]string{}}
	v.alive, v.end = context.WithCancel(context.WithoutCancel(ctx))
	v.model = simulator.VPX()
	v.model.Datacenter, v.model.Host, v.model.Cluster = 0, 0, 0
	if err := v.model.Create(); err != nil {
		return nil, err
	}
	if err := v.populate(ctx); err != nil {
		v.model.Remove()
		return nil, err
	}
	v.serve()
	return v, nil
}

func (v *VCenter) serve() {
	service := v.model.Service
	service.Listen = &url.URL{Host: v.config.Listen, User: v.config.Login}
	service.TLS = &tls.Config{Certificates: []tls.Certificate{v.config.Certificate}, MinVersion: tls.VersionTLS12}
	service.RegisterEndpoints = true
	v.model.Map().Handler = v.dispatch
	v.server = service.NewServer()
	v.server.Config.Handler = noFiles(v.server.Config.Handler)
}

// noFiles closes what the simulator serves without asking who is there.
func noFiles(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, prefix := range []string{"/folder/", "/nfc/", "/guestFile", "/about"} {
			if strings.HasPrefix(r.URL.Path, prefix) {
				http.Error(w, "the sandbox transfers no files", http.StatusForbidden)
				return
			}
		}
		next.ServeHTTP(w, r)
	})
}

// Addr is the address and port that it serves at.
func (v *VCenter) Addr() string { return v.server.URL.Host }

// Close ends the machines and stops serving.
func (v *VCenter) Close() {
	v.end()
	v.server.CloseClientConnections()
	v.server.Close()
	for _, g := range v.takeAll() {
		v.stop(g)
	}
	v.model.Remove()
}

func (v *VCenter) datastoreDir() string { return filepath.Join(v.config.Dir, "datastore") }

func (v *VCenter) machineDir(id string) string { return filepath.Join(v.config.Dir, "machines", id) }

// internalClient speaks to the simulator in process, past its login and past this package.
func (v *VCenter) internalClient(ctx context.Context) (*vim25.Client, error) {
	return vim25.NewClient(ctx, v.model.Service)
}

func (v *VCenter) makeDirs() error {
	for _, dir := range []string{v.datastoreDir(), v.machineDir("")} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return err
		}
	}
	return nil
}

// Console is the file with what a machine wrote to its serial console, below the Dir of its vCenter.
func Console(dir, id string) string { return qemu.Console(filepath.Join(dir, "machines", id)) }
