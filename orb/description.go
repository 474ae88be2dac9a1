package orb

import (
	"log/slog"
	"runtime/debug"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/typecode"
)

// A Description tells interceptors what a request carries (part 1, clause 16.3.12). Those give it who make or serve calls by types that are known at run time, as package
// orb/dii does: generated code marshals without describing what. It is asked by interceptors alone, in the goroutine of the request, and must not be changed.
type Description interface {
	// Arguments are those of all parameters, in order. One whose value is not known yet is null.
	Arguments() []Argument
	// Result is of kind void where there is none, and null if it is not known yet.
	Result() dyn.Any
	// Exceptions are the types of those that the operation may raise.
	Exceptions() []*typecode.TypeCode
	// Contexts are the names of the context clause.
	Contexts() []string
	// OperationContext is what is sent of the caller's properties: name, value, and so on.
	OperationContext() []string
}

// An Argument is that of a parameter, whose direction is told by In and Out.
type Argument struct {
	Value   dyn.Any
	In, Out bool
}

// An AnyException is a user exception that tells its value to interceptors.
type AnyException interface {
	error
	ExceptionAny() dyn.Any // null if it has none
}

// Describe has interceptors told what the call carries. It goes before the first Next, and d may tell of results once they have been read, before End.
func (c *Call) Describe(d Description) { c.described = d }

// Description returns what the request carries, nil if nobody describes it.
func (r *ClientRequest) Description() Description { return r.c.described }

// Description returns what the request carries, nil if nobody describes it, or not yet: the servant does ([ServerRequest.Describe]).
func (r *IncomingRequest) Description() Description { return r.r.described }

// A Describing servant describes its requests. Interceptors that wait for the servant ([IncomingRequest.Found]) are called when it does, so that they know the
// arguments: as it is with the specification's dynamic skeleton interface (part 1, clause 16.3.8).
type Describing interface {
	Servant
	// Describes reports whether Dispatch will call Describe for a request of that operation, unless the request cannot be read.
	Describes(operation string) bool
}

// Describe has interceptors told what the request carries; d may tell of results before Returned. It reports whether the request is to be
// carried out: if not, an interceptor has decided what the answer is.
func (r *ServerRequest) Describe(d Description) bool {
	if r.seen == nil {
		return true
	}
	r.described = d
	return r.receivedLate()
}

// receivedLate has interceptors told of the servant who were to wait for its description.
func (r *ServerRequest) receivedLate() (goOn bool) {
	s := r.awaited
	if s == nil {
		return true
	}
	r.awaited = nil
	defer func() {
		if p := recover(); p != nil {
			r.orb.complain(slog.LevelError, "an interceptor panicked", "operation", clip(r.msg.Operation), "panic", p, "stack", string(debug.Stack()))
			r.fail(exc.New(exc.Unknown, exc.MinorPanic, exc.No, "an interceptor panicked in %.64s", r.msg.Operation))
		}
	}()
	return r.received(s)
}

// received tells interceptors of the servant, and a client who waits for the server alone that the request is there. It reports whether the servant is to run.
func (r *ServerRequest) received(s Servant) bool {
	if r.seen != nil {
		if err := r.seen.foundServant(s); err != nil {
			r.answerBy(err, exc.No)
			return false
		}
	}
	if r.msg.Flags == giop.SyncServer {
		r.answerEarly()
	}
	return true
}

// describes reports whether a servant is to describe the request.
func (r *ServerRequest) describes(s Servant) bool {
	d, ok := s.(Describing)
	return ok && d.Describes(r.Operation())
}
