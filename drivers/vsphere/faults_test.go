package vsphere_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/drivers"
	"github.com/davit-io/davit/internal/vcsim"
)

// TestKilledAtEachCall ends the process at each call of a create, with the call done and its answer lost, and lets
// another process go on.
func TestKilledAtEachCall(t *testing.T) {
	t.Parallel()
	file := program(t)
	c := spawn(t, file)
	mustCreate(t, c.driver(), killable())
	for n := range c.Calls() {
		t.Run(fmt.Sprintf("call %d", n), func(t *testing.T) {
			t.Parallel()
			killedAt(spawn(t, file), n)
		})
	}
}

func killable() drivers.Spec {
	s := newSpec("web")
	opts(&s).Folder = "ci/workers"
	return s
}

func killedAt(c *front, at int) {
	t := c.t
	before := c.everything()
	var dead atomic.Bool
	c.Reset(func(n int, _ string, pass func()) bool {
		if n == at {
			pass()
			dead.Store(true)
		}
		if !dead.Load() {
			pass()
		}
		return dead.Load()
	})
	s, recorded := killable(), &made{}
	_, err := create(t.Context(), c.driver().Answer(time.Second), s, recorded)
	if err == nil {
		return // it was the last call, or there were fewer this time
	}
	c.Reset(nil)
	s.Again = true
	d := c.driver()
	host, err := create(t.Context(), d, s, recorded)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(only(c.everything(), "VirtualMachine web")); n != 1 || host.State != drivers.StateRunning {
		t.Errorf("%d machines, state %s", n, host.State)
	}
	if err := d.Delete(t.Context(), recorded.rs); err != nil {
		t.Error(err)
	}
	if left := c.everything(); !slices.Equal(left, before) {
		t.Errorf("before %v\nafter %v", before, left)
	}
}

func only(list []string, part string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return !strings.Contains(s, part) })
}

// wholeLife makes a host after trouble was prepared, and removes it: there is one machine in between, and nothing more
// in the end.
func (f *front) wholeLife(s drivers.Spec, trouble func()) {
	f.t.Helper()
	before, d := f.everything(), f.driver()
	trouble()
	_, rs := mustCreate(f.t, d, s)
	if n := len(only(f.everything(), "VirtualMachine "+s.Name)); n != 1 {
		f.t.Errorf("%d machines", n)
	}
	if err := d.Delete(f.t.Context(), rs); err != nil {
		f.t.Error(err)
	}
	equal(f.t, f.everything(), before)
}

// TestEachAnswerLost loses one answer of each kind of call.
func TestEachAnswerLost(t *testing.T) {
	t.Parallel()
	shared := start(t)
	for _, op := range []string{"RetrievePropertiesEx", "HasPrivilegeOnEntities", "CloneVM_Task", "WaitForUpdatesEx", "CreateFolder"} {
		t.Run(op, func(t *testing.T) {
			c := shared.again(t)
			var once atomic.Bool
			s := newSpec("web")
			opts(&s).Folder = "ci"
			c.wholeLife(s, func() {
				c.Reset(func(_ int, is string, pass func()) bool {
					pass()
					return is == op && once.CompareAndSwap(false, true)
				})
			})
		})
	}
}

// TestSessionEnds has the vCenter end the session at each kind of call of a host's life.
func TestSessionEnds(t *testing.T) {
	t.Parallel()
	shared := start(t)
	for _, op := range []string{"RetrievePropertiesEx", "CloneVM_Task", "ReconfigVM_Task", "PowerOnVM_Task", "CreateFilter", "ModifyListView", "WaitForUpdatesEx", "PowerOffVM_Task", "Destroy_Task"} {
		t.Run(op, func(t *testing.T) {
			c := shared.again(t)
			c.wholeLife(newSpec("web"), func() { c.Break(op, simulator.FaultTypeNotAuthenticated, nil, 1) })
			if n := tally(c.Calls())["Login"]; n != 2 {
				t.Errorf("%d logins, want 2", n)
			}
		})
	}
}

