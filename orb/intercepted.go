package orb

import (
	"cmp"
	"context"
	"log/slog"
	"reflect"
	"runtime/debug"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
)

// errTwice is what an interceptor gets that calls next again.
var errTwice = exc.New(exc.BadInvOrder, exc.MinorContextThere, exc.Maybe, "an interceptor has called next twice")

// steps are the functions that interceptors are given as next, each to call the one behind. They are made
// once for a request object, which serves many requests.
type steps []func(context.Context) error

// behind returns the step from the i-th interceptor around r.
func (s *steps) behind(i int, r interface {
	through(ctx context.Context, i int) error
}) func(context.Context) error {
	for k := len(*s) + 1; k <= i+1; k++ {
		*s = append(*s, func(ctx context.Context) error { return r.through(ctx, k) })
	}
	return (*s)[i]
}

// intercepted sends the request, or fails with err if there is no way, with the interceptors around that.
func (c *Call) intercepted(err error) {
	if c.seen == nil {
		c.seen = &ClientRequest{c: c}
	}
	r := c.seen
	r.begin(err)
	c.answeredBy = false
	c.In.Reset(nil, 0, false, nil)
	c.attempts++
	returned := false
	defer func() {
		c.abandon() // what has not been sent
		if !returned {
			r.ended(errInterceptorPanicked)
		}
	}()
	outer := r.through(c.ctx, 0)
	returned = true
	switch {
	case !r.sent:
		if outer == nil {
			outer = exc.New(exc.Internal, 0, exc.No, "an interceptor has neither sent the request nor returned an error")
		}
		c.replaced(outer, r.completed)
	case outer != nil && !still(outer, r.outcome):
		c.replaced(outer, r.completed)
	case r.failed != nil:
		c.failed(r.failed)
	default:
		c.settle()
	}
	switch c.state {
	case callReturned, callException: // End goes on with it
		r.outcome, r.reading = cmp.Or(outer, r.outcome), true
	case callFailed:
		c.err = r.ended(c.err)
	default:
		r.ended(cmp.Or(outer, r.outcome))
	}
}

// distinct returns err as one that may be compared to others, which Go does not let every error be.
func distinct(err error) error {
	if err == nil || reflect.ValueOf(err).Comparable() {
		return err
	}
	return &incomparable{err}
}

type incomparable struct{ error }

func (e *incomparable) Unwrap() error { return e.error }

// errInterceptorPanicked is what those are told who wait for the end of a request where an interceptor has panicked, or has ended
// its goroutine.
var errInterceptorPanicked = exc.New(exc.Unknown, exc.MinorPanic, exc.Maybe, "an interceptor has panicked")

// begin makes r ready for another request, which is not sent but fails with err if there is one.
func (r *ClientRequest) begin(err error) {
	r.forget()
	r.sent, r.failed, r.reading, r.verdict = false, err, false, notYet
}

// forget lets go of what a request held.
func (r *ClientRequest) forget() {
	clear(r.contexts)
	clear(r.ends)
	r.contexts, r.ends, r.failed, r.outcome = r.contexts[:0], r.ends[:0], nil, nil
}

// ended tells those who wait for it what the caller gets, and returns what they make of that.
func (r *ClientRequest) ended(err error) error {
	defer r.forget()
	if sys := systemIn(err); sys != nil && (r.told == nil || !still(err, r.told)) {
		r.completed = sys.Completed
	}
	return r.tell(0, len(r.ends), err)
}

// tell tells the i-th of the n who wait for the end, and those behind: these too if it panics, or ends the goroutine.
func (r *ClientRequest) tell(i, n int, err error) error {
	if i == n {
		return err
	}
	returned := false
	defer func() {
		if !returned {
			r.tell(i+1, n, errInterceptorPanicked)
		}
	}()
	if e := distinct(r.ends[i](err)); e != nil && !still(e, err) {
		err = r.atEnd(e)
	}
	returned = true
	return r.tell(i+1, n, err)
}

// read tells them when the stub has read the results or the exception, of which err is what the caller gets, and returns what they make of it. A
// user exception that could be read is told as it was to the interceptors.
func (r *ClientRequest) read(err error, unread bool) error {
	r.reading = false
	told := err
	if r.outcome != nil && !unread {
		told = r.outcome
	}
	if made := r.ended(told); made != told {
		return made
	}
	return err
}

// atEnd returns err, from an interceptor at the end of a request, as what the caller gets.
func (r *ClientRequest) atEnd(err error) error {
	if ForwardOf(err) != nil {
		return exc.New(exc.BadInvOrder, exc.MinorContextThere, r.completed, "an interceptor sends a request elsewhere that has ended: it returns that itself, if at all")
	}
	sys := ofOuter(exc.From(err, r.completed), r.completed)
	r.completed = sys.Completed
	return sys
}

// through calls the interceptors from the i-th on, and then sends.
func (r *ClientRequest) through(ctx context.Context, i int) error {
	if list := r.c.ref.orb.clientInterceptors; i < len(list) {
		return r.after(list[i](ctx, r, r.steps.behind(i, r)))
	}
	return r.send(ctx)
}

