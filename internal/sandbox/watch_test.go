package sandbox_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/vmware/govmomi/property"
	"github.com/vmware/govmomi/vim25/methods"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/internal/sandbox/qemu/qemutest"
)

// The simulator looks at all tasks and machines of a filter while it holds the filter, and takes hold of the filter
// when a task begins: a guest that says much must not begin any.
func TestGuestSpeaksToOneWhoWatchesAllTasks(t *testing.T) {
	r := run(t)
	lines := &strings.Builder{}
	for i := range 200 {
		_, _ = fmt.Fprintf(lines, "guestinfo.line %d\n", i)
	}
	vm := clone(t, r.c, "davit-1", spec{info: map[string]string{qemutest.SayKey: lines.String()}})
	done(t)(vm.PowerOn(t.Context())) // before the watch: tasks of clients may lock up with it
	ctx, cancel := context.WithCancel(t.Context())
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		r.watch(ctx, vm.Reference())
	}()
	r.await(vm, `config.extraConfig["guestinfo.line"]`, types.OptionValue{Key: "guestinfo.line", Value: "199"})
	if err := vm.ShutdownGuest(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.await(vm, "runtime.powerState", types.VirtualMachinePowerStatePoweredOff)
	cancel()
	<-watched
}

// watch waits for updates of all recent tasks and of a machine until ctx ends.
func (r running) watch(ctx context.Context, vm types.ManagedObjectReference) {
	c, err := property.DefaultCollector(r.c.Client).Create(ctx)
	if err != nil {
		r.Error(err)
		return
	}
	if _, err := methods.CreateFilter(ctx, r.c.Client, &types.CreateFilter{This: c.Reference(), Spec: types.PropertyFilterSpec{
		ObjectSet: []types.ObjectSpec{
			{Obj: vm},
			{Obj: *r.c.ServiceContent.TaskManager, Skip: new(true), SelectSet: []types.BaseSelectionSpec{
				&types.TraversalSpec{Type: "TaskManager", Path: "recentTask"},
			}},
		},
		PropSet: []types.PropertySpec{{Type: "Task", PathSet: []string{"info.state"}}, {Type: "VirtualMachine", PathSet: []string{"runtime.powerState"}}},
	}}); err != nil {
		r.Error(err)
		return
	}
	for version := ""; ctx.Err() == nil; {
		answer, err := methods.WaitForUpdatesEx(ctx, r.c.Client, &types.WaitForUpdatesEx{This: c.Reference(), Version: version, Options: &types.WaitOptions{MaxWaitSeconds: new(int32(1))}})
		if err != nil || answer.Returnval == nil {
			continue
		}
		version = answer.Returnval.Version
	}
}
