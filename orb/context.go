package orb

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/orb/internal/conn"
	"github.com/opendsom/dsom/reach"
	"github.com/opendsom/dsom/transport"
)

// A callContext is the context of one upcall. It is made cheap by doing nothing until it
// is asked: one that nobody asked for anything is used again for a later request of the same client to the same
// object. What it says of the client and the object is therefore always true; but a goroutine that outlives its
// servant's method and is to know when it has ended must keep what context.WithCancel, WithTimeout or WithDeadline made
// of it in time: the context itself, or a mere WithValue of it, may meanwhile be that of the later request, and end
// with that. One that is not to end keeps context.WithoutCancel of it.
type callContext struct {
	orb    *ORB
	parent context.Context // of a local call; else nil
	peer   net.Addr
	local  net.Addr
	over   *conn.Conn // that the request came over; nil: a local call
	view   reach.View // in which references are named to peer
	object []byte     // the key of the object that it is for, if it came over a connection

	asked atomic.Bool
	mu    sync.Mutex // guards what follows

	cancel   canceller // of a call from a connection; else nil
	deadline time.Time // zero: none
	policies giop.InvocationPolicies
	inner    context.Context // made when the end is asked for
	stop     context.CancelFunc
	ended    bool
	serving  bool   // the servant's method runs
	scope    Scope  // of it
	key      []byte // of its object, while it runs

	contexts giop.Contexts // that the request has come with, while it runs
}

// newCallContext returns a context for the requests of one connection, or for one local call.
func newCallContext(o *ORB, parent context.Context, peer net.Addr) *callContext {
	return &callContext{orb: o, parent: parent, peer: peer}
}

// A canceller tells when the client has given up on a request.
type canceller interface {
	Done() <-chan struct{}
	Err() error
}

// begin makes c the context of another request, and reports whether it may be: not if somebody has asked it since the one before.
func (c *callContext) begin(cancel canceller, deadline time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.asked.Load() {
		return false
	}
	c.cancel, c.deadline, c.ended = cancel, deadline, false
	if c.policies != (giop.InvocationPolicies{}) {
		c.policies = giop.InvocationPolicies{}
	}
	return true
}

// told takes what the request says of its time and priority. It returns when the servant must have the request; zero: no matter.
func (c *callContext) told(p giop.InvocationPolicies) (arriveBy time.Time) {
	now := time.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.policies = p
	if p.RequestPriority != nil || p.ReplyPriority != nil {
		c.asked.Store(true) // it is not to serve again: who keeps it may ask for more than times
	}
	c.deadline = earlier(c.deadline, earlier(p.ReplyEnd, after(now, p.RelativeRT)))
	return earlier(p.RequestEnd, after(now, p.RelativeRequest))
}

// earlier returns the earlier of two times, where zero is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// enter says that a servant's method is about to run.
func (c *callContext) enter(s Scope, key []byte, contexts giop.Contexts) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.serving, c.scope, c.key, c.contexts = true, s, key, contexts
}

// upcall returns the upcall that c belongs to, nil before and after it.
func (c *callContext) upcall() any {
	c.mu.Lock()
	if c.serving {
		defer c.mu.Unlock()
		c.asked.Store(true)
		return &Upcall{Scope: c.scope, Key: string(c.key), outer: c.parent}
	}
	c.mu.Unlock()
	if c.parent != nil {
		return c.parent.Value(upcallKey{})
	}
	return nil
}

// finish ends the context. It reports whether c may serve another request.
func (c *callContext) finish() (reusable bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended, c.serving, c.scope, c.key, c.contexts = true, false, nil, nil, giop.Contexts{}
	if c.stop != nil {
		c.stop()
	}
	return !c.asked.Load()
}

// ask makes the context that stands behind c.
func (c *callContext) ask() context.Context {
	c.asked.Store(true)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inner != nil {
		return c.inner
	}
	c.open(c.hasEnded())
	return c.inner
}

// hasEnded reports whether c has, where nothing has been said of that yet.
func (c *callContext) hasEnded() bool {
	return c.ended || c.parent != nil && c.parent.Err() != nil || !c.deadline.IsZero() && !time.Now().Before(c.deadline) || c.cancel != nil && c.cancel.Err() != nil
}

// open makes the context that stands behind c, and says from then on when and why it has ended.
func (c *callContext) open(ended bool) {
	base := c.parent
	if base == nil {
		base = context.Background()
	}
	if c.deadline.IsZero() {
		c.inner, c.stop = context.WithCancel(base)
	} else {
		c.inner, c.stop = context.WithDeadline(base, c.deadline)
	}
	switch {
	case ended:
		c.stop()
	case c.cancel != nil:
		go func(gone <-chan struct{}, inner context.Context, stop context.CancelFunc, deadline time.Time) {
			select {
			case <-gone:
				if !deadline.IsZero() && !time.Now().Before(deadline) { // the timer of inner may be later than what it is for
					<-inner.Done()
				}
				stop()
			case <-inner.Done():
			}
		}(c.cancel.Done(), c.inner, c.stop, c.deadline)
	}
}