// TestFaultsHaveTheirKind makes steps fail for good, and wants the cause, its kind, and nothing left after a removal.
func TestFaultsHaveTheirKind(t *testing.T) {
	t.Parallel()
	shared := start(t)
	shared.snapshot(vcsim.Template, "davit")
	for _, tc := range []struct {
		name, op string
		fault    simulator.FaultType
		custom   types.BaseMethodFault
		kind     error
		says     string
	}{
		{"no room", "CloneVM_Task", simulator.FaultTypeInsufficientResourcesFault, nil, drivers.ErrCapacity, "clone golden to web"},
		{"no room to run", "PowerOnVM_Task", simulator.FaultTypeInsufficientResourcesFault, nil, drivers.ErrCapacity, "start web"},
		{"disk full", "CloneVM_Task", simulator.FaultTypeCustom, &types.NoDiskSpace{Datastore: "LocalDS_0"}, drivers.ErrCapacity, "NoDiskSpace"},
		{"no permission", "ReconfigVM_Task", simulator.FaultTypeNoPermission, nil, drivers.ErrAuth, "System.Modify"},
		{"timeout", "CloneVM_Task", simulator.FaultTypeTimeout, nil, drivers.ErrTimeout, "timed out"},
		{"wrong password", "Login", simulator.FaultTypeCustom, &types.InvalidLogin{}, drivers.ErrAuth, "log in at"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := shared.again(t)
			before := c.everything()
			c.Break(tc.op, tc.fault, tc.custom, 0)
			d, m := c.driver(), &made{}
			s := newSpec("web")
			_, err := create(t.Context(), d, s, m)
			if !errors.Is(err, tc.kind) || !strings.Contains(err.Error(), tc.says) || drivers.Hint(err) == "" {
				t.Errorf("got %v, hint %q", err, drivers.Hint(err))
			}
			c.Mend()
			found, err := d.Find(t.Context(), s.Owner)
			if err != nil || len(found) != len(m.rs) {
				t.Errorf("found %v, made %v, %v", found, m.rs, err)
			}
			if err := d.Delete(t.Context(), m.rs); err != nil {
				t.Error(err)
			}
			if left := c.everything(); !slices.Equal(left, before) {
				t.Errorf("before %v\nafter %v", before, left)
			}
		})
	}
}

// TestOvertaken has what a create asks for done right before it: by a process that was killed when it had asked, or by
// one of another host.
func TestOvertaken(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, op string
		do       func(*cloud) (*object.Task, error)
	}{
		{"its folder has its name", "Rename_Task", func(c *cloud) (*object.Task, error) {
			return object.NewCommon(c.client, c.Find("Folder", "davit-folder-of-owner-of-web")).Rename(c.t.Context(), "ci")
		}},
		{"another folder has the name", "Rename_Task", func(c *cloud) (*object.Task, error) {
			_, err := object.NewFolder(c.client, c.Find("Folder", "vm")).CreateFolder(c.t.Context(), "ci")
			return nil, err
		}},
		{"its rule is there", "ReconfigureComputeResource_Task", func(c *cloud) (*object.Task, error) {
			return c.addRule("apart", c.Find("VirtualMachine", "web"), c.Find("VirtualMachine", vcsim.Template))
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := start(t)
			var once atomic.Bool
			c.Reset(func(_ int, is string, pass func()) bool {
				if is == tc.op && once.CompareAndSwap(false, true) {
					task, err := tc.do(c)
					if err == nil && task != nil {
						err = task.WaitEx(t.Context())
					}
					if err != nil {
						t.Error(err)
					}
				}
				pass()
				return false
			})
			s := newSpec("web")
			o := opts(&s)
			o.Folder, o.AntiAffinity = "ci", "apart"
			_, rs := mustCreate(t, c.driver(), s)
			if folders := only(c.names("Folder"), "ci"); len(folders) != 1 || contains(c.names("Folder"), "davit-") || !once.Load() {
				t.Errorf("folders %v", c.names("Folder"))
			}
			c.must(c.driver().Delete(t.Context(), rs))
		})
	}
}

func (c *cloud) addRule(name string, members ...types.ManagedObjectReference) (*object.Task, error) {
	rule := &types.ClusterAntiAffinityRuleSpec{ClusterRuleInfo: types.ClusterRuleInfo{Name: name}, Vm: members}
	return object.NewClusterComputeResource(c.client, c.Find("ClusterComputeResource", vcsim.Cluster)).Reconfigure(c.t.Context(), &types.ClusterConfigSpecEx{
		RulesSpec: []types.ClusterRuleSpec{{ArrayUpdateSpec: types.ArrayUpdateSpec{Operation: types.ArrayUpdateOperationAdd}, Info: rule}},
	}, true)
}

// TestSilence asks a vCenter that takes calls and never answers.
func TestSilence(t *testing.T) {
	t.Parallel()
	c := start(t)
	c.Reset(func(_ int, op string, pass func()) bool {
		if op == "CloneVM_Task" {
			<-t.Context().Done()
		}
		pass()
		return false
	})
	c.snapshot("golden", "davit")
	_, err := create(t.Context(), c.driver().Answer(100*time.Millisecond), newSpec("web"), &made{})
	if !errors.Is(err, drivers.ErrTimeout) || drivers.Hint(err) == "" {
		t.Errorf("got %v", err)
	}
}
