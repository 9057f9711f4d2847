package provider

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/field"
	"github.com/davit-io/davit/internal/spec"
)

// pool holds the drivers of a process, one for each account. What many hosts ask for at once, their driver makes one
// request of, so all parts of a provider must share it.
type pool struct {
	table drivers.Table

	mu     sync.Mutex
	opened map[string]drivers.Driver
}

func newPool(table drivers.Table) *pool {
	return &pool{table: table, opened: map[string]drivers.Driver{}}
}

// open gives the driver of a host's account.
func (p *pool) open(ctx context.Context, h *spec.Host) (drivers.Driver, error) {
	line, ok := p.table.Find(h.Driver)
	if !ok {
		return nil, field.Errorf("driver", "the host has no driver").WithHint("name one, or give the provider one platform's block")
	}
	key, err := accountOf(h)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if d, ok := p.opened[key]; ok {
		return d, nil
	}
	d, err := line.Open(context.WithoutCancel(ctx), h.Options) // it outlives the request that happens to be the first
	if err == nil {
		p.opened[key] = d
	}
	return d, err
}

// accountOf names the account that a host's options ask for. Options that name none stand for one each.
func accountOf(h *spec.Host) (string, error) {
	if named, ok := h.Options.(interface{ Account() string }); ok {
		return h.Driver + " " + named.Account(), nil
	}
	block, err := json.Marshal(h.Options)
	return h.Driver + " " + string(block), err
}

// closeLimit is how long Terraform waits for a provider that it has asked to end.
const closeLimit = 2 * time.Second

func (p *pool) close(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeLimit)
	defer cancel()
	p.mu.Lock()
	defer p.mu.Unlock()
	for account, d := range p.opened {
		if c, ok := drivers.As[drivers.Closer](d); ok {
			if err := c.Close(ctx); err != nil {
				tflog.Warn(ctx, "log out", map[string]any{"account": account, "error": err.Error()})
			}
		}
	}
}
