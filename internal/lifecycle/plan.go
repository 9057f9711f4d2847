package lifecycle

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/davit-io/davit/cloudinit"
	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/engine"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/mtu"
	"github.com/davit-io/davit/internal/remote"
	"github.com/davit-io/davit/internal/spec"
)

// maxUserData is the size in bytes that every platform takes.
const maxUserData = cloudinit.OpenStackMax

// Access is how davit gets into a host.
type Access struct {
	AuthorizedKey string // a line of authorized_keys
	NoChannel     bool   // the platform has no channel of its own that a host's key can be read through
	Reports       bool   // the channel is what guests report about themselves (drivers.Reporter)
}

// Plan is all that is decided about a host before anything of it is made.
type Plan struct {
	Host     *spec.Host
	Resolved drivers.Resolved
	MTU      mtu.Sum // of the engine's networks
	User     string  // login user
	Injects  bool    // a host key is handed over in the user-data and rotated on first contact
	Choices  []drivers.Choice
	Preview  string // the user-data, with placeholders for what is known only when it is made

	access Access
	own    cloudinit.Config // the user's user_data
}

// NewPlan decides. It asks nobody and changes nothing; the findings come joined, with the paths of their options.
func NewPlan(h *spec.Host, r drivers.Resolved, a Access) (*Plan, error) {
	p := &Plan{Host: h, Resolved: r, Choices: slices.Clip(r.Choices), access: a}
	var e1, e2, e3, e4 error
	p.MTU, e1 = engine.MTU(h, r.LinkMTU, networkName(h, r.Choices))
	p.User, e2 = userOf(h, r.Image)
	p.own, e3 = userData(h)
	e4 = p.chooseHostKey()
	if err := errors.Join(e1, e2, e3, e4); err != nil {
		return nil, err
	}
	if err := p.preview(); err != nil {
		return nil, err
	}
	p.Resolved.Spec.Stamp = p.stamp()
	return p, nil
}

// Render makes the boot documents. With Injects it wants the host key to hand over.
func (p *Plan) Render(disks []drivers.DiskIdentity, hostKey *remote.KeyPair) (drivers.Documents, error) {
	var sshKeys map[string]string
	if hostKey != nil {
		sshKeys = map[string]string{"ed25519_private": hostKey.Private.Reveal(), "ed25519_public": hostKey.Public}
	}
	c, err := p.config(disks, sshKeys)
	if err != nil {
		return drivers.Documents{}, err
	}
	return p.documents(c)
}

// documents writes what boots a host, or what is applied to one that runs.
func (p *Plan) documents(c cloudinit.Config) (drivers.Documents, error) {
	if p.Resolved.Existing {
		script, err := cloudinit.Script(c)
		return drivers.Documents{Script: script}, field.Under("user_data", err)
	}
	data, err := cloudinit.Render(c, maxUserData)
	if err != nil {
		return drivers.Documents{}, field.Errorf("user_data", "%w", err)
	}
	return drivers.Documents{UserData: data}, nil
}

// config lays the user's own document over the engine's, and that over what davit needs to get in.
func (p *Plan) config(disks []drivers.DiskIdentity, sshKeys map[string]string) (cloudinit.Config, error) {
	c, err := engine.CloudConfig(engine.Input{
		Host: p.Host, Disks: disks, MTU: p.MTU, User: p.User, Image: p.Resolved.Image, Reports: p.access.Reports,
		Existing: p.Resolved.Existing, Config: p.Resolved.EngineConfig,
	})
	if err != nil {
		return c, err
	}
	if c, err = cloudinit.Merge(p.login(sshKeys), c); err != nil {
		return c, err
	}
	if c, err = cloudinit.Merge(c, p.own); err != nil {
		return c, field.Errorf("user_data", "%w", err)
	}
	return c, nil
}

// login lets the key in, unless the machine knows it already. A user that is not the image's own is made, with the
// rights that the image's own has.
func (p *Plan) login(sshKeys map[string]string) cloudinit.Config {
	c := cloudinit.Config{SSHKeys: sshKeys}
	if p.Resolved.Existing {
		return c
	}
	if p.User == p.Resolved.Image.User {
		c.SSHAuthorizedKeys = []string{p.access.AuthorizedKey}
		return c
	}
	c.Users = []cloudinit.User{{Name: "default"}, {
		Name: p.User, Sudo: "ALL=(ALL) NOPASSWD:ALL", Shell: "/bin/bash", LockPasswd: new(true),
		SSHAuthorizedKeys: []string{p.access.AuthorizedKey},
	}}
	return c
}

// chooseHostKey decides whether a host key is handed over. A guest that reports needs none, whatever its image prints.
func (p *Plan) chooseHostKey() error {
	choose := func(reason string) {
		p.Injects = true
		p.Choices = append(p.Choices, drivers.Choice{Path: "host_key", Value: "injected", Reason: reason})
	}
	switch {
	case p.Resolved.Existing: // it is pinned already
	case p.Host.HostKey == "injected":
		p.Injects = true
	case p.Host.HostKey == "platform" && p.access.NoChannel:
		return field.Errorf("host_key", "the platform has no channel of its own that the host's key can be read through").
			WithHint("leave host_key out: a key is handed over then, and replaced on first contact")
	case p.Host.HostKey == "platform", p.access.Reports:
	case p.Resolved.Image.NoHostKey:
		choose("the image doesn't print its host keys on the console")
	case p.access.NoChannel:
		choose("the platform has no channel of its own that the host's key can be read through")
	}
	return nil
}

