package orb

import (
	"context"
	"slices"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
)

// A ClientInterceptor is called around each request that an ORB makes, those within the process
// included, and does what it likes before and after next, which sends the request and returns
// when it has ended:
//
//	func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
//		begin := time.Now()
//		err := next(ctx)
//		log.Print(r.Operation(), " took ", time.Since(begin), ": ", err)
//		return err
//	}
//
// next returns nil for a result; a [*ForeignException] for an exception of the user's, which nobody has decoded yet; a
// [*ForwardRequest] if the peer sends the request elsewhere; or a system exception. What the
// interceptor returns is the outcome; an error that takes another's place is to be a system exception, or a
// ForwardRequest. An error that wraps the outcome is the outcome, unless that is beneath a system exception in it, in whichever branch of what errors.Join and its like have made, or is a system exception before which another stands. A system exception that a call of the
// interceptor's own has ended with gets the completion status of the operation that is intercepted: NO before next, and behind it that of the system exception that next has
// returned, YES for a result or a user exception, NO for a ForwardRequest that the peer has answered with, MAYBE for a oneway that nobody answers, or that the server has answered before its servant had it ([SyncWithServer]). A ForwardRequest behind a result is BAD_INV_ORDER, completed YES: the operation is not carried out
// twice; behind an exception that is the interceptor's decision, and changes nothing in what has been carried out: where another that is further out then puts a failed call of its own in the place of a ForwardRequest that replaced a user exception, the caller is told YES. A reference that is bound, and is to stay so ([NoRebind]), is sent elsewhere by nobody: REBIND. It may leave next out, and return an error; nil then is an
// error, since there is no result, and in an exception's place it changes nothing: an interceptor's that is further in, too. next must not be called twice: a call that is forwarded, or tried again, makes another request.
// If no connection can be made the interceptors are called all the same, and next returns that.
//
// The first interceptor of [Config] is the outermost. They run in the caller's goroutine, under no lock. Package
// orb/pi has those of the specification (part 1, clause 16) on top of these.
type ClientInterceptor func(ctx context.Context, r *ClientRequest, next func(context.Context) error) error

// A ServerInterceptor is called around each request that an ORB serves, those within the process
// included. next looks for the object and runs the operation; it returns nil for a result, what the
// implementation returned, a system exception, or a [*ForwardRequest] if the client is to go
// elsewhere. Nothing has been sent by then, but to a client who does not wait for the operation. What the interceptor
// returns is the answer; an error that takes another's place is to be a system exception or a ForwardRequest, as it is of a [ClientInterceptor], and nil in
// an exception's place changes nothing, as there. next must not be called twice. The servant gets the context that next is given.
// A panic is answered by UNKNOWN. It runs in the goroutine that serves the request.
type ServerInterceptor func(ctx context.Context, r *IncomingRequest, next func(context.Context) error) error

// A ForwardRequest is an error of interceptors and servant managers: the request is to go to another object
// (LOCATION_FORWARD).
type ForwardRequest struct {
	To      *Ref
	ForGood bool // the reference that was used is to be forgotten: LOCATION_FORWARD_PERM, from GIOP 1.2 on
}

func (f *ForwardRequest) Error() string { return "the request is to go to another object" }

// A ClientRequest is a request that an interceptor sees. It is gone when the interceptor returns, or the functions that it has
// given to AtEnd do.
type ClientRequest struct {
	c        *Call
	contexts []giop.Context
	ends     []func(error) error
	sent     bool
	failed   error // why it could not be sent, or got no reply
	outcome  error // what the innermost interceptor was told
	reading  bool  // the stub reads what has come, and the ends are not told of it yet
	steps    steps
	verdict
}

// Target returns the reference that is called.
func (r *ClientRequest) Target() *Ref { return r.c.ref }

// Operation returns the operation's name as in GIOP, with _get_ or _set_ before that of an attribute.
func (r *ClientRequest) Operation() string { return r.c.op }

