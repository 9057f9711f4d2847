package vsphere

import (
	"context"
	"time"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/wait"
)

// remote is what the waiter has at the vCenter; it ends with the session.
type remote struct {
	collector, view ref
	version         string // of the last change heard of
}

// maxWait is how long the vCenter holds a request for changes, in seconds: below what proxies bear.
const maxWait = 30

// noise is the pause after changes that nobody waits for.
const noise = 200 * time.Millisecond

// watched are the properties that the waiter hears of.
var watched = []types.PropertySpec{
	{Type: "Task", PathSet: []string{"info.state", "info.error", "info.result"}},
	{Type: "VirtualMachine", PathSet: []string{"runtime.powerState", "guest.net", "guest.ipAddress", extra(drivers.ReportVerdict)}},
}

// begin notes a wait; before the first of all it makes the collector, with what is waited for on the list.
func (w *waiter) begin(ctx context.Context, one *watch) error {
	w.mu.Lock()
	w.watches[one] = true
	w.ask(one)
	w.mu.Unlock()
	return w.replace(ctx, nil)
}

// replace makes everything anew, unless somebody did so meanwhile.
func (w *waiter) replace(ctx context.Context, lost *remote) error {
	if err := w.door.Acquire(ctx, 1); err != nil {
		return err
	}
	defer w.door.Release(1)
	w.mu.Lock()
	now, objects := w.remote, []ref(nil)
	if now == lost {
		objects = w.reset()
	}
	w.mu.Unlock()
	if now != lost {
		return nil
	}
	at, err := w.s.openRemote(ctx, objects)
	if isFault(err, new(types.ManagedObjectNotFound)) {
		at, err = w.s.openRemote(ctx, objects) // the session was renewed halfway
	}
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
			ObjectSet: []types.ObjectSpec{{Obj: view.Returnval, Skip: new(true), SelectSet: []types.BaseSelectionSpec{members}}},
			PropSet:   watched,
		},
	})
	return &remote{collector: collector.Returnval, view: view.Returnval}, err
}

// add puts on the list what is to be on it; what nobody waits for any more goes. It leaves the list alone until its
// last change was heard of: the simulator of vCenters may lock itself up otherwise.
func (w *waiter) add(ctx context.Context, _ []string) (map[string]struct{}, error) {
	if err := w.door.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	defer w.door.Release(1)
	if err := w.calm(ctx); err != nil {
		return nil, err
	}
	at, objects, gone := w.toChange()
	if len(objects) == 0 {
		return nil, nil
	}
	_, err := methods.ModifyListView(ctx, w.s, &types.ModifyListView{This: at.view, Add: objects, Remove: gone})
	if isFault(err, new(types.ManagedObjectNotFound)) {
		return nil, nil // the session was renewed, and the list went with the old one: the listener makes a new one
	}
	return nil, explain(err, "wait for tasks")
}

func (w *waiter) toChange() (at *remote, objects, gone []ref) {
	w.mu.Lock()
	defer w.mu.Unlock()
	objects, gone = w.changed()
	if len(objects) > 0 {
		w.heard = make(chan struct{})
	}
	return w.remote, objects, gone
}

// calm waits until the last change of the list was heard of.
func (w *waiter) calm(ctx context.Context) error {
	w.mu.Lock()
	heard := w.heard
	w.mu.Unlock()
	if heard == nil {
		return ctx.Err()
	}
	w.run(ctx)
	limited, cancel := context.WithTimeout(ctx, unheard) // what was added may be gone, and then there is nothing to hear
	defer cancel()
	select {
	case <-heard:
	case <-limited.Done():
	}
	return ctx.Err()
}

// run starts the one goroutine unless it runs.
func (w *waiter) run(ctx context.Context) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.running == nil && len(w.watches) > 0 {
		w.running = make(chan struct{})
		go w.listen(context.WithoutCancel(ctx))
	}
}

// listen hears of changes for as long as somebody waits. Its context never ends.
func (w *waiter) listen(ctx context.Context) {
	pause, lost := time.Duration(0), 0
	for {
		waiting, at := w.waiting()
		if waiting == 0 {
			return
		}
		_ = wait.Sleep(ctx, max(pause, w.pace.together(waiting))) // short tasks end meanwhile
		pause = 0
		set, err := w.changes(ctx, at)
		switch {
		case err == nil:
			lost = 0
			if set != nil && !w.tell(at, set) {
				pause = noise
			}
		case isFault(err, new(types.ManagedObjectNotFound)), unanswered(err) && lost < tries:
			// The session was renewed, or what the answer told is lost: everything is told anew.
			lost++
			w.fail(w.replace(ctx, at))
		case isFault(err, new(types.RequestCanceled)):
			w.fail(context.Canceled)
		default:
			w.fail(explain(err, "wait for tasks"))
		}
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

func (w *waiter) changes(ctx context.Context, at *remote) (*types.UpdateSet, error) {
	if !w.asks() {
		return nil, nil
	}
	defer w.answered()
	answer, err := methods.WaitForUpdatesEx(ctx, w.s, &types.WaitForUpdatesEx{
		This: at.collector, Version: at.version, Options: &types.WaitOptions{MaxWaitSeconds: types.NewInt32(maxWait)},
	})
	if err != nil {
		return nil, err
	}
	return answer.Returnval, nil
}

// asks notes that a request is at the vCenter from now on; false: nobody waits any more, and none is to be made.
func (w *waiter) asks() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asking = len(w.watches) > 0
	return w.asking
}

func (w *waiter) answered() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asking = false
}

// tell brings what is known up to date, asks those who wait, and says whether that ended a wait.
func (w *waiter) tell(at *remote, set *types.UpdateSet) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	at.version = set.Version
	if w.heard != nil {
		close(w.heard)
		w.heard = nil
	}
	for _, filter := range set.FilterSet {
		for _, update := range filter.ObjectSet {
			w.note(update)
		}
	}
	before := len(w.watches)
	for one := range w.watches {
		w.ask(one)
	}
	return len(w.watches) < before
}

// fail ends all waits; nil: none.
func (w *waiter) fail(err error) {
	if err == nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for one := range w.watches {
		w.end(one, err)
	}
}

// close ends the goroutine, and with it the request that the vCenter may hold.
func (w *waiter) close(ctx context.Context) error {
	w.mu.Lock()
	running, asking, at := w.running, w.asking, w.remote
	w.mu.Unlock()
	if running == nil {
		return nil
	}
	if asking {
		if _, err := methods.CancelWaitForUpdates(ctx, w.s, &types.CancelWaitForUpdates{This: at.collector}); err != nil {
			return explain(err, "end the wait for tasks")
		}
	}
	select {
	case <-running:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
