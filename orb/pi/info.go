package pi

import (
	"context"
	"errors"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/typecode"
)

// A ReplyStatus says how a request has ended.
type ReplyStatus int16

// The reply statuses (clause 16.3.12.10).
const (
	Successful ReplyStatus = iota
	SystemException
	UserException
	LocationForward
	TransportRetry
	UnknownStatus // the ORB cannot know: never used here
)

var statusNames = [...]string{"SUCCESSFUL", "SYSTEM_EXCEPTION", "USER_EXCEPTION", "LOCATION_FORWARD", "TRANSPORT_RETRY", "UNKNOWN"}

// String returns the status's name in IDL.
func (s ReplyStatus) String() string { return statusNames[s] }

// A Parameter is an argument of an operation.
type Parameter struct {
	Argument dyn.Any
	Mode     ParameterMode
}

// A ParameterMode is the direction of a parameter.
type ParameterMode uint32

// The directions.
const (
	ParamIn ParameterMode = iota
	ParamOut
	ParamInOut
)

// RequestInfo is what both sides know of a request (clause 16.3.12). It is gone when the method that was given it returns.
// What is asked for at a point where it is not valid is BAD_INV_ORDER with minor code 14.
type RequestInfo struct {
	setup  *Setup
	point  Point
	id     uint32
	status ReplyStatus
	err    error // the outcome
	slots  *slots
	ctx    context.Context // of the call

	started int // how many interceptors are on the flow stack
}

// errPanic is the outcome where an interceptor has panicked.
var errPanic = exc.New(exc.Unknown, exc.MinorPanic, exc.Maybe, "an interceptor has panicked")

// Point returns where the request is.
func (i *RequestInfo) Point() Point { return i.point }

// RequestID returns a number that no other request has that is under way at this side of the ORB. It is not that of GIOP.
func (i *RequestInfo) RequestID() uint32 { return i.id }

// Err returns the outcome as Go has it, at the ending points: nil, what the servant returned, a system exception, a
// [*orb.ForeignException] on the client's side, or a [*orb.ForwardRequest]. At other points it is nil.
func (i *RequestInfo) Err() error { return i.err }

// Arguments is NO_RESOURCES with minor code 1: stubs marshal without describing what.
func (i *RequestInfo) Arguments() ([]Parameter, error) {
	return nil, unsupported(attrArguments, i.point)
}

// Exceptions is NO_RESOURCES with minor code 1.
func (i *RequestInfo) Exceptions() ([]*typecode.TypeCode, error) {
	return nil, unsupported(attrExceptions, i.point)
}

// Contexts is NO_RESOURCES with minor code 1.
func (i *RequestInfo) Contexts() ([]string, error) { return nil, unsupported(attrContexts, i.point) }

// OperationContext is NO_RESOURCES with minor code 1.
func (i *RequestInfo) OperationContext() ([]string, error) {
	return nil, unsupported(attrOperationContext, i.point)
}

// Result is NO_RESOURCES with minor code 1.
func (i *RequestInfo) Result() (dyn.Any, error) { return dyn.Any{}, unsupported(attrResult, i.point) }

// ReplyStatus returns how the request has ended.
func (i *RequestInfo) ReplyStatus() (ReplyStatus, error) {
	return i.status, check(attrReplyStatus, i.point)
}

// ForwardReference returns where the request goes, if its status is LocationForward.
func (i *RequestInfo) ForwardReference() (*orb.Ref, error) {
	if err := check(attrForwardReference, i.point); err != nil {
		return nil, err
	}
	f := orb.ForwardOf(i.err)
	if f == nil {
		return nil, exc.New(exc.BadInvOrder, exc.MinorPIPoint, exc.No, "there is no forward_reference where the status is %v", i.status)
	}
	return f.To, nil
}

// GetSlot returns what is in a slot of the request: the null Any if nothing is. A slot that was not allocated is an [InvalidSlot].
func (i *RequestInfo) GetSlot(id SlotID) (dyn.Any, error) { return i.slots.get(i.setup, id) }

// exception returns the outcome as an any, at the point where there is one.
func (i *RequestInfo) exception(a attribute) (dyn.Any, error) {
	if err := check(a, i.point); err != nil {
		return dyn.Any{}, err
	}
	if i.status == UserException { // its TypeCode is the stub's
		return systemException(exc.New(exc.Unknown, exc.MinorUnlistedException, exc.Yes, ""))
	}
	return systemException(exc.From(i.err, exc.Maybe))
}

// settle says what the outcome is: err, which has the status original if no interceptor has made it.
func (i *RequestInfo) settle(err error, original ReplyStatus) {
	i.err = err
	var sys *exc.SystemException
	switch {
	case err == nil:
		i.status = Successful
	case original == UserException || original == TransportRetry:
		i.status = original
	case orb.ForwardOf(err) != nil:
		i.status = LocationForward
	case errors.As(err, &sys):
		i.status = SystemException
	default:
		i.status = original
	}
}

// raised returns the error of an interceptor at the present point as the specification has it: with the completion status that the
// point demands, and no ForwardRequest where none is allowed.
func (i *RequestInfo) raised(err error) error {
	completed := exc.No
	switch i.point {
	case AtReceiveReply, AtSendReply:
		completed = exc.Yes
	case AtReceiveException, AtSendException:
		completed = exc.Yes
		if i.status == SystemException {
			completed = exc.From(i.err, exc.Maybe).Completed
		}
	}
	if orb.ForwardOf(err) != nil {
		switch i.point {
		case AtReceiveReply, AtSendReply:
			return exc.New(exc.Unknown, exc.MinorUnlistedException, exc.Yes, "an interceptor forwards in %v, when the request has been carried out", i.point)
		case AtSendPoll:
			return exc.New(exc.Unknown, exc.MinorUnlistedException, exc.No, "an interceptor forwards in %v, when the request has been sent", i.point)
		}
		return err
	}
	sys := exc.From(err, completed)
	if sys.Completed != completed || sys.Called {
		other := *sys
		other.Completed, other.Called = completed, false // of the operation that is intercepted, and no other
		sys = &other
	}
	return sys
}

// scope returns the ctx that interceptors of the request are called with.
func (i *RequestInfo) scope(ctx context.Context, s *slots) context.Context {
	if s == nil {
		return ctx
	}
	return context.WithValue(ctx, slotsKey{i.setup}, s)
}
