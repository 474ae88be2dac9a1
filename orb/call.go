package orb

import (
	"context"
	"sync"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb/internal/conn"
)

// CallFlags say what kind of operation is called.
type CallFlags uint8

// The flags.
const (
	Oneway CallFlags = 1 << iota // no reply is wanted
)

// A Call is a call on its way, from the client's side. Stubs use it as shown at
// [StartCall]; it belongs to one goroutine and is gone after End.
type Call struct {
	Out cdr.Encoder // the arguments, while Next returns true
	In  cdr.Decoder // the results, after Returned said true

	ctx      context.Context
	ref      *Ref
	op       string
	flags    CallFlags
	state    callState
	deadline time.Time
	budget   bool // the deadline is the caller's and travels along
	policies *Policies
	sendBy   time.Time // when the servant must have it; zero: no matter
	waits    bool      // for a reply

	route    *route
	to       *reached // how the request goes; nil for a local call, or if there is no connection yet
	link     *link    // connection in use: that of to
	fresh    bool     // it was made for this call
	wire     conn.Call
	mark     giop.Mark
	left     [giop.RelativeRTSize]byte
	buf      []byte     // the request
	loans    []cdr.Loan // long arguments, which are not in buf
	forwards int
	fellBack bool  // from a forward to the original reference, once
	origin   bool  // the original reference has been asked
	unsaid   error // why the arguments could not be written without Unicode
	redials  int   // after connections that turned out closed
	lefts    int   // addresses of the route that have been left
	another  bool  // that of the request has been left, and there is one that has not
	reply    giop.Reply
	err      error

	id         uint32 // of the request
	reserved   bool   // it is to be sent, or abandoned
	answeredBy bool   // reply is that of the request

	described Description // nil: by nobody

	said     []giop.Context // service contexts that the request has by itself, if there are interceptors
	seen     *ClientRequest // what interceptors see of it; nil until there are any
	attempts int            // requests that they have seen
}

type callState uint8

const (
	callRoute     callState = iota // find out where to send it
	callMarshal                    // the stub is to write the arguments
	callReturned                   // results are there
	callRead                       // they have been read
	callException                  // a user exception is there
	callFailed                     // err says why
)

var calls = sync.Pool{New: func() any { return new(Call) }}

// maxKeptBuffer is the size above which a call's buffer is not kept for the next.
const maxKeptBuffer = 1 << 20

// StartCall begins a call of operation on the object that ref refers to:
//
//	c := orb.StartCall(ctx, ref, "deposit", 0)
//	for c.Next() { // again, should the request be forwarded to where the form differs
//		c.Out.Double(amount)
//	}
//	c.Returned()
//	return c.End()
//
// The deadline of ctx is the call's time-out; without one it is [limits.CallTimeout].
func StartCall(ctx context.Context, ref *Ref, operation string, flags CallFlags) *Call {
	c := calls.Get().(*Call)
	c.ctx, c.ref, c.op, c.flags, c.state = ctx, ref, operation, flags, callRoute
	c.forwards, c.fellBack, c.origin, c.redials, c.lefts, c.attempts, c.unsaid, c.err = 0, false, false, 0, 0, 0, nil, nil
	if ref == nil {
		c.fail(exc.New(exc.InvObjref, exc.MinorNilReference, exc.No, "%s called on a nil reference", operation))
		return c
	}
	c.deadline, c.budget = ctx.Deadline()
	if !c.budget {
		c.deadline = time.Now().Add(ref.orb.limits.Time(limits.CallTimeout))
	}
	c.waits = flags&Oneway == 0
	if c.policies = ref.effective(ctx); c.policies != nil {
		c.obey()
	}
	return c
}

// Next reports whether the arguments are to be written to Out, at first or again.
func (c *Call) Next() bool {
	if c.state == callMarshal {
		c.exchange()
	}
	for c.state == callRoute {
		c.begin()
	}
	return c.state == callMarshal
}