// Deadline returns when the client stops waiting, if it said so.
func (c *callContext) Deadline() (time.Time, bool) {
	c.asked.Store(true)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.parent != nil {
		if t, ok := c.parent.Deadline(); ok && (c.deadline.IsZero() || t.Before(c.deadline)) {
			return t, true
		}
	}
	return c.deadline, !c.deadline.IsZero()
}

// Done is closed when the client cancels the request or its connection ends, when the
// deadline passes, and after the servant has returned. Which of these Err says is as the server has seen it: the time that a request brings along begins to run when it has come, so that the
// cancel of a client whose time is over may be here before the deadline has passed here, and is Canceled then. From the deadline on it is DeadlineExceeded.
func (c *callContext) Done() <-chan struct{} { return c.ask().Done() }

// AfterFunc is what context.AfterFunc looks for: without it each would need a goroutine.
func (c *callContext) AfterFunc(f func()) func() bool { return context.AfterFunc(c.ask(), f) }

// Err is answered from what is known, so that one who looks now and then whether the client still waits does not
// pay for a context and the goroutine that would end it. Once it has said why c has ended there is a context that says the same, as Done and what is
// derived from c do.
func (c *callContext) Err() error {
	c.asked.Store(true)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.inner == nil {
		if !c.hasEnded() {
			return nil
		}
		c.open(true)
	}
	return c.inner.Err()
}

// CallersOwn is embedded in the key of a context's value that is for the caller alone: a servant in the same process, whose ctx has
// the caller's values otherwise, does not find it, as one elsewhere does not.
type CallersOwn struct{}

func (CallersOwn) callersOwn() {}

type (
	orbKey    struct{ ForUpcall }
	peerKey   struct{ ForUpcall }
	localKey  struct{ ForUpcall }
	overKey   struct{ ForUpcall }
	upcallKey struct{ ForUpcall }
	viewKey   struct{ ForUpcall }

	contextsKey struct{ ForUpcall }
)

func (c *callContext) Value(key any) any {
	if _, is := key.(upcallKey); is {
		return c.upcall()
	}
	c.asked.Store(true)
	if _, own := key.(interface{ callersOwn() }); own {
		return nil
	}
	switch key.(type) {
	case frameKey:
		return c
	case orbKey:
		return c.orb
	case invocationKey:
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.policies
	case peerKey: // of a local call there is none: it is not who has called the caller
		return c.peer
	case localKey:
		return c.local
	}
	if _, of := key.(overKey); of {
		if c.over == nil {
			return nil // a local call: it is not who has called the caller
		}
		return c.over
	}
	if _, of := key.(contextsKey); of { // those of the caller, in a local call, are not the servant's
		return c.received()
	}
	if _, of := key.(viewKey); of && c.over != nil {
		return c.view
	}
	c.mu.Lock()
	inner := c.inner
	c.mu.Unlock()
	if inner != nil {
		return inner.Value(key)
	}
	if c.parent != nil {
		return c.parent.Value(key)
	}
	return nil
}

// Peer returns the address of the client whose request a servant's ctx belongs to. It is
// nil outside an upcall and for a call from the same process, be that made in another's upcall: a servant that
// calls one beside it on behalf of its client answers for him.
func Peer(ctx context.Context) net.Addr {
	a, _ := ctx.Value(peerKey{}).(net.Addr)
	return a
}

// WithPeer returns a ctx whose client, as [Peer] tells it, is at an address: for who asks, on behalf of a client who has not called, what depends on that. It identifies nobody, and is not handed on by calls.
func WithPeer(ctx context.Context, at net.Addr) context.Context {
	return context.WithValue(ctx, peerKey{}, at)
}

// received returns copies of what the request has come with, nil before and after the servant's method runs, when there are none.
func (c *callContext) received() []giop.Context {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []giop.Context
	for each := c.contexts; ; {
		id, data, ok := each.Next()
		if !ok {
			return all
		}
		all = append(all, giop.Context{ID: id, Data: append([]byte{}, data...)})
	}
}

// ServiceContexts returns the service contexts that the request has come with which a servant's ctx belongs to, in their order (CORBA 3.3 part 2, clause 9.7); none outside an upcall. A call from the
// same process has them as one from elsewhere has, but for those that tell of a connection. They are what the client says. Interceptors see them before the servant does ([IncomingRequest.Context]).
func ServiceContexts(ctx context.Context) []giop.Context {
	all, _ := ctx.Value(contextsKey{}).([]giop.Context)
	return all
}

// Local returns the address at which the client of [Peer] was let in: with it the other end of the connection. It is nil where
// Peer is.
func Local(ctx context.Context) net.Addr {
	a, _ := ctx.Value(localKey{}).(net.Addr)
	return a
}

// Caller returns what the transport has made sure of about the client whose request a servant's ctx belongs to: the certificate that
// he has shown, where TLS is mutual, or the process of this machine that has called over a socket of the system. It is zero
// outside an upcall, for a call from the same process, and where the transport makes sure of nothing, as TCP alone does.
func Caller(ctx context.Context) transport.Identity {
	if c, ok := ctx.Value(overKey{}).(*conn.Conn); ok {
		return c.Identity()
	}
	return transport.Identity{}
}

// upcallOf returns the ORB that called the servant ctx was given to, or nil.
func upcallOf(ctx context.Context) *ORB {
	o, _ := ctx.Value(orbKey{}).(*ORB)
	return o
}
