package dii

import (
	"context"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/model"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/typecode"
)

// A NamedValue is an argument of a [Request]; several are what the specification calls an NVList.
type NamedValue struct {
	Name      string
	Direction model.Direction
	Value     dyn.Any // of in and inout; after the call, of out and inout
	Type      *typecode.TypeCode
}

// A Request is a call put together piece by piece, without a signature: CORBA::Request (CORBA 3.3
// part 1, clause 11.2), for programs that have been written against it. New ones use [Call] and [Deferred]. It
// belongs to one goroutine, and is for one call.
type Request struct {
	ref    *orb.Ref
	sig    Signature
	args   []NamedValue
	sent   bool
	future *orb.Future[Results] // of Send; else nil
	closed error                // why there is no response to wait for any more
	result dyn.Any
}

// NewRequest begins a request for an operation, by its name on the wire (create_request). Without SetReturn it has no
// result.
func NewRequest(ref *orb.Ref, operation string) *Request {
	return &Request{ref: ref, sig: Signature{Operation: operation, Result: typecode.Void}}
}

// AddIn adds an in parameter (add_in_arg).
func (r *Request) AddIn(name string, v dyn.Any) { r.add(NamedValue{name, model.In, v, v.Type()}) }

// AddInOut adds an inout parameter (add_inout_arg).
func (r *Request) AddInOut(name string, v dyn.Any) { r.add(NamedValue{name, model.InOut, v, v.Type()}) }

// AddOut adds an out parameter of a type (add_out_arg).
func (r *Request) AddOut(name string, t *typecode.TypeCode) {
	r.add(NamedValue{Name: name, Direction: model.Out, Type: t})
}

func (r *Request) add(v NamedValue) {
	r.args = append(r.args, v)
	r.sig.Params = append(r.sig.Params, Param{v.Name, v.Direction, v.Type})
}

// SetReturn sets the type of the result (set_return_type).
func (r *Request) SetReturn(t *typecode.TypeCode) { r.sig.Result = t }

// AddException adds an exception that the operation may raise (exceptions).
func (r *Request) AddException(t *typecode.TypeCode) { r.sig.Raises = append(r.sig.Raises, t) }

// SetContext sets the names of the properties that are sent along, those of the context that the call is made with (contexts, ctx).
func (r *Request) SetContext(clause ...string) { r.sig.Context = append([]string{}, clause...) }

// Invoke makes the call and waits for its end (invoke). It is made in the calling goroutine, as that of a stub is.
func (r *Request) Invoke(ctx context.Context) error {
	in, err := r.begin()
	if err != nil {
		return err
	}
	r.closed = errInvoked
	return r.take(Call(ctx, r.ref, &r.sig, in...))
}

// SendOneway makes the call and waits for what the policies of ctx say (send_oneway).
func (r *Request) SendOneway(ctx context.Context) error {
	if r.sent {
		return errSent
	}
	r.sig.Oneway = true
	return r.Invoke(ctx)
}

// Send begins the call (send_deferred). Its error says that the request has been sent before.
func (r *Request) Send(ctx context.Context) error {
	in, err := r.begin()
	if err != nil {
		return err
	}
	r.future = Deferred(ctx, r.ref, &r.sig, in...)
	return nil
}

// begin returns the arguments of a request that has not been sent; now it is.
func (r *Request) begin() (in []dyn.Any, err error) {
	if r.sent {
		return nil, errSent
	}
	r.sent = true
	for _, a := range r.args {
		if a.Direction != model.Out {
			in = append(in, a.Value)
		}
	}
	return in, nil
}

var (
	errSent    = refused(exc.BadInvOrder, exc.MinorRequestSent, "the request has been sent already")
	errNotSent = refused(exc.BadInvOrder, exc.MinorRequestNotSent, "the request has not been sent")
	errTaken   = refused(exc.BadInvOrder, exc.MinorResponseTaken, "the response has been taken already")
	errInvoked = refused(exc.BadInvOrder, exc.MinorRequestSynchronous, "the request was invoked, not sent: its response has been taken with that")
)

// awaited says why there is no response to wait for, if so.
func (r *Request) awaited() error {
	if !r.sent {
		return errNotSent
	}
	return r.closed
}

// Done returns a channel that is closed when the call has ended which Send has begun; nil before.
func (r *Request) Done() <-chan struct{} {
	if r.future == nil {
		return nil
	}
	return r.future.Done()
}

// PollResponse reports whether the call has ended (poll_response). It raises BAD_INV_ORDER where GetResponse does.
func (r *Request) PollResponse() (bool, error) {
	if err := r.awaited(); err != nil {
		return false, err
	}
	return r.future.Poll(), nil
}

// GetResponse waits for the end of the call that Send has begun, and takes the results (get_response). Its
// error is like that of [Call]; TIMEOUT or TRANSIENT if ctx ends before, and then it may be called again. The response is there once: BAD_INV_ORDER
// when it has been taken, or the call was made by Invoke or SendOneway. In the upcall that has begun the call, ctx is to be the upcall's: see [orb.Go].
func (r *Request) GetResponse(ctx context.Context) error {
	if err := r.awaited(); err != nil {
		return err
	}
	if _, err := r.future.Wait(ctx); !r.future.Poll() {
		return err
	}
	r.closed = errTaken
	return r.take(r.future.Wait(context.Background()))
}

// take takes the results of the call.
func (r *Request) take(results Results, err error) error {
	if err != nil {
		return err
	}
	r.result = results.Return
	outs := results.Out
	for i := range r.args {
		if r.args[i].Direction != model.In && len(outs) > 0 {
			r.args[i].Value, outs = outs[0], outs[1:]
		}
	}
	return nil
}

// Result returns the result, once the response is there; null before (return_value).
func (r *Request) Result() dyn.Any { return r.result }

// Arguments returns the arguments; those of out and inout parameters have their new values once the response is
// there (arguments). It must not be changed.
func (r *Request) Arguments() []NamedValue { return r.args }