// Returned reports whether results are to be read from In, at first or again: again only if there may be
// arrays or sequences of values of 8 octets among them, in GIOP 1.1 (see [cdr.Decoder.Reread]). Who does not ask again gets MARSHAL for a
// message that has to be read twice. raises are the exceptions that the operation declares.
func (c *Call) Returned(raises ...Exception) bool {
	switch c.state {
	case callReturned:
		c.In.Rereads()
		c.state = callRead
		return true
	case callRead:
		return c.In.Reread()
	case callException:
		c.raise(raises)
	}
	return false
}

func (c *Call) raise(raises []Exception) {
	id := c.In.RawString()
	if err := c.In.Err(); err != nil {
		c.fail(unreadable(err, exc.Yes))
		return
	}
	for _, x := range raises {
		if x.ExceptionID() == id {
			c.In.Rereads()
			c.err = x.Read(&c.In)
			for c.In.Reread() {
				c.err = x.Read(&c.In)
			}
			if c.In.Err() != nil {
				c.err = withCompleted(exc.From(c.In.Err(), exc.Yes), exc.Yes)
			}
			c.state = callFailed
			return
		}
	}
	e := exc.New(exc.Unknown, exc.MinorUnlistedException, exc.Yes, "%w", &ForeignException{id})
	e.Remote = true
	c.fail(e)
}

// End ends the call and returns its error.
func (c *Call) End() error {
	if c.state == callException { // of a oneway operation, whose stub does not ask
		c.raise(nil)
	}
	if c.state == callReturned || c.state == callRead {
		c.In.Reread() // which leaves octets over, if it is to be done
		if err := c.In.Done(); err != nil {
			c.err = withCompleted(exc.From(err, exc.Yes), exc.Yes)
		}
	}
	if c.attempts > 0 && c.seen.reading {
		c.err = c.seen.read(c.err, c.In.Err() != nil)
	}
	err := exc.OfCall(c.err)
	if c.link != nil {
		c.wire.Release()
	}
	if cap(c.buf) > maxKeptBuffer {
		c.buf = nil
	}
	c.Out.Forget()
	c.In.ForgetValues()
	c.loans = nil
	if c.policies != nil {
		c.policies, c.sendBy = nil, time.Time{}
	}
	c.ctx, c.ref, c.route, c.to, c.link, c.err, c.described = nil, nil, nil, nil, nil, nil, nil
	calls.Put(c)
	return err
}

func (c *Call) fail(err error) { c.err, c.state = err, callFailed }

// begin finds where to send the request and writes its header.
func (c *Call) begin() {
	c.another = false
	if err := c.ctx.Err(); err != nil {
		c.fail(conn.ContextError(err, exc.No))
		return
	}
	var err error
	if c.route = c.ref.route(); !c.route.forwarded {
		c.origin = true
	}
	if c.unsaid != nil && c.route.terse {
		c.route = c.route.inUnicode()
	}
	if c.route.group != nil {
		c.beginGroup()
		return
	}
	if c.route.local {
		c.to, c.link = nil, nil
		if c.policies != nil && !c.mayUse(nil) {
			return
		}
		c.header(1, c.route.env)
		return
	}
	c.to, c.fresh, err = c.route.connect(c.ctx, c.sendEnd())
	if c.link = nil; err != nil {
		if c.route.forwarded && !c.fixed() { // also if there is no time left for this call to go back
			c.ref.dropForward(c.route, err)
		}
		c.noWay(err)
		return
	}
	c.link = c.to.link
	if c.policies != nil && !c.mayUse(c.link) {
		return
	}
	id, err := c.reserve()
	if err != nil {
		c.leave(err)
		c.noWay(err)
		return
	}
	c.reserved = true
	c.header(id, c.link.env)
}

// reserve gets the request a place on its connection. It may have to wait for one, but not longer than it may go out.
func (c *Call) reserve() (id uint32, err error) {
	ctx := c.ctx
	if end := c.sendEnd(); end.Before(c.deadline) {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, end)
		defer cancel()
	}
	return c.link.conn.Reserve(ctx, &c.wire, c.deadline)
}

// noWay ends a request that cannot be written, because there is no connection for it.
func (c *Call) noWay(err error) {
	if c.ref.orb.clientInterceptors == nil {
		c.failed(err)
		return
	}
	c.Out.Reset(c.buf[:0], c.ref.orb.little, c.envWithout())
	c.id, c.said = 0, c.said[:0]
	c.intercepted(err)
}

