package vsphere

import (
	"context"
	"maps"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/vmware/govmomi/task"
	"github.com/vmware/govmomi/vim25/types"
	"golang.org/x/sync/semaphore"

	"github.com/davit-io/davit/drivers"
)

// waiter waits for tasks and machines. It has one property collector of its own, which hears of the vCenter's recent
// tasks and of what is put on a list, and one goroutine that listens to it for as long as somebody waits (listen.go).
type waiter struct {
	s    *session
	pace pace

	door   *semaphore.Weighted // held while the list is changed
	adding *gather[struct{}]

	mu      sync.Mutex
	watches map[*watch]bool
	seen    map[ref]map[string]any // what was last told of an object; nil: it is gone
	named   map[ref]bool           // what is to be put on the list
	listed  map[ref]bool
	remote  *remote
	running chan struct{} // closed when the goroutine ends; nil: there is none
	asking  bool          // the goroutine has a request at the vCenter
}

// watch is one wait. look says whether it is over; it is called with all that is known of the object.
type watch struct {
	ref
	look func(t thing, there bool) (bool, error)
	over chan struct{}
	err  error
}

func newWaiter(s *session, p pace) *waiter {
	w := &waiter{
		s: s, pace: p, door: semaphore.NewWeighted(1),
		watches: map[*watch]bool{}, seen: map[ref]map[string]any{}, named: map[ref]bool{}, listed: map[ref]bool{},
	}
	w.adding = newGather(w.add, p.together)
	return w
}

// unheard is how long a task may go on before it is put on the list. Most end sooner; the vCenter's list of
// recent tasks is limited, and an account may not see all of it.
const unheard = 5 * time.Second

// wait returns when look says so, when it fails, or when ctx ends.
func (w *waiter) wait(ctx context.Context, r ref, look func(t thing, there bool) (bool, error)) error {
	one := &watch{ref: r, look: look, over: make(chan struct{})}
	defer w.forget(one)
	if err := w.begin(ctx); err != nil {
		return err
	}
	if known := w.enlist(one); !known {
		if _, _, err := w.adding.get(ctx, r.Value); err != nil {
			return err
		}
	}
	w.run(ctx)
	soon, cancel := context.WithTimeout(ctx, unheard)
	defer cancel()
	select {
	case <-one.over:
		return one.err
	case <-soon.Done():
	}
	if _, _, err := w.adding.get(ctx, r.Value); err != nil {
		return err
	}
	select {
	case <-one.over:
		return one.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// enlist says whether the waiter hears of the object already.
func (w *waiter) enlist(one *watch) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.watches[one] = true
	w.ask(one)
	if !w.listed[one.ref] {
		w.named[one.ref] = true
	}
	return w.listed[one.ref] || one.Type == "Task"
}

// result waits for a task and gives what came of it.
func (w *waiter) result(ctx context.Context, t ref) (any, error) {
	var result any
	err := w.wait(ctx, t, func(t thing, _ bool) (bool, error) {
		switch prop[types.TaskInfoState](t, "info.state") {
		case types.TaskInfoStateSuccess:
			result = t.props["info.result"]
			return true, nil
		case types.TaskInfoStateError:
			failed := prop[types.LocalizedMethodFault](t, "info.error")
			return false, task.Error{LocalizedMethodFault: &failed}
		}
		return false, nil
	})
	return result, err
}

func (w *waiter) forget(one *watch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.end(one, nil)
}

// The methods below want w.mu held.

// ask asks one who waits.
func (w *waiter) ask(one *watch) {
	props, told := w.seen[one.ref]
	if !told {
		return
	}
	done, err := one.look(thing{ref: one.ref, props: props}, props != nil)
	if done || err != nil {
		w.end(one, err)
	}
}

func (w *waiter) wanted(r ref) bool {
	for one := range w.watches {
		if one.ref == r {
			return true
		}
	}
	return false
}

func (w *waiter) end(one *watch, err error) {
	if w.watches[one] {
		delete(w.watches, one)
		one.err = err
		close(one.over)
	}
}

// note keeps what an update says.
func (w *waiter) note(update types.ObjectUpdate) {
	if update.Kind == types.ObjectUpdateKindLeave {
		w.left(update.Obj)
		return
	}
	if w.seen[update.Obj] == nil {
		w.seen[update.Obj] = map[string]any{}
	}
	for _, change := range update.ChangeSet {
		w.seen[update.Obj][change.Name] = change.Val
	}
}

// left notes that an object is gone, or that a task is no recent one any more.
func (w *waiter) left(r ref) {
	switch {
	case r.Type != "Task" && w.wanted(r):
		w.seen[r] = nil
	case !w.wanted(r):
		delete(w.seen, r)
	}
}

// changed is what to put on the list and what to take off.
func (w *waiter) changed() (objects, gone []ref) {
	for r := range w.listed {
		if !w.wanted(r) {
			gone = append(gone, r)
			delete(w.listed, r)
			delete(w.seen, r)
		}
	}
	for r := range w.named {
		if !w.listed[r] {
			objects = append(objects, r)
			w.listed[r] = true
		}
	}
	clear(w.named)
	return objects, gone
}

// reset starts with what is waited for.
func (w *waiter) reset() []ref {
	clear(w.listed)
	clear(w.seen)
	for one := range w.watches {
		w.listed[one.ref] = true
	}
	return slices.Collect(maps.Keys(w.listed))
}

// sameAddress gives the id of another machine that was waited for and has an address.
func (w *waiter) sameAddress(self ref, ip netip.Addr) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	for r, props := range w.seen {
		has := func(a drivers.Address) bool { return a.IP == ip }
		if r != self && r.Type == "VirtualMachine" && slices.ContainsFunc(addressesOf(thing{props: props}), has) {
			return r.Value
		}
	}
	return ""
}
