package pi

import (
	"bytes"
	"context"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
)

// client calls the interceptors around a request that the ORB makes: one for the whole list.
func (s *Setup) client(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
	if len(s.clients) == 0 {
		return next(ctx)
	}
	i := &ClientRequestInfo{r: r, RequestInfo: RequestInfo{setup: s, id: s.requests.Add(1), ctx: ctx, source: r}}
	if s.slotCount() > 0 {
		i.slots = slotsOf(ctx, s).copy(s)
	}
	inner := i.scope(ctx, i.slots.copy(s))
	defer s.abandon(inner, i)
	if err := s.begin(inner, i, AtSendRequest); err != nil {
		return s.unwind(inner, i, err, SystemException)
	}
	if !orb.Polled(ctx) {
		err := next(ctx)
		return s.ending(inner, i, err, i.original(err))
	}
	// To interceptors it is two requests: one that is sent and has no reply, and one for the reply.
	if err := s.unwind(inner, i, nil, Successful); err != nil {
		return err
	}
	err := next(ctx)
	original := i.original(err)
	if failed := s.begin(inner, i, AtSendPoll); failed != nil {
		err, original = failed, SystemException
	}
	return s.ending(inner, i, err, original)
}

// ending is unwind, where there are results once the caller has read them: whether he can is part of the outcome.
func (s *Setup) ending(ctx context.Context, i *ClientRequestInfo, err error, original ReplyStatus) error {
	if _, answered := i.r.Reply(); err != nil || !answered {
		return s.unwind(ctx, i, err, original)
	}
	i.reading = true
	i.r.AtEnd(func(err error) error {
		i.reading = false
		return s.unwind(ctx, i, err, SystemException)
	})
	return nil
}

// begin calls the interceptors at a starting point, up to one that fails.
func (s *Setup) begin(ctx context.Context, i *ClientRequestInfo, p Point) (err error) {
	i.point, i.err, i.status = p, nil, Successful
	for _, x := range s.clients {
		if p == AtSendPoll {
			err = x.SendPoll(ctx, i)
		} else {
			err = x.SendRequest(ctx, i)
		}
		if err != nil {
			return i.raised(err)
		}
		i.started++
	}
	return nil
}

// unwind calls those on the flow stack at the ending points of the outcome, the last first, and returns what they make of it.
func (s *Setup) unwind(ctx context.Context, i *ClientRequestInfo, err error, original ReplyStatus) error {
	defer s.abandon(ctx, i)
	for i.started > 0 {
		i.started--
		i.settle(err, original)
		if e := i.end(ctx, s.clients[i.started]); e != nil {
			err, original = i.raised(e), SystemException
		}
	}
	return err
}

// abandon unwinds what is left of the flow stack when one of the interceptors has panicked, or has ended its goroutine.
func (s *Setup) abandon(ctx context.Context, i *ClientRequestInfo) {
	if i.started > 0 && !i.reading {
		_ = s.unwind(ctx, i, errPanic, SystemException)
	}
}

// original returns how the request has ended for the ORB.
func (i *ClientRequestInfo) original(err error) ReplyStatus {
	status, answered := i.r.Reply()
	switch {
	case answered && status == giop.NeedsAddressingMode:
		return TransportRetry
	case orb.ForeignOf(err) != nil:
		return UserException
	}
	return SystemException
}

// end calls x at the ending point of the outcome.
func (i *ClientRequestInfo) end(ctx context.Context, x ClientRequestInterceptor) error {
	_, answered := i.r.Reply()
	switch {
	case i.status == Successful && answered:
		i.point = AtReceiveReply
		return x.ReceiveReply(ctx, i)
	case i.status == SystemException || i.status == UserException:
		i.point = AtReceiveException
		return x.ReceiveException(ctx, i)
	}
	i.point = AtReceiveOther
	return x.ReceiveOther(ctx, i)
}

// ClientRequestInfo describes a request that the ORB makes (clause 16.3.13).
type ClientRequestInfo struct {
	RequestInfo
	r       *orb.ClientRequest
	reading bool // the caller reads the results, before the ending points
}

// Operation returns the operation's name, with _get_ or _set_ before that of an attribute.
func (i *ClientRequestInfo) Operation() string { return i.r.Operation() }

// ResponseExpected reports whether the peer is to answer. A oneway that waits for the server or the target is answered too.
func (i *ClientRequestInfo) ResponseExpected() bool { return i.r.ResponseExpected() }

// SyncScope returns what the caller of a oneway waits for; of others it is SyncWithTarget.
func (i *ClientRequestInfo) SyncScope() (orb.SyncScope, error) {
	if err := check(attrSyncScope, i.point); err != nil {
		return 0, err
	}
	if !i.r.Oneway() {
		return orb.SyncWithTarget, nil
	}
	if s := i.r.Policies().Sync; s != orb.SyncUnset {
		return s, nil
	}
	return orb.SyncWithTransport, nil
}