// envWithout returns the environment of a request that cannot be written: that of the connection which has no place for it, or the one that a connection by the first
// way would have had.
func (c *Call) envWithout() *cdr.Env {
	o := c.ref.orb
	switch {
	case c.link != nil:
		return c.link.env
	case len(c.route.ways) > 0:
		w := &c.route.ways[0]
		if env, err := o.env(coding{version: w.version, sets: w.sets, reader: w.reader, withIDs: w.withIDs}, references{orb: o}); err == nil {
			return env
		}
	}
	return o.own
}

// header begins the request message.
func (c *Call) header(id uint32, env *cdr.Env) {
	c.Out.Reset(c.buf[:0], c.ref.orb.little, env)
	if c.link != nil && c.link.conn.Borrows() {
		c.Out.Borrow()
	}
	c.id = id
	h := giop.RequestHead{ID: id, Key: c.route.key, Operation: c.op, Principal: c.ref.orb.principal}
	if c.to != nil {
		h.Key = c.to.way.key
	}
	if c.waits {
		h.Flags = giop.SyncTarget
		if c.flags&Oneway != 0 && c.policies.Sync == SyncWithServer {
			h.Flags = giop.SyncServer
		}
	}
	var target giop.Target
	if g := c.route.group; g != nil {
		target = giop.Target{Kind: giop.ProfileAddr, Tag: g.profile.Tag, Profile: g.profile.Data}
		h.Target = &target
	} else if how := c.route.wanted.Load(); how != 0 && env.Version.AtLeast(cdr.V12) {
		c.route.address(&target, giop.Addressing(how), c.profile(), &c.Out)
		h.Target = &target
	}
	var contexts [3]giop.Context
	n := 0
	if c.link != nil && c.link.codeSets != nil && !c.link.settled.Load() {
		contexts[n] = giop.Context{ID: giop.ContextCodeSets, Data: c.link.codeSets}
		n++
	}
	if c.link != nil && c.link.offer != nil && !c.link.settled.Load() {
		contexts[n] = giop.Context{ID: giop.ContextBiDirIIOP, Data: c.link.offer}
		c.link.offered.Store(true)
		n++
	}
	if data := c.invocationPolicies(); data != nil {
		contexts[n] = giop.Context{ID: giop.ContextInvocationPolicy, Data: data}
		n++
	}
	h.Contexts = contexts[:n]
	if c.ref.orb.clientInterceptors != nil {
		c.said = append(c.said[:0], h.Contexts...)
	}
	c.mark = giop.BeginRequest(&c.Out, env.Version, &h)
	c.state = callMarshal
}

// exchange sends the request and takes the reply.
func (c *Call) exchange() {
	if err := c.Out.Err(); err != nil {
		c.abandon()
		if c.retryInUnicode(err) {
			c.state = callRoute
			return
		}
		c.fail(withCompleted(exc.From(err, exc.No), exc.No))
		return
	}
	giop.Finish(&c.Out, c.mark)
	c.buf, c.loans = c.Out.Parts()
	if n, most := int64(c.Out.Len()), c.ref.orb.limits.Get(limits.MessageSize); n > most {
		c.abandon()
		c.fail(exc.New(exc.ImpLimit, exc.MinorLimit, exc.No, "the arguments of %s: %w", c.op, c.ref.orb.limits.Exceeded(limits.MessageSize, n)))
		return
	}
	if c.ref.orb.clientInterceptors != nil {
		c.intercepted(nil)
		return
	}
	if err := c.transfer(c.ctx); err != nil {
		c.failed(err)
		return
	}
	c.settle()
}

// transfer sends the request and, if there is to be one, takes the reply. Its error is a failure on this side.
func (c *Call) transfer(ctx context.Context) error {
	if c.policies != nil { // it has been waited for a connection, arguments and interceptors since the call has begun
		if err := c.overdue(); err != nil {
			c.abandon()
			return err
		}
	}
	if c.route.group != nil {
		return c.multicast()
	}
	if c.link == nil {
		return c.local(ctx)
	}
	c.reserved = false
	if !c.waits {
		err := c.link.conn.Send(ctx, &c.wire, c.buf, c.loans...)
		if err != nil {
			c.leave(err)
		}
		return err
	}
	if err := c.link.conn.RoundTrip(ctx, &c.wire, c.buf, c.loans...); err != nil {
		c.leave(err)
		return err
	}
	if !c.link.settled.Load() {
		c.link.settled.Store(true)
	}
	c.learnUnicode()
	return c.answered(c.wire.Header, c.wire.Reply, c.link.env)
}

