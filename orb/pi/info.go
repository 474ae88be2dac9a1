package pi

import (
	"context"
	"errors"
	"slices"

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
	source describer

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

// A describer is a request that may be described by who makes or serves it.
type describer interface{ Description() orb.Description }

// described returns what is known of the request's types and values. Generated stubs and skeletons marshal without describing what: NO_RESOURCES with minor code 1.
func (i *RequestInfo) described(a attribute) (orb.Description, error) {
	if err := check(a, i.point); err != nil {
		return nil, err
	}
	if d := i.source.Description(); d != nil {
		return d, nil
	}
	return nil, unsupported(a)
}

// Arguments returns the arguments of a request that is made or served by package orb/dii: before there are results, those of out parameters are null. Of a
// request by generated code it is NO_RESOURCES with minor code 1.
func (i *RequestInfo) Arguments() ([]Parameter, error) {
	d, err := i.described(attrArguments)
	if err != nil {
		return nil, err
	}
	var list []Parameter
	for _, a := range d.Arguments() {
		p := Parameter{Argument: a.Value, Mode: ParamIn}
		switch {
		case a.In && a.Out:
			p.Mode = ParamInOut
		case a.Out:
			p.Mode = ParamOut
		}
		list = append(list, p)
	}
	return list, nil
}

// Exceptions returns the types of the user exceptions that the operation may raise, where Arguments are known.
func (i *RequestInfo) Exceptions() ([]*typecode.TypeCode, error) {
	d, err := i.described(attrExceptions)
	if err != nil {
		return nil, err
	}
	return slices.Clone(d.Exceptions()), nil
}

// Contexts returns the names of the operation's context clause, where Arguments are known.
func (i *RequestInfo) Contexts() ([]string, error) {
	d, err := i.described(attrContexts)
	if err != nil {
		return nil, err
	}
	return slices.Clone(d.Contexts()), nil
}

// OperationContext returns the properties that are sent by the operation's context clause, names and values in turn, where Arguments are known.
func (i *RequestInfo) OperationContext() ([]string, error) {
	d, err := i.described(attrOperationContext)
	if err != nil {
		return nil, err
	}
	return d.OperationContext(), nil
}

// Result returns the result, of kind void if the operation has none, where Arguments are known.
func (i *RequestInfo) Result() (dyn.Any, error) {
	d, err := i.described(attrResult)
	if err != nil {
		return dyn.Any{}, err
	}
	return d.Result(), nil
}

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
	if i.status == UserException { // its TypeCode is the stub's, mostly
		if x := orb.AnyException(nil); errors.As(i.err, &x) && !x.ExceptionAny().IsNull() {
			return x.ExceptionAny(), nil
		}
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