// Target returns the object that is called.
func (i *ClientRequestInfo) Target() *orb.Ref { return i.r.Target() }

// EffectiveTarget returns the object that the request goes to: the target, or where it has been forwarded.
func (i *ClientRequestInfo) EffectiveTarget() *orb.Ref {
	return i.r.Target().ORB().NewRef(i.r.EffectiveTarget())
}

// EffectiveProfile returns the profile that the request goes to. It must not be changed.
func (i *ClientRequestInfo) EffectiveProfile() ior.Profile { return i.r.EffectiveProfile() }

// ReceivedException returns the exception that the caller gets. A user exception, whose type the stub alone knows, is
// given as UNKNOWN with minor code 1.
func (i *ClientRequestInfo) ReceivedException() (dyn.Any, error) {
	return i.exception(attrReceivedException)
}

// ReceivedExceptionID returns the repository id of the exception that the caller gets.
func (i *ClientRequestInfo) ReceivedExceptionID() (string, error) {
	if err := check(attrReceivedExceptionID, i.point); err != nil {
		return "", err
	}
	if foreign := orb.ForeignOf(i.err); i.status == UserException && foreign != nil {
		return foreign.ID, nil
	}
	return exc.From(i.err, exc.Maybe).Kind.ID(), nil
}

// GetEffectiveComponent returns the first component of a tag in the effective profile: BAD_PARAM with minor code 28 if there is none.
func (i *ClientRequestInfo) GetEffectiveComponent(tag uint32) (ior.Component, error) {
	list, err := i.components(attrEffectiveComponent, tag)
	if err != nil {
		return ior.Component{}, err
	}
	return list[0], nil
}

// GetEffectiveComponents returns all components of a tag in the effective profile: BAD_PARAM with minor code 28 if there is none.
func (i *ClientRequestInfo) GetEffectiveComponents(tag uint32) ([]ior.Component, error) {
	return i.components(attrEffectiveComponents, tag)
}

func (i *ClientRequestInfo) components(a attribute, tag uint32) ([]ior.Component, error) {
	if err := check(a, i.point); err != nil {
		return nil, err
	}
	var found []ior.Component
	if p, err := i.r.EffectiveProfile().IIOP(); err == nil {
		for _, c := range p.Components {
			if c.Tag == tag {
				found = append(found, ior.Component{Tag: tag, Data: bytes.Clone(c.Data)})
			}
		}
	}
	if found == nil {
		return nil, exc.New(exc.BadParam, exc.MinorNoComponent, exc.No, "the effective profile has no component of tag %d", tag)
	}
	return found, nil
}

// GetRequestPolicy returns a policy of the call: a [MessagingPolicy], or one that [WithPolicy] has put into its ctx. Where nobody has set one
// of the type it is INV_POLICY with minor code 2.
func (i *ClientRequestInfo) GetRequestPolicy(t PolicyType) (Policy, error) {
	if err := check(attrRequestPolicy, i.point); err != nil {
		return nil, err
	}
	if p := messagingPolicy(i.r.Policies(), t); p != nil {
		return p, nil
	}
	if p := policiesOf(i.ctx)[t]; p != nil {
		return p, nil
	}
	return nil, noPolicy(t, "the call")
}

// GetRequestServiceContext returns a copy of a service context of the request, which the ORB has written or interceptors have
// added: BAD_PARAM with minor code 26 if there is none.
func (i *ClientRequestInfo) GetRequestServiceContext(id uint32) (giop.Context, error) {
	return i.serviceContext(attrRequestContext, id, i.r.Context)
}

// GetReplyServiceContext returns a copy of a service context of the reply: BAD_PARAM with minor code 26 if there is none.
func (i *ClientRequestInfo) GetReplyServiceContext(id uint32) (giop.Context, error) {
	return i.serviceContext(attrReplyContext, id, i.r.ReplyContext)
}

// AddRequestServiceContext adds a service context to the request. One of that id which is there already is replaced, or
// else BAD_INV_ORDER with minor code 15. c.Data must not be changed afterwards.
func (i *ClientRequestInfo) AddRequestServiceContext(c giop.Context, replace bool) error {
	if err := check(attrAddRequestContext, i.point); err != nil {
		return err
	}
	return i.r.AddContext(c.ID, c.Data, replace)
}

// serviceContext returns a copy of what get finds.
func (i *RequestInfo) serviceContext(a attribute, id uint32, get func(uint32) ([]byte, bool)) (giop.Context, error) {
	if err := check(a, i.point); err != nil {
		return giop.Context{}, err
	}
	data, ok := get(id)
	if !ok {
		return giop.Context{}, exc.New(exc.BadParam, exc.MinorNoServiceContext, exc.No, "there is no service context %d in the message", id)
	}
	return giop.Context{ID: id, Data: bytes.Clone(data)}, nil
}
