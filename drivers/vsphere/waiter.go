package vsphere

import (
	"context"
	"maps"
	"net/netip"
	"slices"
	"sync"

	"github.com/vmware/govmomi/task"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"
	"golang.org/x/sync/semaphore"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/wait"
)

// waiter waits for tasks and machines: one property collector of its own, one list of what is waited for, and one
// goroutine that hears of every change. It runs while somebody waits.
type waiter struct {
	s    *session
	pace pace

	door   *semaphore.Weighted // held while the list is changed
	adding *gather[struct{}]

	mu      sync.Mutex
	watches map[*watch]bool
	seen    map[ref]map[string]any // what was last told of an object on the list; nil: it is gone
	named   map[string]ref         // what is being put on the list, by id
	listed  map[ref]bool
	remote  *remote
	running chan struct{} // closed when the goroutine ends; nil: there is none
}

// remote is what the waiter has at the vCenter; it ends with the session.
type remote struct {
	collector, view ref
	version         string // of the last change heard of
}

// watch is one wait. look says whether it is over; it is called with all that is known of the object.
type watch struct {
	ref
	look func(t thing, there bool) (bool, error)
	over chan struct{}
	err  error
}

// maxWait is how long the vCenter holds a request for changes, in seconds: below what proxies bear.
const maxWait = 30

// watched are the properties that the waiter hears of.
var watched = []types.PropertySpec{
	{Type: "Task", PathSet: []string{"info.state", "info.error", "info.result"}},
	{Type: "VirtualMachine", PathSet: []string{"runtime.powerState", "guest.net", "guest.ipAddress"}},
}

func newWaiter(s *session, p pace) *waiter {
	w := &waiter{
		s: s, pace: p, door: semaphore.NewWeighted(1),
		watches: map[*watch]bool{}, seen: map[ref]map[string]any{}, named: map[string]ref{}, listed: map[ref]bool{},
	}
	w.adding = newGather(w.add, p.together)
	return w
}

// wait returns when look says so, when it fails, or when ctx ends.
func (w *waiter) wait(ctx context.Context, r ref, look func(t thing, there bool) (bool, error)) error {
	one := &watch{ref: r, look: look, over: make(chan struct{})}
	defer w.forget(one)
	if !w.enlist(one) {
		if _, _, err := w.adding.get(ctx, r.Value); err != nil {
			return err
		}
	}
	w.run(ctx)
	select {
	case <-one.over:
		return one.err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// enlist says whether the object is on the list already.
func (w *waiter) enlist(one *watch) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.watches[one] = true
	if w.listed[one.ref] {
		w.ask(one)
		return true
	}
	w.named[one.ref.Value] = one.ref
	return false
}

// result waits for a task and gives what came of it.
func (w *waiter) result(ctx context.Context, t ref) (any, error) {
	var result any
	err := w.wait(ctx, t, func(t thing, there bool) (bool, error) {
		if !there {
			return false, notFound("the task is gone")
		}
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

// The next three want w.mu held.

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

// add puts objects on the list; those that nobody waits for any more go.
func (w *waiter) add(ctx context.Context, ids []string) (map[string]struct{}, error) {
	if err := w.door.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	defer w.door.Release(1)
	at, objects, gone := w.changed(ids)
	if at == nil {
		return nil, w.start(ctx)
	}
	_, err := methods.ModifyListView(ctx, w.s, &types.ModifyListView{This: at.view, Add: objects, Remove: gone})
	if isFault(err, new(types.ManagedObjectNotFound)) {
		return nil, w.start(ctx) // the session was renewed, and the list went with the old one
	}
	return nil, explain(err, "wait for tasks")
}

// changed is what to put on the list and what to take off.
func (w *waiter) changed(ids []string) (at *remote, objects, gone []ref) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for r := range w.listed {
		if !w.wanted(r) {
			gone = append(gone, r)
			delete(w.listed, r)
			delete(w.seen, r)
		}
	}
	for _, id := range ids {
		if r := w.named[id]; !w.listed[r] {
			objects = append(objects, r)
			w.listed[r] = true
		}
		delete(w.named, id)
	}
	return w.remote, objects, gone
}

// start makes the collector, the list and the filter, with all that is waited for on the list.
func (w *waiter) start(ctx context.Context) error {
	w.mu.Lock()
	clear(w.listed)
	clear(w.seen)
	for one := range w.watches {
		w.listed[one.ref] = true
	}
	objects := slices.Collect(maps.Keys(w.listed))
	w.mu.Unlock()
	at, err := w.s.openRemote(ctx, objects)
	if err != nil {
		return explain(err, "wait for tasks")
	}
	w.mu.Lock()
	w.remote = at
	w.mu.Unlock()
	return nil
}

func (s *session) openRemote(ctx context.Context, objects []ref) (*remote, error) {
	collector, err := methods.CreatePropertyCollector(ctx, s, &types.CreatePropertyCollector{This: s.ServiceContent.PropertyCollector})
	if err != nil {
		return nil, err
	}
	view, err := methods.CreateListView(ctx, s, &types.CreateListView{This: *s.ServiceContent.ViewManager, Obj: objects})
	if err != nil {
		return nil, err
	}
	members := &types.TraversalSpec{Type: "ListView", Path: "view"}
	_, err = methods.CreateFilter(ctx, s, &types.CreateFilter{
		This: collector.Returnval,
		Spec: types.PropertyFilterSpec{
			ObjectSet: []types.ObjectSpec{{Obj: view.Returnval, Skip: types.NewBool(true), SelectSet: []types.BaseSelectionSpec{members}}},
			PropSet:   watched,
		},
	})
	return &remote{collector: collector.Returnval, view: view.Returnval}, err
}

// run starts the one goroutine unless it runs.
func (w *waiter) run(ctx context.Context) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.running == nil {
		w.running = make(chan struct{})
		go w.listen(context.WithoutCancel(ctx))
	}
}

// listen hears of changes for as long as somebody waits.
func (w *waiter) listen(ctx context.Context) {
	for {
		waiting, at := w.waiting()
		if waiting == 0 {
			return
		}
		set, err := w.changes(ctx, at)
		switch {
		case isFault(err, new(types.RequestCanceled)):
			w.fail(context.Canceled)
		case isFault(err, new(types.ManagedObjectNotFound)):
			if err = w.restart(ctx, at); err != nil {
				w.fail(err)
			}
		case err != nil:
			w.fail(explain(err, "wait for tasks"))
		case set != nil:
			w.tell(at, set)
		}
		_ = wait.Sleep(ctx, w.pace.together(waiting)) // this context never ends
	}
}

// waiting says how many wait. Nobody: the goroutine ends, as of now.
func (w *waiter) waiting() (int, *remote) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.watches) == 0 {
		close(w.running)
		w.running = nil
	}
	return len(w.watches), w.remote
}

