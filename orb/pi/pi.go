// Package pi has the portable interceptors of the specification (CORBA 3.3 part 1, clause 16), on top of the functions
// around functions of package orb: for programs that are ported, and for services that are written against that clause.
//
// An [Initializer] registers interceptors, slots, policy factories and initial references while an ORB is made:
//
//	cfg := orb.Config{Listen: []string{"tcp::2809"}}
//	setup, err := pi.Configure(&cfg, pi.Options{}, audit.Initializer{})
//	o, err := orb.New(cfg)
//
// What is a thread in the specification is a context here. Interceptors run in the goroutine of the call, and get a ctx
// to make calls of their own with. Their errors are system exceptions or, where the clause allows it, an
// [orb.ForwardRequest]; another error is UNKNOWN.
//
// Of the clause's objects there is no ObjectReferenceFactory: references are made by the ORB, and interceptors
// add components to them.
package pi

import (
	"context"
)

// An Interceptor is what all kinds have in common.
type Interceptor interface {
	// Name tells interceptors of a kind apart: two of one name cannot be registered. Those named "" can.
	Name() string
	// Destroy is called at the end of the ORB, when requests are served no more and calls can still be made.
	Destroy()
}

// A ClientRequestInterceptor is told of the requests that the ORB makes (clause 16.3.5). SendRequest (or SendPoll) is its starting
// point; when that has returned nil, just one of the others is called before the request is over. A call that is forwarded,
// or made again, makes another request. Methods are called concurrently; embed [ClientBase] for those that are not needed.
type ClientRequestInterceptor interface {
	Interceptor
	SendRequest(ctx context.Context, r *ClientRequestInfo) error
	// SendPoll is for calls whose ends are polled for: those of the Sendp methods of generated code, of dii.Deferred and of
	// orb.WithPoll. They are two requests each. One is sent, and ends with ReceiveOther before it has a reply; the other begins with SendPoll when the
	// reply is there, be the caller waiting or not, and ends with that.
	SendPoll(ctx context.Context, r *ClientRequestInfo) error
	// ReceiveReply may return a system exception, but no ForwardRequest: the operation has been carried out.
	ReceiveReply(ctx context.Context, r *ClientRequestInfo) error
	// ReceiveException may replace the exception. A ForwardRequest has the request made again, also
	// where it may have been carried out already: that is then the interceptor's decision.
	ReceiveException(ctx context.Context, r *ClientRequestInfo) error
	// ReceiveOther is told of requests that go elsewhere, and of those that nobody answers.
	ReceiveOther(ctx context.Context, r *ClientRequestInfo) error
}

// A ServerRequestInterceptor is told of the requests that the ORB serves (clause 16.3.8). ReceiveRequestServiceContexts is its
// starting point; when that has returned nil, just one of SendReply, SendException and SendOther is called before the answer
// goes out, oneways included, though nothing is sent then. ReceiveRequest comes between, if the object is found.
// Methods are called concurrently; embed [ServerBase] for those that are not needed.
type ServerRequestInterceptor interface {
	Interceptor
	// ReceiveRequestServiceContexts is called before the object is looked for: the place to move what a service
	// context says to the slots of the request.
	ReceiveRequestServiceContexts(ctx context.Context, r *ServerRequestInfo) error
	ReceiveRequest(ctx context.Context, r *ServerRequestInfo) error
	// SendReply may return a system exception, but no ForwardRequest.
	SendReply(ctx context.Context, r *ServerRequestInfo) error
	SendException(ctx context.Context, r *ServerRequestInfo) error
	SendOther(ctx context.Context, r *ServerRequestInfo) error
}

// Base has a name, and nothing to do at the end. Embed it.
type Base struct{ ID string }

// Name returns b.ID.
func (b Base) Name() string { return b.ID }

// Destroy does nothing.
func (Base) Destroy() {}

// ClientBase does nothing at all points. Embed it.
type ClientBase struct{ Base }

// SendRequest does nothing.
func (ClientBase) SendRequest(context.Context, *ClientRequestInfo) error { return nil }

// SendPoll does nothing.
func (ClientBase) SendPoll(context.Context, *ClientRequestInfo) error { return nil }

// ReceiveReply does nothing.
func (ClientBase) ReceiveReply(context.Context, *ClientRequestInfo) error { return nil }

// ReceiveException does nothing.
func (ClientBase) ReceiveException(context.Context, *ClientRequestInfo) error { return nil }

// ReceiveOther does nothing.
func (ClientBase) ReceiveOther(context.Context, *ClientRequestInfo) error { return nil }

// ServerBase does nothing at all points. Embed it.
type ServerBase struct{ Base }

// ReceiveRequestServiceContexts does nothing.
func (ServerBase) ReceiveRequestServiceContexts(context.Context, *ServerRequestInfo) error {
	return nil
}

// ReceiveRequest does nothing.
func (ServerBase) ReceiveRequest(context.Context, *ServerRequestInfo) error { return nil }

// SendReply does nothing.
func (ServerBase) SendReply(context.Context, *ServerRequestInfo) error { return nil }

// SendException does nothing.
func (ServerBase) SendException(context.Context, *ServerRequestInfo) error { return nil }

// SendOther does nothing.
func (ServerBase) SendOther(context.Context, *ServerRequestInfo) error { return nil }

var (
	_ ClientRequestInterceptor = ClientBase{}
	_ ServerRequestInterceptor = ServerBase{}
)
