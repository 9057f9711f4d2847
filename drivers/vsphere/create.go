package vsphere

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/drivers"
)

// creation is one call of Create.
type creation struct {
	*Driver
	*plan
	s    *session
	spec drivers.Spec
	made func(drivers.Resource) error
}

// target is what is settled right before the clone.
type target struct {
	folder    ref
	davits    string // id of the topmost folder that davit made
	datastore ref
	snapshot  *ref
}

// Create clones the machine, completes it while it is off, and starts it.
func (d *Driver) Create(ctx context.Context, r drivers.Resolved, render drivers.Render, made func(drivers.Resource) error) (drivers.Host, error) {
	p, ok := r.Private.(*plan)
	if !ok {
		return drivers.Host{}, fmt.Errorf("vsphere: host %s was not resolved by this driver", r.Spec.Name)
	}
	s, err := d.session(ctx)
	if err != nil {
		return drivers.Host{}, err
	}
	c := &creation{Driver: d, plan: p, s: s, spec: r.Spec, made: made}
	m, parked, err := c.earlier(ctx)
	if err != nil {
		return drivers.Host{}, err
	}
	if m == nil {
		m, err = c.makeMachine(ctx, parked, render)
	} else {
		err = c.report(*m)
	}
	if err != nil {
		return drivers.Host{}, err
	}
	return c.bringUp(ctx, *m, parked)
}

// earlier finds what an earlier try or an earlier host of the same owner left.
func (c *creation) earlier(ctx context.Context) (m, parked *machine, err error) {
	if !c.spec.Again {
		return nil, nil, nil
	}
	mine, _, err := c.marked.Get(ctx, string(c.spec.Owner))
	for _, one := range mine {
		switch {
		case one.Type != "VirtualMachine":
		case one.Parked:
			parked = &one
		default:
			m = &one
		}
	}
	return m, parked, err
}

// report tells of the machine and all that came with it, in the order in which a create makes them. They exist
// together, so each is told of even when telling of another failed.
func (c *creation) report(m machine) error {
	return errors.Join(each(belongings(m), c.made)...)
}

// belongings are the resources that a mark tells of.
func belongings(m machine) []drivers.Resource {
	var out []drivers.Resource
	if m.Folder != "" {
		out = append(out, drivers.Resource{Kind: KindFolder, ID: m.Folder})
	}
	if m.Type == "Folder" {
		return []drivers.Resource{{Kind: KindFolder, ID: m.Value, Name: m.name}}
	}
	if !m.Parked {
		out = append(out, drivers.Resource{Kind: drivers.KindServer, ID: m.Value, Name: m.name})
	}
	for _, disk := range m.Disks {
		out = append(out, drivers.Resource{Kind: drivers.KindVolume, ID: disk.ID, Name: disk.Name})
	}
	return out
}

func (c *creation) makeMachine(ctx context.Context, parked *machine, render drivers.Render) (*machine, error) {
	kept, err := c.keptDisks(ctx, parked)
	if err != nil {
		return nil, err
	}
	docs, err := render(identities(c.disks))
	if err != nil {
		return nil, err
	}
	t, err := c.prepare(ctx)
	if err != nil {
		return nil, err
	}
	spec, err := c.cloneSpec(t, kept, docs.UserData)
	if err != nil {
		return nil, err
	}
	id, err := c.clone(ctx, t, spec)
	if err != nil {
		return nil, err
	}
	m := &machine{thing: thing{ref: id, name: c.spec.Name}, mark: c.mark(t.davits)}
	return m, errors.Join(c.reportRest(*m), ctx.Err())
}

// reportRest leaves out the folder, which was reported when it was made.
func (c *creation) reportRest(m machine) error {
	m.Folder = ""
	return c.report(m)
}

// prepare makes what several hosts share: folder and snapshot; and asks where the disks are best put.
func (c *creation) prepare(ctx context.Context) (t target, err error) {
	if t.folder, t.davits, err = c.makeFolder(ctx); err != nil {
		return t, err
	}
	if t.snapshot, err = c.makeSnapshot(ctx); err != nil {
		return t, err
	}
	t.datastore, err = c.recommended(ctx, t)
	return t, err
}

// clone sends the one request that makes the machine. When its answer gets lost, the machine is looked for before it
// is asked for again.
func (c *creation) clone(ctx context.Context, t target, spec types.VirtualMachineCloneSpec) (ref, error) {
	for try := 1; ; try++ {
		id, err := c.cloneOnce(ctx, t, spec)
		if isFault(err, new(types.DuplicateName)) {
			return c.namesake(ctx, err)
		}
		if err == nil || !unclear(err) || try == tries || ctx.Err() != nil {
			return id, err
		}
		mine, _, looked := c.marked.Get(ctx, string(c.spec.Owner))
		if looked != nil {
			return ref{}, errors.Join(err, looked)
		}
		if i := slices.IndexFunc(mine, func(m machine) bool { return m.Type == "VirtualMachine" && !m.Parked }); i >= 0 {
			return mine[i].ref, nil
		}
	}
}

func (c *creation) cloneOnce(ctx context.Context, t target, spec types.VirtualMachineCloneSpec) (ref, error) {
	result, err := c.s.task(ctx, c.pace.grace, func(ctx context.Context) (*object.Task, error) {
		return c.s.vm(c.template.ref).Clone(ctx, object.NewFolder(c.s.Client, t.folder), c.spec.Name, spec)
	})
	id, _ := result.(ref)
	return id, explain(err, "clone %s to %s", c.name, c.spec.Name)
}

// namesake looks at the machine that has the host's name. It may be the host itself, from a request whose answer was
// lost; while it is being cloned it has no mark yet.
func (c *creation) namesake(ctx context.Context, taken error) (ref, error) {
	refusal, _ := errors.AsType[*refusal](taken)
	duplicate, ok := refusal.fault.(*types.DuplicateName)
	if !ok {
		return ref{}, taken
	}
	for range tries {
		things, err := c.s.properties(ctx, "VirtualMachine", []ref{duplicate.Object}, markPath, "recentTask")
		if err != nil || len(things) == 0 {
			return ref{}, errors.Join(taken, explain(err, "look at %s", duplicate.Object.Value))
		}
		if newMachine(things[0]).Owner == c.spec.Owner {
			return duplicate.Object, nil
		}
		if things[0].extra(markKey) != "" {
			break
		}
		for _, running := range refs(things[0], "recentTask") {
			if _, err := c.s.waiter.result(ctx, running); ctx.Err() != nil {
				return ref{}, err
			}
		}
	}
	return ref{}, taken
}
