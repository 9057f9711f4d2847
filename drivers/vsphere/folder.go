package vsphere

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/drivers"
)

// makeFolder gives the folder of the host and, when davit made it, the id of the topmost one that it made.
func (c *creation) makeFolder(ctx context.Context) (folder ref, davits string, err error) {
	if len(c.missing) == 0 || c.davits != "" {
		if err := c.reportFolder(c.davits); err != nil {
			return ref{}, "", err
		}
		folder, err := c.descend(ctx, c.folder.ref, c.missing)
		return folder, c.davits, err
	}
	key := fmt.Sprintf("folder %s/%s", c.folder.Value, c.missing[0])
	top, err := c.once.make(ctx, key, func() (ref, error) { return c.publish(ctx) })
	if errors.Is(err, errNamed) {
		top, err = c.child(ctx, c.folder.ref, c.missing[0])
		folder, err2 := c.descend(ctx, top, c.missing[1:])
		return folder, "", errors.Join(err, err2)
	}
	if err == nil {
		err = c.reportFolder(top.Value)
	}
	if err != nil {
		return ref{}, "", err
	}
	folder, err = c.descend(ctx, top, c.missing[1:])
	return folder, top.Value, err
}

func (c *creation) reportFolder(id string) error {
	if id == "" {
		return nil
	}
	return c.made(drivers.Resource{Kind: KindFolder, ID: id, Name: strings.Trim(c.options.Folder, "/")})
}

// errNamed tells that another process was faster: the folder is that one's.
var errNamed = errors.New("there is a folder of this name by now")

// publish makes the topmost folder under a name that tells its owner, and renames it when it is recorded: the call
// that makes a folder can say nothing but its name.
func (c *creation) publish(ctx context.Context) (ref, error) {
	top, err := c.subfolder(ctx, c.folder.ref, folderPrefix+string(c.spec.Owner))
	if err != nil {
		return ref{}, err
	}
	if err := c.reportFolder(top.Value); err != nil {
		return ref{}, err
	}
	_, err = c.s.task(ctx, c.pace.grace, func(ctx context.Context) (*object.Task, error) {
		return object.NewCommon(c.s.Client, top).Rename(ctx, c.missing[0])
	})
	if err == nil {
		return top, nil
	}
	there, looked := c.child(ctx, c.folder.ref, c.missing[0])
	switch {
	case looked != nil:
		return ref{}, explain(err, "name folder %s", c.missing[0])
	case there == top:
		return top, nil // an earlier process had asked for it
	}
	return ref{}, errors.Join(errNamed, c.removeFolder(ctx, drivers.Resource{Kind: KindFolder, ID: top.Value}))
}

// descend makes or finds the folders below.
func (c *creation) descend(ctx context.Context, top ref, names []string) (ref, error) {
	for _, name := range names {
		var err error
		if top, err = c.subfolder(ctx, top, name); err != nil {
			return ref{}, err
		}
	}
	return top, nil
}

// subfolder makes a folder, or gives the one that has the name already.
func (c *creation) subfolder(ctx context.Context, parent ref, name string) (ref, error) {
	if err := ctx.Err(); err != nil {
		return ref{}, context.Cause(ctx)
	}
	made, err := object.NewFolder(c.s.Client, parent).CreateFolder(ctx, name)
	if err == nil {
		return made.Reference(), nil
	}
	err = explain(err, "make folder %s", name)
	if isFault(err, new(types.DuplicateName)) || unclear(err) {
		found, looked := c.child(ctx, parent, name)
		if looked == nil {
			return found, nil
		}
	}
	return ref{}, err
}

func (c *creation) child(ctx context.Context, parent ref, name string) (ref, error) {
	things, err := c.s.retrieve(ctx, []types.ObjectSpec{{Obj: parent, Skip: new(true), SelectSet: []types.BaseSelectionSpec{
		&types.TraversalSpec{Type: "Folder", Path: "childEntity"},
	}}}, []types.PropertySpec{{Type: "Folder", PathSet: []string{"name", "parent"}}})
	if err != nil {
		return ref{}, explain(err, "look for folder %s", name)
	}
	for _, t := range things {
		if t.name == name {
			return t.ref, nil
		}
	}
	return ref{}, notFound("there is no folder %s", name)
}

// removeFolder removes a folder that davit made, with the folders in it, unless somebody has a machine there.
func (d *Driver) removeFolder(ctx context.Context, r drivers.Resource) error {
	s, err := d.session(ctx)
	if err != nil {
		return err
	}
	folder := ref{Type: "Folder", Value: r.ID}
	err = d.once.do(ctx, "remove folder "+r.ID, func() error {
		things, err := s.retrieve(ctx, []types.ObjectSpec{{Obj: folder, SelectSet: ways(map[string]string{"Folder": "childEntity"})}}, []types.PropertySpec{
			{Type: "VirtualMachine", PathSet: []string{"name"}}, {Type: "VirtualApp", PathSet: []string{"name"}}, {Type: "Folder", PathSet: []string{"name", "parent"}},
		})
		if err != nil || slices.ContainsFunc(things, func(t thing) bool { return t.Type != "Folder" }) {
			return err
		}
		d.once.drop(folder)
		return d.removeEmpty(ctx, s, things)
	})
	return explain(err, "remove folder %s", label(r))
}

// removeEmpty removes folders, the innermost first: the removal of one that isn't empty would take along whatever
// somebody puts there meanwhile.
func (d *Driver) removeEmpty(ctx context.Context, s *session, folders []thing) error {
	for len(folders) > 0 {
		inner := func(t thing) bool {
			return !slices.ContainsFunc(folders, func(other thing) bool { return other.parent == t.ref })
		}
		for _, t := range only(folders, inner) {
			_, err := s.task(ctx, d.pace.grace, object.NewCommon(s.Client, t.ref).Destroy)
			if err != nil && !isFault(err, new(types.ManagedObjectNotFound)) {
				return err
			}
		}
		folders = only(folders, func(t thing) bool { return !inner(t) })
	}
	return nil
}