// Oneway reports whether the operation has no results.
func (r *ClientRequest) Oneway() bool { return r.c.flags&Oneway != 0 }

// Policies returns what the call obeys.
func (r *ClientRequest) Policies() Policies {
	if r.c.policies == nil {
		return Policies{}
	}
	return *r.c.policies
}

// ID returns the request's id, unique among those under way on its connection; 0 if there is no connection.
func (r *ClientRequest) ID() uint32 { return r.c.id }

// Attempt returns how many requests the call has made before.
func (r *ClientRequest) Attempt() int { return r.c.attempts - 1 }

// ResponseExpected reports whether the peer is to answer, be it that it has got a oneway.
func (r *ClientRequest) ResponseExpected() bool { return r.c.waits }

// EffectiveTarget returns the reference that the request goes to: the target, or where it has been forwarded. It must not be changed.
func (r *ClientRequest) EffectiveTarget() *ior.IOR { return r.c.route.ior }

// EffectiveProfile returns the profile of EffectiveTarget that is used.
func (r *ClientRequest) EffectiveProfile() ior.Profile {
	if i, n := r.c.route.ior, r.c.profile(); n < len(i.Profiles) {
		return i.Profiles[n]
	}
	return ior.Profile{}
}

// Local reports whether the object is in this process.
func (r *ClientRequest) Local() bool { return r.c.route.local }

// Peer returns the address that the request goes to; "" for one within the process, or without a connection.
func (r *ClientRequest) Peer() string {
	if r.c.link == nil {
		return ""
	}
	return r.c.link.conn.RemoteAddr().String()
}

// Env returns the environment of the request: its GIOP version and code sets. If there is no connection it is what a request by the
// first address of the reference would have had.
func (r *ClientRequest) Env() *cdr.Env { return r.c.Out.Env() }

// Context returns the data of the request's service context of an id, among those that the ORB has written, and interceptors have
// added so far.
func (r *ClientRequest) Context(id uint32) ([]byte, bool) {
	if data, ok := findContext(r.contexts, id); ok {
		return data, true
	}
	return findContext(r.c.said, id)
}

// AddContext adds a service context to the request, before next. One that is there already, be it the ORB's own, is replaced,
// or else an error. data must not be changed afterwards.
func (r *ClientRequest) AddContext(id uint32, data []byte, replace bool) error {
	if r.sent {
		return exc.New(exc.BadInvOrder, exc.MinorContextThere, exc.No, "the request has been sent: its service contexts are what they are")
	}
	if _, there := r.Context(id); there && !replace {
		return contextThere(id)
	}
	return addContext(&r.contexts, id, data, true)
}

// Reply returns what the peer has answered, and whether it has, once next has returned.
func (r *ClientRequest) Reply() (status giop.ReplyStatus, answered bool) {
	if !r.c.answeredBy { // what is there is another request's
		return 0, false
	}
	return r.c.reply.Status, true
}

// ReplyContext returns the data of the reply's service context of an id, once next has returned: a view,
// valid until the interceptor returns.
func (r *ClientRequest) ReplyContext(id uint32) ([]byte, bool) {
	if !r.c.answeredBy {
		return nil, false
	}
	return r.c.reply.Contexts.Find(id)
}

// AtEnd has f called when it is known what the caller gets of the request. Where there are results or a user exception that is later than the interceptor's
// own end: the stub reads them then, and f gets what next returned if it could, and else the MARSHAL exception that the caller gets. In all other cases f is
// called before the call goes on, with the outcome. Those that were given first are called first: of interceptors that call AtEnd when
// next has returned, the innermost. They run in the caller's goroutine. A system exception that f returns is what the caller gets, with a completion status as that of a [ClientInterceptor]; nil changes nothing, nor does what wraps err. A ForwardRequest is
// BAD_INV_ORDER. If an
// interceptor panics f gets UNKNOWN. At the end it is too late for others: what such an f gives to AtEnd is not called.
func (r *ClientRequest) AtEnd(f func(err error) error) { r.ends = append(r.ends, f) }