// local runs the call in this process: the message goes to the adapter without the wire. Whose caller does not wait runs in
// another goroutine, and knows as much of him as if it had come over a connection.
func (c *Call) local(ctx context.Context) error {
	h, err := giop.ParseHeader(c.buf)
	if err != nil {
		return err
	}
	if c.ref.orb.life.Err() != nil {
		return shutDown()
	}
	o := c.ref.orb
	if !c.waits {
		msg, env, by := c.buf, c.route.env, c.sendBy
		c.buf = nil
		return o.oneways.post(ctx, c.sendEnd(), func() {
			o.serveLocal(newCallContext(o, nil, nil), time.Time{}, by, h, msg, env)
		})
	}
	out := o.serveLocal(newCallContext(o, ctx, nil), c.deadline, c.sendBy, h, c.buf, c.route.env)
	if h, err = giop.ParseHeader(out); err != nil {
		return err
	}
	return c.answered(h, out, c.route.env)
}

// late ends a local call whose reply has come too late.
func (c *Call) late() {
	completed := exc.Yes
	switch c.state {
	case callFailed:
		completed = exc.From(c.err, exc.Yes).Completed
	case callRoute: // forwarded: nothing has run
		completed = exc.No
	}
	c.fail(conn.ContextError(context.DeadlineExceeded, completed))
}

// answered takes the header of the reply message.
func (c *Call) answered(h giop.Header, msg []byte, env *cdr.Env) error {
	if h.Type != giop.TypeReply {
		return exc.New(exc.Marshal, exc.MinorBadValue, exc.Maybe, "the peer answers a request with a %v", h.Type)
	}
	c.In.Reset(msg, giop.HeaderSize, h.Little, env)
	if err := c.reply.Parse(h, &c.In); err != nil {
		return withCompleted(exc.From(err, exc.Maybe), exc.Maybe)
	}
	c.answeredBy = true
	c.heard()
	return nil
}

// heard lets the reference learn from a reply where it is bound, and where the object is no more. That is for the peer to say, and for no interceptor.
func (c *Call) heard() {
	switch c.reply.Status {
	case giop.NoException, giop.UserException:
		if c.policies != nil && c.policies.Rebind >= NoRebind && c.link != nil {
			c.ref.bound.Store(c.link)
		}
		if !c.route.forwarded && c.ref.dropped.Load() != nil {
			c.ref.dropped.Store(nil)
		}
	case giop.SystemException:
		if !c.route.forwarded || c.fixed() {
			return
		}
		// Another server may have the address by now of the place that was meant for now: the next call asks the original reference. This one
		// is not made again, since the exception may be one that the object's method had from elsewhere and has returned.
		in := c.In
		if sys, err := giop.GetSystemException(&in); err == nil && sys.Kind == exc.ObjectNotExist {
			c.ref.dropForward(c.route, sys)
		}
	}
}

// systemException returns the system exception that the reply is. Nothing is decoded for good.
func (c *Call) systemException() (*exc.SystemException, error) {
	in := c.In
	sys, err := giop.GetSystemException(&in)
	if err != nil {
		return nil, err
	}
	if data, ok := c.reply.Contexts.Find(giop.ContextExceptionDetail); ok && sys.Reason == "" {
		sys.Reason = giop.ParseExceptionDetail(data)
	}
	return sys, nil
}

// settle interprets the reply, or ends a call that has none.
func (c *Call) settle() {
	if !c.waits {
		c.In.Reset(nil, 0, false, nil)
		c.state = callReturned
		return
	}
	if c.policies != nil && !c.mayReturn() {
		return
	}
	switch c.reply.Status {
	case giop.NoException:
		c.state = callReturned
		c.In.GiveAway(c.wire.Gift())
	case giop.UserException:
		c.state = callException
	case giop.SystemException:
		c.raised()
	case giop.LocationForward, giop.LocationForwardPerm:
		c.follow()
	case giop.NeedsAddressingMode:
		c.readdress()
	}
	if c.link == nil && !time.Now().Before(c.deadline) { // the servant ran in this goroutine: it could not be left
		c.late()
	}
}

