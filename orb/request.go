package orb

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
	"unsafe"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb/internal/conn"
)

// A ServerRequest is a request on its way through an ORB: skeletons read the arguments
// from In, call the implementation, and write the results to Out. It belongs to the
// goroutine that dispatches it and is gone when Dispatch returns.
type ServerRequest struct {
	In  cdr.Decoder // the arguments
	Out cdr.Encoder // the results, between Returned and the end of Dispatch

	orb      *ORB
	head     giop.Header
	from     environment
	msg      giop.Request
	start    int          // where the reply begins in Out's buffer
	mark     giop.Mark    // the reply begun
	ctx      *callContext // nil until the request is known, if it came over a connection
	contexts *contexts    // of the connection's, those to take ctx from
	arriveBy time.Time    // when the servant must have it; zero: no matter
	work     *conn.Work   // nil: a call within the process
	state    replyState
	status   giop.ReplyStatus     // of the reply begun
	failed   *exc.SystemException // what is to be answered instead of results

	incoming *IncomingRequest // what interceptors see of it; nil until there are any
	seen     *IncomingRequest // likewise; nil if none see this one
	userCtx  context.Context  // what interceptors have made of ctx; nil: nothing
	awaited  Servant          // interceptors are told of it when it has described the request; nil: of none, or they have been

	described Description // nil: by nobody
	outcome   error       // what interceptors are told, unless it has failed
	again     bool        // it is to be, once more: the arguments are to be read in another way
	oneway    bool
	scope     Scope // to be released
	counted   counting

	member    []byte // the key of the member of a group that it is for; nil: it is for the object that it names
	malformed error  // why the message cannot be answered at all
}

// requests are those that serve nothing: an idle connection holds none.
var requests = sync.Pool{New: func() any { return new(ServerRequest) }}

// leave gives r back, with nothing in it of what it has served. A nil r is allowed.
func (r *ServerRequest) leave() {
	if r == nil {
		return
	}
	r.In.Reset(nil, 0, false, nil)
	r.Out.Reset(nil, false, nil)
	r.msg = giop.Request{}
	r.orb, r.from, r.ctx, r.contexts, r.work, r.scope = nil, nil, nil, nil, nil, nil
	r.failed, r.seen, r.userCtx, r.outcome, r.member, r.malformed = nil, nil, nil, nil, nil, nil
	r.awaited, r.described = nil, nil
	r.arriveBy = time.Time{}
	requests.Put(r)
}

type replyState uint8

const (
	replyNone   replyState = iota // nothing is written yet
	replyResult                   // a reply is written, or none is wanted
	replyFailed                   // r.failed is to be written
)

// Operation returns the operation's name as in GIOP, with _get_ or _set_ before that of an attribute. It is
// valid until Dispatch returns.
func (r *ServerRequest) Operation() string {
	return unsafe.String(unsafe.SliceData(r.msg.Operation), len(r.msg.Operation))
}

// Context returns the context to call the implementation with.
func (r *ServerRequest) Context() context.Context {
	if r.userCtx != nil {
		return r.userCtx
	}
	return r.ctx
}

// ORB returns the ORB that dispatches the request.
func (r *ServerRequest) ORB() *ORB { return r.orb }

// Decoded reports whether all arguments could be read. If not, MARSHAL will be answered, or Dispatch called
// again, as a message of GIOP 1.1 may have to be read in another way ([cdr.Decoder.Reread]); the implementation must not be called.
func (r *ServerRequest) Decoded() bool {
	if r.In.Reread() {
		r.again = true
		return false
	}
	if err := r.In.Done(); err != nil {
		r.fail(withCompleted(exc.From(err, exc.No), exc.No))
		return false
	}
	return true
}

// Returned tells what the implementation returned. It reports whether the results are to
// be written to Out now. raises are the exceptions that the operation declares.
func (r *ServerRequest) Returned(err error, raises ...Exception) bool {
	if err == nil {
		if r.oneway {
			r.state = replyResult
			return false
		}
		r.reply(giop.NoException)
		return true
	}
	r.raise(err, raises)
	return false
}

// reply begins the reply message.
func (r *ServerRequest) reply(s giop.ReplyStatus) {
	r.mark = giop.BeginReply(&r.Out, r.head.Version, r.msg.ID, s, nil)
	r.state, r.status = replyResult, s
}

