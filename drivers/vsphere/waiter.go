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
	"github.com/davit-io/davit/internal/gather"
)

// waiter waits for tasks and machines. It has one property collector of its own, which hears of what is put on a list,
// and one goroutine that listens to it for as long as somebody waits (listen.go).
type waiter struct {
	s    *session
	pace pace

	door   *semaphore.Weighted // held while the list is changed
	adding *gather.Of[struct{}]

	mu      sync.Mutex
	watches map[*watch]bool
	seen    map[ref]map[string]any // what was last told of an object; nil: it is gone
	named   map[ref]bool           // what is to be put on the list
	listed  map[ref]bool
	remote  *remote
	running chan struct{} // closed when the goroutine ends; nil: there is none
	asking  bool          // the goroutine has a request at the vCenter
	heard   chan struct{} // closed when the goroutine has heard of the last change of the list; nil: it has
}

// watch is one wait. look says whether it is over; it is called with all that is known of the object.
type watch struct {
	ref
	with ref // goes on the list along; the end of it, when it is a task, ends the wait too. May be the zero one
	look func(t thing, there bool) (bool, error)
	over chan struct{}
	err  error
}

func newWaiter(s *session, p pace) *waiter {
	w := &waiter{
		s: s, pace: p, door: semaphore.NewWeighted(1),
		watches: map[*watch]bool{}, seen: map[ref]map[string]any{}, named: map[ref]bool{}, listed: map[ref]bool{},
	}
	w.adding = gather.New(w.add, func(gather.Last) time.Duration { return p.together(w.crowd()) })
	return w
}

// unheard is how long an effect may keep one waiting before its task is looked at as well.
const unheard = 5 * time.Second

// wait returns when look says so, when it fails, or when ctx ends.
func (w *waiter) wait(ctx context.Context, r ref, look func(t thing, there bool) (bool, error)) error {
	return w.until(ctx, &watch{ref: r, look: look, over: make(chan struct{})})
}

// effect waits for what a task does to a machine. Of a machine that is on the list already the effect is heard
// anyway, so that the task is put there only when nothing is heard.
func (w *waiter) effect(ctx context.Context, machine, task ref, done func(thing) bool) error {
	return w.until(ctx, &watch{
		ref: machine, with: task, over: make(chan struct{}),
		look: func(t thing, there bool) (bool, error) { return !there || done(t), nil },
	})
}

func (w *waiter) until(ctx context.Context, one *watch) error {
	defer w.forget(one)
	if err := w.begin(ctx, one); err != nil {
		return err
	}
	if err := w.list(ctx, one, one.ref); err != nil {
		return err
	}
	w.run(ctx)
	soon, cancel := context.WithTimeout(ctx, unheard)
	defer cancel()
	select {
	case <-one.over:
		return one.err
	case <-soon.Done():
	}
	if err := w.list(ctx, one, one.with); err != nil {
		return err
	}
	select {
	case <-one.over:
		return one.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// list puts an object of a wait on the list, unless it is there.
func (w *waiter) list(ctx context.Context, one *watch, r ref) error {
	if !w.missing(one, r) {
		return nil
	}
	_, _, err := w.adding.Get(ctx, r.Value)
	return err
}

// missing names what is to be put on the list, unless the object is there.
func (w *waiter) missing(one *watch, r ref) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.listed[r] || r == (ref{}) {
		return false
	}
	w.named[r] = true
	if one.with != (ref{}) {
		w.named[one.with] = true
	}
	return true
}

// crowd is how many wait.
func (w *waiter) crowd() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.watches)
}

// result waits for a task and gives what came of it.
func (w *waiter) result(ctx context.Context, t ref) (any, error) { return w.resultWith(ctx, t, ref{}) }

// resultWith puts the task on the list along with a machine of which more is to be heard: that needs no request then.
func (w *waiter) resultWith(ctx context.Context, t, machine ref) (result any, err error) {
	err = w.until(ctx, &watch{ref: t, with: machine, over: make(chan struct{}), look: func(t thing, there bool) (bool, error) {
		if !there {
			return false, notFound("the task is gone")
		}
		result = t.props["info.result"]
		return ended(t)
	}})
	return result, err
}

// ended says whether a task has, and how.
func ended(t thing) (bool, error) {
	switch prop[types.TaskInfoState](t, "info.state") {
	case types.TaskInfoStateSuccess:
		return true, nil
	case types.TaskInfoStateError:
		failed := prop[types.LocalizedMethodFault](t, "info.error")
		return true, task.Error{LocalizedMethodFault: &failed}
	}
	return false, nil
}

func (w *waiter) forget(one *watch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.end(one, nil)
}

// The methods below want w.mu held.

// ask asks one who waits.
func (w *waiter) ask(one *watch) {
	if done, err := ended(thing{props: w.seen[one.with]}); done {
		w.end(one, err)
		return
	}
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
		if one.ref == r || one.with == r {
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

// left notes that an object is gone.
func (w *waiter) left(r ref) {
	if w.wanted(r) {
		w.seen[r] = nil
		return
	}
	delete(w.seen, r)
}

// changed is what to put on the list and what to take off. It changes for what is to be put on it alone.
func (w *waiter) changed() (objects, gone []ref) {
	maps.DeleteFunc(w.named, func(r ref, _ bool) bool { return w.listed[r] })
	if len(w.named) == 0 {
		return nil, nil
	}
	for r := range w.listed {
		if !w.wanted(r) {
			gone = append(gone, r)
			delete(w.listed, r)
			delete(w.seen, r)
		}
	}
	for r := range w.named {
		objects = append(objects, r)
		w.listed[r] = true
	}
	clear(w.named)
	return objects, gone
}

// reset starts with what is waited for.
func (w *waiter) reset() []ref {
	clear(w.listed)
	clear(w.seen)
	clear(w.named)
	for one := range w.watches {
		w.listed[one.ref] = true
		if one.with != (ref{}) {
			w.listed[one.with] = true
		}
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