// stamp is a digest of the user-data, as far as it is known before the host is made, and of the document.
func (p *Plan) stamp() string {
	h := p.Host.Clone()
	h.SSHKey = ""              // the key itself is in the user-data
	text, _ := json.Marshal(h) // a document always marshals
	sum := sha256.Sum256(append(text, p.Preview...))
	return hex.EncodeToString(sum[:16])
}

func (p *Plan) preview() error {
	disks := p.Resolved.Disks
	if disks == nil {
		disks = placeholders(p.Resolved.Spec.Disks)
	}
	var sshKeys map[string]string
	if p.Injects {
		sshKeys = map[string]string{"ed25519_private": "(made with the host)", "ed25519_public": "(made with the host)"}
	}
	c, err := p.config(disks, sshKeys)
	if err != nil {
		return err
	}
	if _, err := p.documents(c); err != nil {
		return err
	}
	text, err := cloudinit.Render(c, 0)
	p.Preview = string(text)
	return err
}

func placeholders(disks []drivers.Disk) []drivers.DiskIdentity {
	out := make([]drivers.DiskIdentity, len(disks))
	for i, disk := range disks {
		out[i].Path = "/dev/disk/by-id/of-" + disk.Name
	}
	return out
}

// EngineMTU is what NewPlan gives the engine's networks on a link with so many bytes; 0: their MTU isn't decided.
func EngineMTU(h *spec.Host, link int) int {
	sum, err := engine.MTU(h, link, "")
	if err != nil {
		return 0
	}
	return sum.Total
}

// Sum is the MTU with its working; empty: nothing was computed.
func (p *Plan) Sum() string {
	if len(p.MTU.Terms) == 0 {
		return ""
	}
	return p.MTU.String()
}

// networkName is for humans.
func networkName(h *spec.Host, choices []drivers.Choice) string {
	name := h.Network
	for _, c := range choices {
		if c.Path == "network" {
			name = c.Value
		}
	}
	return strings.TrimSpace("network " + name)
}

func userOf(h *spec.Host, image drivers.ImageFacts) (string, error) {
	switch {
	case h.User != "":
		return h.User, nil
	case image.User != "":
		return image.User, nil
	}
	return "", field.Errorf("user", "the image %q doesn't tell its login user", image.Name).WithHint("name it, for example: --user debian")
}

// userData reads the user's own document.
func userData(h *spec.Host) (cloudinit.Config, error) {
	if h.UserData == "" {
		return cloudinit.Config{}, nil
	}
	c, err := cloudinit.Parse([]byte(h.UserData))
	if err == nil {
		err = c.Validate()
	}
	return c, field.Under("user_data", err)
}

// Plan resolves all hosts at once and decides about each. Findings come joined.
func (r *Runner) Plan(ctx context.Context, recs []*Record) ([]*Plan, error) {
	specs := make([]drivers.Spec, len(recs))
	for i, rec := range recs {
		specs[i] = rec.Spec.DriverSpec(rec.Owner, rec.Phase != PhasePlanned)
		specs[i].Made = rec.Resources
	}
	resolved, err := r.resolve(ctx, specs)
	if err != nil {
		return nil, err
	}
	plans, errs := make([]*Plan, len(recs)), make([]error, len(recs))
	for i, rec := range recs {
		plans[i], errs[i] = r.plan(rec, resolved[i])
	}
	return plans, errors.Join(errs...)
}

func (r *Runner) resolve(ctx context.Context, specs []drivers.Spec) ([]drivers.Resolved, error) {
	limit := r.Limits.orDefaults().Ask
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	ask := r.Driver.Resolve
	if r.Together != nil {
		ask = func(ctx context.Context, specs []drivers.Spec) ([]drivers.Resolved, error) {
			return r.Together.resolve(ctx, r.Driver, specs)
		}
	}
	resolved, err := ask(limited, specs)
	if err != nil && limited.Err() != nil && !interrupted(ctx) {
		return nil, timeout(limit, fmt.Errorf("look up names and quota: %w", err))
	}
	return resolved, err
}

func (r *Runner) plan(rec *Record, resolved drivers.Resolved) (*Plan, error) {
	signer, err := r.Signer(rec)
	if err != nil {
		return nil, field.Errorf("ssh_key", "%w", err)
	}
	_, console := drivers.As[drivers.Console](r.Driver)
	_, reports := drivers.As[drivers.Reporter](r.Driver)
	return NewPlan(rec.Spec, resolved, Access{
		AuthorizedKey: remote.AuthorizedKey(signer.PublicKey()) + " davit",
		NoChannel:     !console && !reports,
		Reports:       reports,
	})
}
