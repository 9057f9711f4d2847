package vcenter

import (
	"context"
	"fmt"
	"reflect"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"
)

// machine is a virtual machine whose methods act on a real one; what it has no method for, the simulator does.
type machine struct {
	*simulator.VirtualMachine
	v *VCenter
}

// dispatch chooses who answers a call.
func (v *VCenter) dispatch(ctx *simulator.Context, call *simulator.Method) (mo.Reference, types.BaseMethodFault) {
	switch call.Name {
	case "LoginByToken", "LoginExtensionByCertificate": // the simulator would let anyone in
		return nil, &types.NotSupported{}
	case "PowerOnMultiVM_Task", "RevertToSnapshot_Task", "RevertToCurrentSnapshot_Task", "SuspendVM_Task", "StandbyGuest",
		"PromoteDisks_Task", "AttachDisk_Task", "DetachDisk_Task", "InstantClone_Task": // the simulator would say that it did
		return nil, &types.NotSupported{}
	}
	vm, ok := ctx.Map.Get(call.This).(*simulator.VirtualMachine)
	if !ok {
		return nil, nil
	}
	// The simulator prefers an object of its own to what is returned here, unless it knows none by this name.
	call.This.Type = "Sandbox" + call.This.Type
	return &machine{VirtualMachine: vm, v: v}, nil
}

// simulatorContext is for calls that come from no client. Each has locks of its own.
func (v *VCenter) simulatorContext(ctx context.Context) *simulator.Context {
	return &simulator.Context{Context: ctx, Map: v.model.Map(), Session: &simulator.Session{Registry: simulator.NewRegistry(), Map: v.model.Map()}}
}

// work is what a task does; it holds the lock of its object.
type work func() (types.AnyType, types.BaseMethodFault)

// task runs do as a task of the machine.
func (m *machine) task(ctx *simulator.Context, name string, do work) ref {
	return simulator.CreateTask(m.VirtualMachine, name, func(*simulator.Task) (types.AnyType, types.BaseMethodFault) {
		return do()
	}).Run(ctx)
}

// await waits for the task that a method of the simulator began, and gives its result.
func (v *VCenter) await(ctx *simulator.Context, answer soap.HasFault) (types.AnyType, types.BaseMethodFault) {
	if f := answer.Fault(); f != nil {
		fault, _ := f.VimFault().(types.BaseMethodFault)
		return nil, fault
	}
	// Each answer of a task method has Res.Returnval.
	id := reflect.ValueOf(answer).Elem().FieldByName("Res").Elem().FieldByName("Returnval").Interface().(ref)
	task := ctx.Map.Get(id).(*simulator.Task)
	task.Wait()
	if task.Info.Error != nil {
		return nil, task.Info.Error.Fault
	}
	return task.Info.Result, nil
}

// broken is the fault that carries an error of the sandbox itself.
func broken(format string, args ...any) types.BaseMethodFault {
	text := fmt.Errorf(format, args...).Error()
	return &types.GenericVmConfigFault{
		VmConfigFault: types.VmConfigFault{VimFault: types.VimFault{MethodFault: types.MethodFault{
			FaultCause:   &types.LocalizedMethodFault{Fault: &types.SystemError{Reason: text}, LocalizedMessage: text},
			FaultMessage: []types.LocalizableMessage{{Key: "davit.sandbox", Message: text}},
		}}},
		Reason: text,
	}
}
