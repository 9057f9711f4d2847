package drivertest

import (
	"context"
	"sync"
	"testing"

	"github.com/davit-io/davit/cloudinit"
	"github.com/davit-io/davit/drivers"
)

// userData is a document that every guest understands and that asks for nothing.
const userData = "#cloud-config\n{}\n"

// try is one call of Create and what it told on its way.
type try struct {
	Host    drivers.Host
	Err     error
	Made    []drivers.Resource
	Renders int
	Disks   []drivers.DiskIdentity

	mu     sync.Mutex
	exists bool              // the machine was there before
	onMade func(n int) error // after the n-th resource was reported
	render func() error      // when the documents are asked for
}

func (b *bed) resolve(t *testing.T, specs ...drivers.Spec) []drivers.Resolved {
	t.Helper()
	rs, err := b.d.Resolve(b.ctx, specs)
	if err != nil {
		t.Fatalf("Resolve: %v", err)
	}
	if len(rs) != len(specs) {
		t.Fatalf("Resolve gave %d results for %d specs", len(rs), len(specs))
	}
	return rs
}

// create makes a host that must come to be.
func (b *bed) create(t *testing.T, s drivers.Spec) *try {
	t.Helper()
	tr := &try{}
	tr.run(b.ctx, b.d, b.resolve(t, s)[0])
	if tr.Err != nil {
		t.Fatalf("Create: %v", tr.Err)
	}
	return tr
}

func (tr *try) run(ctx context.Context, d drivers.Driver, r drivers.Resolved) {
	tr.exists = r.Existing
	tr.Host, tr.Err = d.Create(ctx, r, tr.documents, tr.report)
}

func (tr *try) report(r drivers.Resource) error {
	tr.mu.Lock()
	tr.Made = append(tr.Made, r)
	n := len(tr.Made)
	tr.mu.Unlock()
	if tr.onMade == nil {
		return nil
	}
	return tr.onMade(n)
}

func (tr *try) documents(disks []drivers.DiskIdentity) (drivers.Documents, error) {
	tr.mu.Lock()
	tr.Renders++
	tr.Disks = disks
	tr.mu.Unlock()
	if tr.render != nil {
		if err := tr.render(); err != nil {
			return drivers.Documents{}, err
		}
	}
	if tr.exists {
		text, err := cloudinit.Script(cloudinit.Config{})
		return drivers.Documents{Script: text}, err
	}
	return drivers.Documents{UserData: []byte(userData)}, nil
}

// has says whether a resource of a kind was reported.
func (tr *try) has(kind drivers.Kind) bool {
	for _, r := range tr.Made {
		if r.Kind == kind {
			return true
		}
	}
	return false
}
