package vsphere

import (
	"context"
	"slices"

	"github.com/davit-io/davit/drivers"
)

// Find lists folders, machines and data disks by the marks that machines carry.
func (d *Driver) Find(ctx context.Context, owner drivers.Owner) ([]drivers.Found, error) {
	mine, _, err := d.marked.Get(ctx, string(owner))
	if err != nil {
		return nil, err
	}
	var out []drivers.Found
	for _, m := range mine {
		for _, r := range belongings(m) {
			one := drivers.Found{Resource: r, Owner: m.Owner}
			// A disk on its way from one machine to the next is at both.
			if !slices.ContainsFunc(out, func(f drivers.Found) bool { return f.Kind == r.Kind && f.ID == r.ID && f.Owner == m.Owner }) {
				out = append(out, one)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b drivers.Found) int { return rank(a.Kind) - rank(b.Kind) })
	return out, nil
}

// rank is the order in which a create makes things.
func rank(kind drivers.Kind) int {
	return slices.Index([]drivers.Kind{KindFolder, drivers.KindServer, drivers.KindVolume}, kind)
}