// send sends the request, and returns what has become of it.
func (r *ClientRequest) send(ctx context.Context) error {
	if r.sent {
		return errTwice
	}
	r.sent = true
	c := r.c
	if r.failed == nil && len(r.contexts) > 0 {
		c.buf, r.failed = insertContexts(c.buf, c.loans, r.contexts)
	}
	if r.failed == nil {
		r.failed = c.transfer(ctx)
	}
	if r.outcome = r.failed; r.outcome == nil {
		r.outcome = c.outcome()
	}
	unanswered := exc.Maybe
	if c.answeredBy && !c.atServer() {
		unanswered = exc.Yes
	}
	r.of(r.outcome, r.failed == nil, unanswered)
	return r.outcome
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
	if c.reply.Status == giop.NoException {
		return nil
	}
	in := c.In
	switch c.reply.Status {
	case giop.UserException:
		id := in.RawString()
		if in.Err() != nil {
			return unreadable(in.Err(), exc.Yes)
		}
		return &ForeignException{id}
	case giop.SystemException:
		sys, err := c.systemException()
		if err != nil {
			return unreadable(err, exc.Maybe)
		}
		return sys
	case giop.LocationForward, giop.LocationForwardPerm:
		to := ior.Get(&in)
		switch {
		case in.Err() != nil:
			return unreadable(in.Err(), exc.No)
		case to.IsNil():
			return forwardedToNil()
		}
		return &ForwardRequest{To: c.ref.orb.NewRef(to), ForGood: c.reply.Status == giop.LocationForwardPerm}
	}
	return exc.New(exc.Transient, exc.MinorForwardLoop, exc.No, "the peer wants the request in another form: %v", c.reply.Status)
}

// unreadable returns what a reply is that cannot be read.
func unreadable(err error, completed exc.Completed) *exc.SystemException {
	return withCompleted(exc.From(err, completed), completed)
}

// atServer reports whether a reply says no more than that the server has the request.
func (c *Call) atServer() bool {
	return c.flags&Oneway != 0 && c.policies != nil && c.policies.Sync == SyncWithServer && c.link != nil
}

// replaced makes err, which an interceptor has returned, the outcome.
func (c *Call) replaced(err error, completed exc.Completed) {
	f := ForwardOf(err)
	if f == nil {
		c.fail(ofOuter(exc.From(err, completed), completed))
		return
	}
	defer func() { // behind an exception something may have run
		if c.state == callFailed {
			c.err = withCompleted(exc.From(c.err, completed), completed)
		}
	}()
	if !c.sentOn() || !c.mayRebind("an interceptor forwards the request") {
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
	if r.incoming == nil {
		r.incoming = &IncomingRequest{r: r}
	}
	in := r.incoming
	in.begin()
	r.seen = in
	outer := in.guarded()
	switch {
	case outer == nil && !in.served:
		r.fail(exc.New(exc.Internal, 0, exc.No, "an interceptor has neither served the request nor returned an error"))
	case outer == nil, in.served && still(outer, in.outcome): // as it is
	default:
		r.answerBy(outer, in.completed)
	}
}

// begin makes in ready for another request.
func (in *IncomingRequest) begin() {
	clear(in.found)
	clear(in.contexts)
	in.found, in.contexts = in.found[:0], in.contexts[:0]
	in.servant, in.raised, in.served, in.outcome, in.verdict = nil, "", false, nil, notYet
}

// through calls the interceptors from the i-th on, and then serves.
func (in *IncomingRequest) through(ctx context.Context, i int) error {
	if list := in.r.orb.serverInterceptors; i < len(list) {
		return in.after(list[i](ctx, in, in.steps.behind(i, in)))
	}
	return in.serve(ctx)
}

// serve runs the operation, and returns what has become of it.
func (in *IncomingRequest) serve(ctx context.Context) error {
	if in.served {
		return errTwice
	}
	in.served = true
	r := in.r
	r.userCtx = ctx
	r.run()
	r.check() // the interceptors are told what the client gets
	in.outcome = r.outcome
	if r.state == replyFailed {
		in.outcome = r.failed
	}
	in.of(in.outcome, r.state != replyFailed, exc.Yes)
	return in.outcome
}

// guarded calls the interceptors; a panic becomes UNKNOWN, as a servant's does.
func (in *IncomingRequest) guarded() (err error) {
	r := in.r
	defer func() {
		if p := recover(); p != nil {
			r.orb.complain(slog.LevelError, "an interceptor panicked", "operation", clip(r.msg.Operation), "panic", p, "stack", string(debug.Stack()))
			err = exc.New(exc.Unknown, exc.MinorPanic, exc.Maybe, "an interceptor panicked in %.64s", r.msg.Operation)
		}
	}()
	return in.through(r.ctx, 0)
}

// foundServant tells the interceptors of the servant. It reports whether it is to run.
func (in *IncomingRequest) foundServant(s Servant) error {
	for _, f := range in.found {
		if err := f(s); err != nil {
			return err
		}
	}
	return nil
}

// answerBy makes err the answer, whatever was before.
func (r *ServerRequest) answerBy(err error, completed exc.Completed) {
	f := ForwardOf(err)
	switch {
	case f == nil:
		r.fail(ofOuter(exc.From(err, completed), completed))
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