// raised takes a system exception from the peer.
func (c *Call) raised() {
	sys, err := c.systemException()
	if err != nil {
		c.fail(unreadable(err, exc.Maybe))
		return
	}
	// The caller's time travelled with the request, and the server may see its end first.
	if now := time.Now(); sys.Kind == exc.Timeout && (c.budget && !now.Before(c.deadline) || sys.Completed == exc.No && !c.sendBy.IsZero() && !now.Before(c.sendBy)) {
		sys.Cause = context.DeadlineExceeded
	}
	c.fail(sys)
}

// follow sends the request where the reply says.
func (c *Call) follow() {
	to := ior.Get(&c.In)
	if !c.sentOn() {
		return
	}
	if !c.mayRebind("the request was forwarded") {
		return
	}
	if err := c.ref.forwardTo(c.route, to, c.reply.Status == giop.LocationForwardPerm); err != nil {
		c.fail(err)
		return
	}
	c.state = callRoute
}

// sentOn ends a reply that sends the request elsewhere, or wants it in another form. It reports
// whether the call goes on.
func (c *Call) sentOn() bool {
	if err := c.In.Err(); err != nil {
		c.fail(unreadable(err, exc.No))
		return false
	}
	if c.link != nil {
		c.wire.Release()
	}
	c.lefts = 0
	c.forwards++
	if c.forwards > c.ref.orb.limits.Int(limits.Forwards) {
		c.fail(exc.New(exc.Transient, exc.MinorForwardLoop, exc.No, "%s: %w", c.op, c.ref.orb.limits.Exceeded(limits.Forwards, int64(c.forwards))))
		return false
	}
	return true
}

// maxRedials is how often a call is made again because the peer ended its connection in order.
const maxRedials = 3

// leave has calls begin at another address of the reference after err, where nothing has come from that of this request but the end
// of its connection: a proxy without a server behind it takes connections, too, and so does a server of another protocol. An address is good
// for calls to begin with once it has answered.
func (c *Call) leave(err error) {
	sys := exc.From(err, exc.Maybe)
	if c.another = false; sys.Minor == exc.MinorCancelled || len(c.route.ways) < 2 {
		return
	}
	turnedAway := sys.Minor == exc.MinorPeerClosed
	if c.link.settled.Load() || c.link.conn.Heard() && !turnedAway || turnedAway && c.redials < maxRedials {
		return
	}
	c.route.leave(c.to)
	c.lefts++
	c.another = c.lefts < len(c.route.ways)
}

// failed decides whether a call that failed on this side is tried again: a request that
// nobody has seen may be, at each further address of the reference if that which it went to has never answered,
// once at the original reference if it had been forwarded, once on a new connection if the
// one it was to use had been closed, and a few times if the peer ends even new ones in order, as
// omniORB does to those that it takes for idle.
func (c *Call) failed(err error) {
	sys := exc.From(err, exc.Maybe)
	if c.refusedUnicode(sys) {
		c.fail(withCompleted(exc.From(c.unsaid, exc.No), exc.No))
		return
	}
	if sys.Completed != exc.No || sys.Kind != exc.CommFailure && sys.Kind != exc.Transient || sys.Minor == exc.MinorCancelled || c.ctx.Err() != nil {
		c.fail(c.ref.afterForward(c.route, err))
		return
	}
	switch {
	case c.link != nil && c.another:
		c.another, c.redials, c.state = false, 0, callRoute
	case c.route.forwarded && !c.fellBack:
		if !c.mayRebind("the place that it was forwarded to does not answer") {
			return
		}
		c.fellBack, c.lefts = true, 0
		c.ref.dropForward(c.route, err)
		c.state = callRoute
	case c.link != nil && (!c.fresh && c.redials == 0 || sys.Minor == exc.MinorPeerClosed && c.redials < maxRedials):
		c.redials++
		c.state = callRoute
	default:
		c.fail(c.ref.afterForward(c.route, err))
	}
}