// raise answers err, which is a declared exception or a failure.
func (r *ServerRequest) raise(err error, raises []Exception) {
	if !r.oneway && putDeclared(&r.Out, err, r.userHead, raises) {
		r.outcome = distinct(err)
		return
	}
	r.fail(failure(err))
}

func (r *ServerRequest) userHead(e *cdr.Encoder, id string) {
	r.reply(giop.UserException)
	if r.seen != nil {
		r.seen.raised = id
	}
	e.RawString(id)
}

// fail makes e the answer.
func (r *ServerRequest) fail(e *exc.SystemException) { r.failed, r.state = e, replyFailed }

// withCompleted returns e with another completion status.
func withCompleted(e *exc.SystemException, c exc.Completed) *exc.SystemException {
	if e.Completed == c {
		return e
	}
	d := *e
	d.Completed = c
	return &d
}

// An environment tells how the values of a request are coded, once its service contexts are known.
type environment interface {
	environment(h giop.Header, id uint32, cs giop.Contexts) (*cdr.Env, error)
	admits(t Target) error
	// context returns the context of a request whose header is known; fresh: one that served for no other.
	context(r *ServerRequest, fresh bool) *callContext
}

// serve answers the request message msg, with header h, appending the reply message to
// out. It returns out as it was for a oneway, and for a message whose header is malformed.
func (r *ServerRequest) serve(h giop.Header, msg, out []byte, from environment) ([]byte, []cdr.Loan) {
	r.head, r.from, r.state, r.failed, r.malformed, r.start = h, from, replyNone, nil, nil, len(out)
	r.seen, r.userCtx, r.outcome, r.again, r.awaited, r.described = nil, nil, nil, false, nil, nil
	r.In.Reset(msg, giop.HeaderSize, h.Little, nil)
	if err := r.parse(h); err != nil {
		r.malformed = err // without a request id there is nobody to answer
		return out, nil
	}
	var told giop.InvocationPolicies
	data, ok := r.msg.Contexts.Find(giop.ContextInvocationPolicy)
	ok = ok && told.Parse(data)
	r.ctx = from.context(r, told.RequestPriority != nil || told.ReplyPriority != nil)
	if ok {
		r.arriveBy = earlier(r.arriveBy, r.ctx.told(told))
	}
	var env *cdr.Env
	envErr := r.unwelcome()
	if envErr == nil {
		env, envErr = from.environment(h, r.msg.ID, r.msg.Contexts)
	}
	if envErr == nil {
		envErr = r.msg.Target.NoKey
	}
	if envErr != nil {
		env = r.orb.own
	}
	r.In.SetEnv(env)
	r.Out.Reset(out, r.orb.little, env)
	if r.work != nil {
		r.In.GiveAway(r.work.Gift())
		if r.work.Conn().Borrows() {
			r.Out.Borrow()
		}
	}
	r.oneway = !r.msg.Expected()
	if envErr != nil {
		r.fail(exc.From(envErr, exc.No))
		return r.finish()
	}
	defer r.over() // also if the servant ends this goroutine
	if r.orb.serverInterceptors != nil {
		r.intercepted()
	} else {
		r.run()
	}
	return r.finish()
}

// parse reads the header of the request.
func (r *ServerRequest) parse(h giop.Header) error {
	if r.member == nil {
		return r.msg.Parse(h, &r.In)
	}
	err := r.msg.ParseGroup(h, &r.In)
	r.msg.Key = r.member
	return err
}

// run finds the object and runs its operation.
func (r *ServerRequest) run() {
	ctx, stop := r.arriving(r.ctx)
	defer stop()
	target, err := r.orb.find(ctx, Query{r.msg.Key, r.Operation()})
	r.scope = target.Scope
	if late := r.Late(); late != nil && (err == nil || errors.Is(err, context.DeadlineExceeded)) {
		err = late
	}
	if err == nil {
		err = r.from.admits(target)
	}
	switch {
	case err != nil:
		r.notFound(withCompleted(ofOuter(exc.From(err, exc.No), exc.No), exc.No))
	case target.Servant != nil && r.member != nil && !IsOneway(target.Servant, r.Operation()):
		r.twoWay(target.Servant)
	case target.Servant != nil:
		if r.seen != nil {
			r.seen.servant = target.Servant
		}
		if r.seen != nil && r.describes(target.Servant) {
			r.awaited = target.Servant
		} else if !r.received(target.Servant) {
			break
		}
		r.ctx.enter(target.Scope, r.msg.Key, r.msg.Contexts)
		r.upcall(target.Servant)
	case target.Forward != nil:
		r.forward(target.Forward, target.Permanent)
	default:
		r.notFound(exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "no object has the key %.64q", r.msg.Key))
	}
	r.release()
}

