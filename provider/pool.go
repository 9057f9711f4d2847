package provider

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/lifecycle"
	"github.com/davit-io/davit/internal/spec"
)

// pool holds the drivers of a process, one for each account. What many hosts ask for at once, their driver makes one
// request of, so all parts of a provider must share it.
type pool struct {
	table  drivers.Table
	limits lifecycle.Limits // of the phases; the zero value takes the lifecycle's own

	mu     sync.Mutex
	opened map[string]*account
}

// account is a driver with what those that use it share.
type account struct {
	drivers.Driver
	together lifecycle.Together
	survey   survey

	mu   sync.Mutex
	made map[drivers.Owner][]drivers.Resource // by this process
}

// remember notes what a create of this process ended with.
func (a *account) remember(rec *lifecycle.Record) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.made == nil {
		a.made = map[drivers.Owner][]drivers.Resource{}
	}
	a.made[rec.Owner] = slices.Clone(rec.Resources)
}

// spares takes out of a record what a create of this process has taken over, as it does when a host that was left half
// made is replaced before it is destroyed. It says whether nothing is left.
func (a *account) spares(rec *lifecycle.Record) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	taken, again := a.made[rec.Owner]
	if !again {
		return false
	}
	rec.Phase = lifecycle.PhaseReady // what else carries the owner is the new host's
	rec.Resources = slices.DeleteFunc(rec.Resources, func(r drivers.Resource) bool {
		return slices.ContainsFunc(taken, func(t drivers.Resource) bool { return t.Kind == r.Kind && t.ID == r.ID })
	})
	return len(rec.Resources) == 0
}

// took says that a host is one of this process's creates.
func (a *account) took(owner drivers.Owner) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, made := a.made[owner]
	return made
}

func newPool(table drivers.Table) *pool {
	return &pool{table: table, opened: map[string]*account{}}
}

// open gives the driver of a host's account.
func (p *pool) open(ctx context.Context, h *spec.Host) (*account, error) {
	line, ok := p.table.Find(h.Driver)
	if !ok {
		return nil, field.Errorf("driver", "the host has no driver").WithHint("name one, or give the provider one platform's block")
	}
	if n, ok := h.Options.(drivers.NeedsLogin); ok {
		n.SetLogin(h.User, h.SSHKey)
	}
	key := p.accountOf(h)
	p.mu.Lock()
	defer p.mu.Unlock()
	if a, ok := p.opened[key]; ok {
		return a, nil
	}
	d, err := line.Open(context.WithoutCancel(ctx), h.Options) // it outlives the request that happens to be the first
	if err != nil {
		return nil, err
	}
	p.opened[key] = &account{Driver: d}
	return p.opened[key], nil
}

// accountOf names the account that a host's options ask for.
func (p *pool) accountOf(h *spec.Host) string {
	if named, ok := h.Options.(interface{ Account() string }); ok {
		return h.Driver + " " + named.Account()
	}
	key := []string{h.Driver}
	for _, o := range accountOptions(p.table, h.Driver) {
		value, _ := h.Get(o.Path) // it is there
		key = append(key, value)
	}
	return strings.Join(key, " ")
}

// closeLimit is how long Terraform waits for a provider that it has asked to end.
const closeLimit = 2 * time.Second

func (p *pool) close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeLimit)
	defer cancel()
	p.mu.Lock()
	defer p.mu.Unlock()
	for account, a := range p.opened {
		if c, ok := drivers.As[drivers.Closer](a.Driver); ok {
			if err := c.Close(ctx); err != nil {
				tflog.Warn(ctx, "log out", map[string]any{"account": account, "error": err.Error()})
			}
		}
	}
}
