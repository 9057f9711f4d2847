package vsphere

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"reflect"
	"strings"

	"github.com/vmware/govmomi/fault"
	"github.com/vmware/govmomi/task"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	"github.com/davit-io/davit/drivers"
)

// explain is the one place where errors of requests become errors of the contract. The format names the operation
// and its object.
func explain(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	what := fmt.Sprintf(format, args...)
	if known, ok := errors.AsType[*drivers.Error](err); ok {
		return &drivers.Error{Kind: known.Kind, Err: fmt.Errorf("%s: %w", what, known.Err), Next: known.Next}
	}
	if f, text := faultOf(err); f != nil {
		next, kind := judge(f)
		return &drivers.Error{Kind: kind, Err: &refusal{what + ": " + text, f}, Next: next}
	}
	next, kind := judgeFailure(err)
	return &drivers.Error{Kind: kind, Err: fmt.Errorf("%s: %w", what, err), Next: next}
}

// refusal is a fault of the vCenter in words. It keeps the fault for this package and gives it to nobody else.
type refusal struct {
	text  string
	fault types.BaseMethodFault
}

func (r *refusal) Error() string { return r.text }

// isFault says whether err is a fault of the type of like.
func isFault(err error, like types.BaseMethodFault) bool {
	if r, ok := errors.AsType[*refusal](err); ok {
		return fault.Is(r.fault, like)
	}
	return err != nil && fault.Is(err, like)
}

// faultOf finds the vCenter's fault in err and its words for it.
func faultOf(err error) (types.BaseMethodFault, string) {
	if e, ok := errors.AsType[task.Error](err); ok {
		return e.Fault(), said(e.Fault(), e.LocalizedMessage)
	}
	holder, ok := errors.AsType[interface {
		error
		Fault() types.BaseMethodFault
	}](err)
	if !ok || holder.Fault() == nil {
		return nil, ""
	}
	return holder.Fault(), said(holder.Fault(), holder.Error())
}

// said is the vCenter's message with what its fault names, and the name of the fault, by which its documentation has it.
func said(f types.BaseMethodFault, message string) string {
	name := strings.TrimPrefix(reflect.TypeOf(f).String(), "*types.")
	parts := []string{}
	for _, part := range []string{strings.TrimPrefix(message, "ServerFaultCode: "), detail(f), cause(f)} {
		if part = strings.TrimSpace(strings.TrimPrefix(part, "*types.")); part != "" && part != name && !strings.Contains(strings.Join(parts, " "), part) {
			parts = append(parts, part)
		}
	}
	if len(parts) == 0 {
		return name
	}
	return strings.Join(parts, ": ") + " (" + name + ")"
}

func cause(f types.BaseMethodFault) string {
	c := f.GetMethodFault().FaultCause
	if c == nil {
		return ""
	}
	return c.LocalizedMessage
}

// detail is what the fault says besides its message.
func detail(f types.BaseMethodFault) string {
	switch f := f.(type) {
	case *types.NoPermission:
		return "the privilege " + f.PrivilegeId + " is missing"
	case *types.InvalidArgument:
		return f.InvalidProperty
	case *types.InvalidVmConfig:
		return f.Property
	case *types.DuplicateName:
		return fmt.Sprintf("there is a %s %q already", f.Object.Type, f.Name)
	case *types.ManagedObjectNotFound:
		return fmt.Sprintf("%s is gone", f.Obj.Value)
	case *types.SystemErrorFault:
		return f.Reason
	}
	return ""
}

func judge(f types.BaseMethodFault) (next string, kind error) {
	switch {
	case is[*types.InvalidLogin](f):
		return "check vcenter_user and vcenter_password, or GOVC_USERNAME and GOVC_PASSWORD", drivers.ErrAuth
	case is[*types.NotAuthenticated](f):
		return "the session was ended by the vCenter; run the command again", drivers.ErrAuth
	case is[types.BaseNoPermission](f):
		return "ask the vCenter's administrator for a role with the privilege", drivers.ErrAuth
	case is[types.BaseInsufficientResourcesFault](f), is[*types.NoDiskSpace](f), is[*types.InsufficientStorageSpace](f):
		return "choose another cluster or datastore, ask for less, or remove what is no longer needed", drivers.ErrCapacity
	case is[*types.ManagedObjectNotFound](f), is[*types.FileNotFound](f):
		return "", drivers.ErrNotFound
	case is[*types.DuplicateName](f), is[*types.FileAlreadyExists](f):
		return "choose another name or folder", drivers.ErrExists
	case is[*types.ToolsUnavailable](f):
		return "the guest runs no VMware Tools; use --force", drivers.ErrUnsupported
	case is[*types.NotSupported](f):
		return "", drivers.ErrUnsupported
	case is[*types.Timedout](f), strings.Contains(detail(f), "timed out"):
		return "the vCenter is slow; run the command again", drivers.ErrTimeout
	}
	return "the vCenter's own list of recent tasks and events may tell more", nil
}

func is[T any](f types.BaseMethodFault) bool {
	_, ok := f.(T)
	return ok
}

// judgeFailure is about requests that got no answer.
func judgeFailure(err error) (next string, kind error) {
	if e, ok := errors.AsType[x509.UnknownAuthorityError](err); ok {
		return "name the certificate of the vCenter's authority (option vsphere.ca_file); or, when it is the vCenter's own, pin it: vsphere.thumbprint " + soap.ThumbprintSHA256(e.Cert), nil
	}
	network, ok := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, context.Canceled):
		return "", nil
	case errors.Is(err, drivers.ErrTimeout), errors.Is(err, context.DeadlineExceeded), ok && network.Timeout():
		return "the vCenter does not answer; check the network to it and run the command again", drivers.ErrTimeout
	}
	return "", nil
}

// unclear says that a request may have taken effect although it failed: it got no answer.
func unclear(err error) bool {
	if _, ok := errors.AsType[*refusal](err); ok {
		return false
	}
	_, network := errors.AsType[*url.Error](err)
	return network || errors.Is(err, drivers.ErrTimeout)
}

func notFound(format string, args ...any) error {
	return &drivers.Error{Kind: drivers.ErrNotFound, Err: fmt.Errorf(format, args...)}
}
