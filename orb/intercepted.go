package orb

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
)

// errTwice is what an interceptor gets that calls next again.
var errTwice = exc.New(exc.BadInvOrder, exc.MinorContextThere, exc.Maybe, "an interceptor has called next twice")

// intercepted sends the request, or fails with err if there is no way, with the interceptors around that.
func (c *Call) intercepted(err error) {
	r := &ClientRequest{c: c}
	c.answeredBy = false
	c.In.Reset(nil, 0, false, nil)
	c.attempts++
	var inner error
	send := func(ctx context.Context) error {
		if r.sent {
			return errTwice
		}
		r.sent = true
		if err == nil && len(r.contexts) > 0 {
			c.buf, err = insertContexts(c.buf, c.loans, r.contexts)
		}
		if err == nil {
			err = c.transfer(ctx)
		}
		if inner = err; inner == nil {
			inner = c.outcome()
		}
		return inner
	}
	outer := c.ref.orb.callThrough(c.ctx, r, 0, send)
	switch {
	case !r.sent:
		c.abandon()
		if outer == nil {
			outer = exc.New(exc.Internal, 0, exc.No, "an interceptor has neither sent the request nor returned an error")
		}
		c.replaced(outer, exc.No)
	case outer != nil && !errors.Is(outer, inner):
		completed := exc.Maybe
		if c.answeredBy {
			completed = exc.Yes
		}
		c.replaced(outer, completed)
	case err != nil:
		c.abandon()
		c.failed(err)
	default:
		c.settle()
	}
}

// callThrough calls the interceptors from the i-th on, and then send.
func (o *ORB) callThrough(ctx context.Context, r *ClientRequest, i int, send func(context.Context) error) error {
	if i == len(o.clientInterceptors) {
		return send(ctx)
	}
	return o.clientInterceptors[i](ctx, r, func(ctx context.Context) error { return o.callThrough(ctx, r, i+1, send) })
}

// insertContexts returns msg with more service contexts, and moves the loans to their places in that.
func insertContexts(msg []byte, loans []cdr.Loan, more []giop.Context) ([]byte, error) {
	out, err := giop.InsertContexts(msg, more)
	if err != nil {
		return msg, err
	}
	for i := range loans {
		loans[i].At += len(out) - len(msg)
	}
	return out, nil
}

// abandon takes back a request that will not be sent.
func (c *Call) abandon() {
	if c.link != nil && c.reserved {
		c.link.conn.Abandon(&c.wire)
		c.reserved = false
	}
}

// outcome returns the reply as interceptors see it. Nothing is decoded for good.
func (c *Call) outcome() error {
	if !c.answeredBy { // none is wanted
		return nil
	}
	in := c.In
	switch c.reply.Status {
	case giop.NoException:
		return nil
	case giop.UserException:
		return &ForeignException{in.RawString()}
	case giop.SystemException:
		sys, err := giop.GetSystemException(&in)
		if err != nil {
			return err
		}
		return sys
	case giop.LocationForward, giop.LocationForwardPerm:
		return &ForwardRequest{To: c.ref.orb.NewRef(ior.Get(&in)), ForGood: c.reply.Status == giop.LocationForwardPerm}
	}
	return exc.New(exc.Transient, exc.MinorForwardLoop, exc.No, "the peer wants the request in another form: %v", c.reply.Status)
}

// replaced makes err, which an interceptor has returned, the outcome.
func (c *Call) replaced(err error, completed exc.Completed) {
	var f *ForwardRequest
	if !errors.As(err, &f) {
		c.fail(exc.From(err, completed))
		return
	}
	if !c.sentOn() {
		return
	}
	if f.To == nil {
		c.fail(exc.New(exc.InvObjref, exc.MinorNilReference, exc.No, "an interceptor forwards the request to a nil reference"))
		return
	}
	if err := c.ref.forwardTo(c.route, f.To.ior, f.ForGood); err != nil {
		c.fail(err)
		return
	}
	c.state = callRoute
}

// intercepted finds the object and runs the operation, with the interceptors around that.
func (r *ServerRequest) intercepted() {
	in := &IncomingRequest{r: r}
	r.seen = in
	called := false
	var inner error
	serve := func(ctx context.Context) error {
		if called {
			return errTwice
		}
		called = true
		r.userCtx = ctx
		r.run()
		inner = r.outcome
		if r.state == replyFailed {
			inner = r.failed
		}
		return inner
	}
	outer := r.guarded(func() error { return r.orb.serveThrough(r.ctx, in, 0, serve) })
	switch {
	case outer == nil && !called:
		r.fail(exc.New(exc.Internal, 0, exc.No, "an interceptor has neither served the request nor returned an error"))
	case outer == nil, outer == inner, r.state != replyFailed && inner != nil && errors.Is(outer, inner): // as it is
	default:
		completed := exc.No
		if r.ran {
			completed = exc.Yes
		}
		r.answerBy(outer, completed)
	}
}

// serveThrough calls the interceptors from the i-th on, and then serve.
func (o *ORB) serveThrough(ctx context.Context, r *IncomingRequest, i int, serve func(context.Context) error) error {
	if i == len(o.serverInterceptors) {
		return serve(ctx)
	}
	return o.serverInterceptors[i](ctx, r, func(ctx context.Context) error { return o.serveThrough(ctx, r, i+1, serve) })
}

// guarded calls an interceptor; a panic becomes UNKNOWN, as a servant's does.
func (r *ServerRequest) guarded(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			r.orb.complain(slog.LevelError, "an interceptor panicked", "operation", clip(r.msg.Operation), "panic", p, "stack", string(debug.Stack()))
			err = exc.New(exc.Unknown, exc.MinorPanic, exc.Maybe, "an interceptor panicked in %.64s", r.msg.Operation)
		}
	}()
	return f()
}

// foundServant tells the interceptors of the servant. It reports whether it is to run.
func (in *IncomingRequest) foundServant(s Servant) error {
	in.servant = s
	for _, f := range in.found {
		if err := f(s); err != nil {
			return err
		}
	}
	return nil
}

// answerBy makes err the answer, whatever was before.
func (r *ServerRequest) answerBy(err error, completed exc.Completed) {
	var f *ForwardRequest
	switch {
	case !errors.As(err, &f):
		r.fail(exc.From(err, completed))
	case f.To == nil:
		r.fail(exc.New(exc.InvObjref, exc.MinorNilReference, exc.No, "the request is forwarded to a nil reference"))
	default:
		r.forward(f.To.ior, f.ForGood)
	}
}

// forward sends the client elsewhere, whatever was to be answered before.
func (r *ServerRequest) forward(to *ior.IOR, forGood bool) {
	r.rewind()
	status := giop.LocationForward
	if forGood && r.head.Version.AtLeast(cdr.V12) {
		status = giop.LocationForwardPerm
	}
	r.outcome = &ForwardRequest{r.orb.NewRef(to), status == giop.LocationForwardPerm}
	r.reply(status)
	r.Out.Env().Refs.(references).PutIOR(&r.Out, to)
}