// An IncomingRequest is a request that an interceptor of a server sees. It is gone when the interceptor returns.
type IncomingRequest struct {
	r        *ServerRequest
	servant  Servant
	found    []func(Servant) error
	contexts []giop.Context // of the reply
	raised   string
	served   bool
	outcome  error // what the innermost interceptor was told
	steps    steps
	verdict
}

// Operation returns the operation's name as in GIOP. It is valid until the interceptor returns.
func (r *IncomingRequest) Operation() string { return r.r.Operation() }

// ID returns the request's id, which the client has chosen.
func (r *IncomingRequest) ID() uint32 { return r.r.msg.ID }

// Key returns the object key. It is valid until the interceptor returns.
func (r *IncomingRequest) Key() []byte { return r.r.msg.Key }

// ResponseExpected reports whether the client waits for an answer.
func (r *IncomingRequest) ResponseExpected() bool { return r.r.msg.Expected() }

// Sync returns what the client waits for: giop.SyncNone, giop.SyncServer or giop.SyncTarget.
func (r *IncomingRequest) Sync() byte { return r.r.msg.Flags }

// Env returns the environment of the request: its GIOP version and code sets.
func (r *IncomingRequest) Env() *cdr.Env { return r.r.Out.Env() }

// ORB returns the ORB that serves the request.
func (r *IncomingRequest) ORB() *ORB { return r.r.orb }

// Servant returns the servant, once the object has been found; before that nil.
func (r *IncomingRequest) Servant() Servant { return r.servant }

// Found has f called when the object has been found, before its operation runs; of a [Describing] servant when that has read the arguments. Its error is the answer.
func (r *IncomingRequest) Found(f func(Servant) error) { r.found = append(r.found, f) }

// Context returns the data of the request's service context of an id: a view, valid until the interceptor returns.
func (r *IncomingRequest) Context(id uint32) ([]byte, bool) { return r.r.msg.Contexts.Find(id) }

// ReplyContext returns the data of the reply's service context of an id, among those that interceptors have added so far.
func (r *IncomingRequest) ReplyContext(id uint32) ([]byte, bool) { return findContext(r.contexts, id) }

// AddReplyContext adds a service context to the reply. One that is there already is replaced, or else an
// error. data must not be changed afterwards.
func (r *IncomingRequest) AddReplyContext(id uint32, data []byte, replace bool) error {
	return addContext(&r.contexts, id, data, replace)
}

// Status returns what the answer is so far, once next has returned.
func (r *IncomingRequest) Status() giop.ReplyStatus {
	if r.told != nil && !still(r.told, r.outcome) {
		if ForwardOf(r.told) != nil {
			return giop.LocationForward
		}
		return giop.SystemException
	}
	if r.r.state == replyFailed {
		return giop.SystemException
	}
	return r.r.status
}

// UserException returns the repository id of the user exception that is the answer so far, once next has returned; "" if it is none.
func (r *IncomingRequest) UserException() string {
	if r.Status() != giop.UserException {
		return ""
	}
	return r.raised
}

func findContext(list []giop.Context, id uint32) ([]byte, bool) {
	for _, c := range list {
		if c.ID == id {
			return c.Data, true
		}
	}
	return nil, false
}

func addContext(list *[]giop.Context, id uint32, data []byte, replace bool) error {
	i := slices.IndexFunc(*list, func(c giop.Context) bool { return c.ID == id })
	switch {
	case i < 0:
		*list = append(*list, giop.Context{ID: id, Data: data})
	case replace:
		(*list)[i].Data = data
	default:
		return contextThere(id)
	}
	return nil
}

func contextThere(id uint32) error {
	return exc.New(exc.BadInvOrder, exc.MinorContextThere, exc.No, "the service context %d is there already", id)
}