// twoWay refuses a request to a group that asks for an operation which is not oneway: whoever sends it says that he waits for no reply, and that is not for him to say.
func (r *ServerRequest) twoWay(s Servant) {
	err := exc.New(exc.InvObjref, exc.MinorGroupReply, exc.No, "%.64s is not called of a member of a group: it is no oneway operation of %s, or its servant does not tell that it is (orb.OnewayTeller)", r.Operation(), s.Interface().ID)
	r.orb.complain(slog.LevelWarn, "request to a group refused", "sender", Peer(r.ctx), "reason", err)
	r.fail(err)
}

// answerEarly answers a caller who waits for the server alone, before the servant has the request: he is not
// told what becomes of it. A call within the process is answered when it is over, since it runs in the caller's goroutine.
func (r *ServerRequest) answerEarly() {
	if r.work == nil {
		return
	}
	var e cdr.Encoder
	e.Reset(nil, r.Out.Little(), r.Out.Env())
	giop.Finish(&e, giop.BeginReply(&e, r.head.Version, r.msg.ID, giop.NoException, nil))
	r.work.Reply(e.Bytes())
	r.oneway = true
}

// release tells the handler that the operation has run. What it says against that is the answer.
func (r *ServerRequest) release() {
	s := r.scope
	r.scope = nil
	if err := r.orb.release(s); err != nil {
		r.fail(failure(err))
	}
}

// over ends what is kept of a request while it is served: of its reply nothing changes any more.
func (r *ServerRequest) over() {
	r.release()
	if r.counted.on {
		r.orb.tally.end(&r.counted, r)
		r.counted = counting{}
	}
}

// notFound answers a request to an object that is not here. Who asks whether it exists is told that it does not: the
// clients of some ORBs, that of GlassFish among them, take OBJECT_NOT_EXIST for a failure there.
func (r *ServerRequest) notFound(why *exc.SystemException) {
	if why.Kind != exc.ObjectNotExist || !asksExistence(r.Operation()) {
		r.fail(why)
		return
	}
	if r.Decoded() && r.Returned(nil) {
		r.Out.Boolean(true)
	}
}

// asksExistence reports whether operation is _non_existent, under either name that implicit knows.
func asksExistence(operation string) bool {
	return operation == "_non_existent" || operation == "_not_existent"
}

// upcall runs the operation; a panic becomes UNKNOWN, and the process lives. So does the end of
// the goroutine, which a servant brings about by runtime.Goexit.
func (r *ServerRequest) upcall(s Servant) {
	returned := false
	if r.orb.tally != nil {
		r.counted = r.orb.tally.begin(s.Interface().ID, r.Operation())
	}
	defer func() {
		p := recover()
		switch {
		case p != nil:
			r.orb.complain(slog.LevelError, "servant panicked", "operation", clip(r.msg.Operation), "interface", s.Interface().ID, "panic", p, "stack", string(debug.Stack()))
			r.fail(exc.New(exc.Unknown, exc.MinorPanic, exc.Maybe, "the servant panicked in %.64s", r.msg.Operation))
		case !returned:
			r.orb.complain(slog.LevelError, "servant ended its goroutine", "operation", clip(r.msg.Operation), "interface", s.Interface().ID)
			r.fail(exc.New(exc.Unknown, exc.MinorPanic, exc.Maybe, "the servant ended its goroutine in %.64s", r.msg.Operation))
		}
		if r.orb.tally != nil {
			r.orb.tally.stop(&r.counted, r)
		}
	}()
	r.In.Rereads()
	known := s.Dispatch(r)
	for r.again {
		r.again = false
		known = s.Dispatch(r)
	}
	if !r.receivedLate() {
		returned = true
		return
	}
	if !known && !r.implicit(s) {
		r.fail(exc.New(exc.BadOperation, exc.MinorNoServantOp, exc.No, "%s has no operation %.64s", s.Interface().ID, r.msg.Operation))
	}
	returned = true
}

