package vsphere

import (
	"context"
	"time"

	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

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
	{Type: "VirtualMachine", PathSet: []string{"runtime.powerState", "guest.net", "guest.ipAddress"}},
}

// begin makes the collector before the first wait.
func (w *waiter) begin(ctx context.Context) error { return w.replace(ctx, nil) }

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
	through := func(from ref, kind, path string) types.ObjectSpec {
		return types.ObjectSpec{Obj: from, Skip: types.NewBool(true), SelectSet: []types.BaseSelectionSpec{&types.TraversalSpec{Type: kind, Path: path}}}
	}
	_, err = methods.CreateFilter(ctx, s, &types.CreateFilter{
		This: collector.Returnval,
		Spec: types.PropertyFilterSpec{PropSet: watched, ObjectSet: []types.ObjectSpec{
			through(view.Returnval, "ListView", "view"), through(*s.ServiceContent.TaskManager, "TaskManager", "recentTask"),
		}},
	})
	return &remote{collector: collector.Returnval, view: view.Returnval}, err
}

// add puts on the list what is to be on it; what nobody waits for any more goes.
func (w *waiter) add(ctx context.Context, _ []string) (map[string]struct{}, error) {
	if err := w.door.Acquire(ctx, 1); err != nil {
		return nil, err
	}
	defer w.door.Release(1)
	w.mu.Lock()
	at := w.remote
	objects, gone := w.changed()
	w.mu.Unlock()
	if len(objects) == 0 {
		return nil, nil
	}
	_, err := methods.ModifyListView(ctx, w.s, &types.ModifyListView{This: at.view, Add: objects, Remove: gone})
	if isFault(err, new(types.ManagedObjectNotFound)) {
		return nil, nil // the session was renewed, and the list went with the old one: the listener makes a new one
	}
	return nil, explain(err, "wait for tasks")
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
	for pause := time.Duration(0); ; {
		waiting, at := w.waiting()
		if waiting == 0 {
			return
		}
		_ = wait.Sleep(ctx, max(pause, w.pace.together(waiting))) // short tasks end meanwhile
		pause = 0
		set, err := w.changes(ctx, at)
		switch {
		case isFault(err, new(types.RequestCanceled)):
			w.fail(context.Canceled)
		case isFault(err, new(types.ManagedObjectNotFound)):
			if err := w.replace(ctx, at); err != nil {
				w.fail(err)
			}
		case err != nil:
			w.fail(explain(err, "wait for tasks"))
		case set != nil && !w.tell(at, set):
			pause = noise
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
	w.request(true)
	defer w.request(false)
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
		_ = wait.Sleep(ctx, noise)
	}
}

// request notes whether a request is at the vCenter.
func (w *waiter) request(now bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asking = now
}

// tell brings what is known up to date, asks those who wait, and says whether that ended a wait.
func (w *waiter) tell(at *remote, set *types.UpdateSet) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	at.version = set.Version
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

func (w *waiter) fail(err error) {
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
