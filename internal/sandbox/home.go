package sandbox

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"time"

	"github.com/google/renameio/v2/maybe"

	"github.com/davit-io/davit/internal/sandbox/qemu"
	"github.com/davit-io/davit/internal/sandbox/vcenter"
)

// home is the folder of a sandbox: everything that belongs to it is below.
type home string

func (h home) file(name string) string { return filepath.Join(string(h), name) }

func (h home) lock() string        { return h.file("lock") }
func (h home) pid() string         { return h.file("pid") } // of the one who holds the lock
func (h home) plan() string        { return h.file("plan.json") }
func (h home) state() string       { return h.file("state.json") }
func (h home) log() string         { return h.file("daemon.log") }
func (h home) temp() string        { return h.file("tmp") }
func (h home) images() string      { return h.file("images") }
func (h home) cloud() string       { return h.file("cloud") }
func (h home) certificate() string { return filepath.Join(h.file("ca"), "sandbox.pem") }

// plan is what Up wants of the daemon.
type plan struct {
	Images    []string           `json:"images"` // the files that the templates were made of
	Templates []vcenter.Template `json:"templates"`
	MTU       int                `json:"mtu"`
	Network   netip.Prefix       `json:"network"`
	Tools     qemu.Tools         `json:"tools"`
}

// State is what a running sandbox tells of itself. It holds the password and is its owner's alone to read.
type State struct {
	PID         int          `json:"pid"`
	Server      string       `json:"server"` // address and port
	User        string       `json:"user"`
	Password    string       `json:"password"`
	Thumbprint  string       `json:"thumbprint"` // SHA-256 of the certificate
	Certificate string       `json:"certificate"`
	Templates   []string     `json:"templates"`
	Images      []string     `json:"images"` // the files that the templates were made of
	MTU         int          `json:"mtu"`
	Network     netip.Prefix `json:"network"`
	Started     time.Time    `json:"started"`
}

func writeJSON(file string, v any) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	return maybe.WriteFile(file, append(data, '\n'), 0o600)
}

func readJSON(file string, v any) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, v); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return nil
}