// restart makes everything anew after the session was renewed, unless somebody did so meanwhile.
func (w *waiter) restart(ctx context.Context, lost *remote) error {
	if err := w.door.Acquire(ctx, 1); err != nil {
		return err
	}
	defer w.door.Release(1)
	w.mu.Lock()
	now := w.remote
	w.mu.Unlock()
	if now != lost {
		return nil
	}
	return w.start(ctx)
}

func (w *waiter) changes(ctx context.Context, at *remote) (*types.UpdateSet, error) {
	for try := 1; ; try++ {
		answer, err := methods.WaitForUpdatesEx(ctx, w.s, &types.WaitForUpdatesEx{
			This: at.collector, Version: at.version, Options: &types.WaitOptions{MaxWaitSeconds: types.NewInt32(maxWait)},
		})
		if err == nil {
			return answer.Returnval, nil
		}
		if !unanswered(err) || try == tries {
			return nil, err
		}
		_ = wait.Sleep(ctx, w.pace.together(10*try)) // this context never ends
	}
}

// tell brings what is known up to date and asks those who wait for it.
func (w *waiter) tell(at *remote, set *types.UpdateSet) {
	w.mu.Lock()
	defer w.mu.Unlock()
	at.version = set.Version
	for _, filter := range set.FilterSet {
		for _, update := range filter.ObjectSet {
			w.note(update)
		}
	}
	for one := range w.watches {
		w.ask(one)
	}
}

// note wants w.mu held.
func (w *waiter) note(update types.ObjectUpdate) {
	switch {
	case !w.listed[update.Obj]:
		return
	case update.Kind == types.ObjectUpdateKindLeave:
		w.seen[update.Obj] = nil
		return
	case w.seen[update.Obj] == nil:
		w.seen[update.Obj] = map[string]any{}
	}
	for _, change := range update.ChangeSet {
		w.seen[update.Obj][change.Name] = change.Val
	}
}

// sameAddress gives the id of another machine on the list that has an address.
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

func (w *waiter) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for one := range w.watches {
		w.end(one, err)
	}
}

// close ends the goroutine, and with it the request that the vCenter holds.
func (w *waiter) close(ctx context.Context) error {
	w.mu.Lock()
	running, at := w.running, w.remote
	w.mu.Unlock()
	if running == nil {
		return nil
	}
	if _, err := methods.CancelWaitForUpdates(ctx, w.s, &types.CancelWaitForUpdates{This: at.collector}); err != nil {
		return explain(err, "end the wait for tasks")
	}
	select {
	case <-running:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
