package orb

import (
	"context"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
)

// Policies say how calls are made: the quality of service of CORBA messaging (part 1, clause
// 17). What is zero is not said. They are set for an ORB with [ORB.SetPolicies] (the
// specification's PolicyManager), for what is called with a context with [WithPolicies]
// (PolicyCurrent), and for a reference with [Ref.WithPolicies] (set_policy_overrides); what a
// reference says goes before what the context says, and that before the ORB's.
//
// Times end a call as a context's deadline does, whichever comes first, and travel with the
// request, so that the server knows them. A servant of the same process, for which the caller waits, runs in the caller's goroutine:
// he cannot leave it, and gets TIMEOUT, completed YES, when it has returned too late.
type Policies struct {
	RoundtripTimeout time.Duration // RelativeRoundtripTimeout: until the reply is here
	RequestTimeout   time.Duration // RelativeRequestTimeout: until the servant has the request
	RequestStart     time.Time     // the servant is not to have the request before; the caller waits
	RequestEnd       time.Time     // nor after
	ReplyStart       time.Time     // the caller is not to have the reply before; he waits
	ReplyEnd         time.Time     // nor after
	Sync             SyncScope     // what a oneway call waits for
	Rebind           RebindMode
	RequestPriority  *PriorityRange // carried to the server, which finds it with [InvocationPolicies]
	ReplyPriority    *PriorityRange // likewise
}

// A PriorityRange bounds a priority; higher is more urgent.
type PriorityRange = giop.PriorityRange

// A SyncScope says what the caller of a oneway operation waits for. Only what has happened by
// then is reported to him.
type SyncScope uint8

// The scopes. Nothing is ever sent without the transport having taken it before the call returns, so
// that SyncNone is no less than SyncWithTransport here. Within the process both begin calls in another goroutine, in the order in which they
// are made, and wait for no more than for room, should as many as the limit outstanding-requests be under way; the other two run the
// operation in the caller's.
const (
	SyncUnset         SyncScope = iota // SyncWithTransport, unless somebody else says
	SyncNone                           // nothing
	SyncWithTransport                  // the transport has taken the request
	SyncWithServer                     // the server has the request, and has found the object
	SyncWithTarget                     // the operation has been carried out
)

// A RebindMode says what may happen behind the caller's back once a reference is bound, which
// it is when the object has first answered through it. What is not allowed raises REBIND;
// [Ref.ValidateConnection] then binds the reference again.
type RebindMode uint8

// The modes.
const (
	RebindUnset RebindMode = iota // Transparent, unless somebody else says
	Transparent                   // forwards are followed, and connections made anew
	NoRebind                      // connections are made anew
	NoReconnect                   // neither
)

// over returns p where it says something, and below where it does not.
func (p *Policies) over(below *Policies) *Policies {
	if p == nil || below == nil {
		if p == nil {
			return below
		}
		return p
	}
	return &Policies{
		RoundtripTimeout: said(p.RoundtripTimeout, below.RoundtripTimeout),
		RequestTimeout:   said(p.RequestTimeout, below.RequestTimeout),
		RequestStart:     said(p.RequestStart, below.RequestStart),
		RequestEnd:       said(p.RequestEnd, below.RequestEnd),
		ReplyStart:       said(p.ReplyStart, below.ReplyStart),
		ReplyEnd:         said(p.ReplyEnd, below.ReplyEnd),
		Sync:             said(p.Sync, below.Sync),
		Rebind:           said(p.Rebind, below.Rebind),
		RequestPriority:  said(p.RequestPriority, below.RequestPriority),
		ReplyPriority:    said(p.ReplyPriority, below.ReplyPriority),
	}
}

// said returns v, or below if v is zero.
func said[T comparable](v, below T) T {
	var zero T
	if v == zero {
		return below
	}
	return v
}

// SetPolicies makes p what calls of the ORB obey where nothing else is said. It replaces what
// was set before, for the calls that begin from now on.
func (o *ORB) SetPolicies(p Policies) { o.policies.Store(&p) }

// Policies returns what SetPolicies has set.
func (o *ORB) Policies() Policies {
	if p := o.policies.Load(); p != nil {
		return *p
	}
	return Policies{}
}

type policiesKey struct{ CallersOwn }

// WithPolicies returns a ctx for calls that obey p. What p does not say is as ctx had it. A
// servant's ctx has no policies: those of the caller are his own.
func WithPolicies(ctx context.Context, p Policies) context.Context {
	return context.WithValue(ctx, policiesKey{}, (&p).over(policiesOf(ctx)))
}

// policiesOf returns the policies in ctx, or nil.
func policiesOf(ctx context.Context) *Policies {
	if _, ok := ctx.(*callContext); ok { // the commonest in a server, and it has none
		return nil
	}
	p, _ := ctx.Value(policiesKey{}).(*Policies)
	return p
}

// WithPolicies returns a reference to the same object whose calls obey p. What p does not say is as r
// had it. It is bound on its own, and shares connections with r. For a stub, pass the result to Unchecked of
// the interface's class object.
func (r *Ref) WithPolicies(p Policies) *Ref {
	return &Ref{orb: r.orb, ior: r.ior, from: r.from, policies: (&p).over(r.policies)}
}

// Policies returns what a call through r with ctx obeys: the reference's policies, those of ctx, and the ORB's.
func (r *Ref) Policies(ctx context.Context) Policies {
	if p := r.effective(ctx); p != nil {
		return *p
	}
	return Policies{}
}

func (r *Ref) effective(ctx context.Context) *Policies {
	return r.policies.over(policiesOf(ctx)).over(r.orb.policies.Load())
}

// ValidateConnection binds the reference, or binds it again after REBIND: it follows
// forwards and makes connections, whatever the policies say, until the object has answered.
// Its error is that of the call which finds that out; OBJECT_NOT_EXIST if there is no such object.
func (r *Ref) ValidateConnection(ctx context.Context) error {
	r.bound.Store(nil)
	gone, err := r.nonExistent(ctx, true)
	if err == nil && gone {
		err = exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "the object is gone")
	}
	return err
}

// InvocationPolicies returns what the client said, with the request whose servant was given ctx, of
// the time and the priority it is to have: times as the client's clock has them, Relative… as
// they were when the request came. It is zero outside an upcall, and where the client said nothing.
func InvocationPolicies(ctx context.Context) Policies {
	p, ok := ctx.Value(invocationKey{}).(giop.InvocationPolicies)
	if !ok {
		return Policies{}
	}
	return Policies{
		RoundtripTimeout: p.RelativeRT, RequestTimeout: p.RelativeRequest,
		RequestStart: p.RequestStart, RequestEnd: p.RequestEnd, ReplyStart: p.ReplyStart, ReplyEnd: p.ReplyEnd,
		RequestPriority: p.RequestPriority, ReplyPriority: p.ReplyPriority,
	}
}

type invocationKey struct{ ForUpcall }