// rewind takes back what has been written of a reply.
func (r *ServerRequest) rewind() {
	out, _ := r.Out.Parts()
	r.Out.Reset(out[:r.start], r.Out.Little(), r.Out.Env())
}

// check makes a failure of a reply that cannot be sent: its results could not be written, are too long, or are missing.
func (r *ServerRequest) check() {
	if r.state == replyResult {
		if err := r.Out.Err(); err != nil {
			r.fail(withCompleted(exc.From(err, exc.Yes), exc.Yes))
		}
	}
	if r.state == replyResult && !r.oneway {
		if n, most := int64(r.Out.Len()-r.start), r.orb.limits.Get(limits.MessageSize); n > most {
			r.fail(exc.New(exc.ImpLimit, exc.MinorLimit, exc.Yes, "the results of %.64s: %w", r.msg.Operation, r.orb.limits.Exceeded(limits.MessageSize, n)))
		}
	}
	if r.state == replyNone { // a skeleton that did not call Returned
		r.fail(exc.New(exc.Internal, 0, exc.Maybe, "the skeleton of %.64s gave no answer", r.msg.Operation))
	}
}

// finish completes the reply message and returns the buffer, and what is lent to it.
func (r *ServerRequest) finish() ([]byte, []cdr.Loan) {
	r.check()
	if r.state == replyFailed {
		r.report()
		r.rewind()
		if !r.oneway {
			r.putFailure()
		}
	}
	if r.oneway {
		r.Out.Truncate(r.start)
		return r.Out.Parts()
	}
	giop.Finish(&r.Out, r.mark)
	out, loans := r.Out.Parts()
	if r.seen != nil && len(r.seen.contexts) > 0 {
		reply, err := insertContexts(out[r.start:], loans, r.seen.contexts)
		if err == nil {
			return append(out[:r.start], reply...), loans
		}
		r.orb.complain(slog.LevelError, "the service contexts of interceptors are left out", "error", err)
	}
	return out, loans
}

// putFailure writes the reply that says what has failed, to a client of DSOM in the words of that.
func (r *ServerRequest) putFailure() {
	if giop.FromDSOM(r.msg.Principal) {
		r.mark = giop.BeginReply(&r.Out, r.head.Version, r.msg.ID, giop.SystemException, nil)
		giop.PutDSOMException(&r.Out, r.failed)
		return
	}
	var detail []giop.Context
	if r.failed.Public && !r.adds(giop.ContextExceptionDetail) {
		detail = []giop.Context{giop.ExceptionDetail(r.failed.Reason)}
	}
	r.mark = giop.BeginReply(&r.Out, r.head.Version, r.msg.ID, giop.SystemException, detail)
	giop.PutSystemException(&r.Out, r.failed)
}

// Principal returns what the client calls itself, in GIOP 1.0 and 1.1: octets whose meaning is between client and server, and that
// prove nothing. They are valid until Dispatch returns.
func (r *ServerRequest) Principal() []byte { return r.msg.Principal }

// adds reports whether interceptors add a service context of an id to the reply.
func (r *ServerRequest) adds(id uint32) bool {
	if r.seen == nil {
		return false
	}
	_, ok := r.seen.ReplyContext(id)
	return ok
}

// report logs what the client is not told.
func (r *ServerRequest) report() {
	if r.failed.Remote || r.failed.Reason == "" {
		return
	}
	level := slog.LevelDebug
	switch {
	case r.failed.Kind == exc.ObjectNotExist || r.failed.Kind == exc.BadOperation: // anybody can bring that about
	case r.failed.Kind == exc.Unknown || r.oneway: // nobody else hears of it
		level = slog.LevelWarn
	}
	if r.orb.log.Enabled(context.Background(), level) { // before the texts are made
		r.orb.complain(level, "request failed", "operation", clip(r.msg.Operation), "exception", r.failed.Error())
	}
}
