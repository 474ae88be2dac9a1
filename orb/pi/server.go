package pi

import (
	"bytes"
	"context"
	"strings"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
)

// server calls the interceptors around a request that the ORB serves: one for the whole list.
func (s *Setup) server(ctx context.Context, r *orb.IncomingRequest, next func(context.Context) error) error {
	i := &ServerRequestInfo{r: r, RequestInfo: RequestInfo{setup: s, point: AtReceiveRequestServiceContexts, slots: s.newSlots(), source: r}}
	ctx = i.scope(ctx, i.slots) // also if nobody intercepts: the slots of a client in this process are not the servant's
	i.ctx = ctx
	if len(s.servers) == 0 {
		return next(ctx)
	}
	i.id = s.requests.Add(1)
	defer i.abandon(ctx)
	for _, x := range s.servers {
		if err := x.ReceiveRequestServiceContexts(ctx, i); err != nil {
			return i.unwind(ctx, i.raised(err), SystemException)
		}
		i.started++
	}
	r.Found(i.receive)
	err := next(ctx)
	if err != nil && r.Status() == giop.UserException {
		return i.unwind(ctx, err, UserException)
	}
	return i.unwind(ctx, err, SystemException)
}

// unwind calls those on the flow stack at the ending points of the outcome, the last first, and returns what they make of it.
func (i *ServerRequestInfo) unwind(ctx context.Context, err error, original ReplyStatus) error {
	defer i.abandon(ctx)
	for i.started > 0 {
		i.started--
		i.settle(err, original)
		if e := i.end(ctx, i.setup.servers[i.started]); e != nil {
			err, original = i.raised(e), SystemException
		}
	}
	return err
}

// abandon unwinds what is left of the flow stack when one of the interceptors has panicked, or the servant has ended its goroutine.
func (i *ServerRequestInfo) abandon(ctx context.Context) {
	if i.started > 0 {
		_ = i.unwind(ctx, errPanic, SystemException)
	}
}

// receive is the point between: the object has been found.
func (i *ServerRequestInfo) receive(s orb.Servant) error {
	i.point, i.servant = AtReceiveRequest, s
	for _, x := range i.setup.servers {
		if err := x.ReceiveRequest(i.ctx, i); err != nil {
			return i.raised(err)
		}
	}
	return nil
}

// end calls x at the ending point of the outcome.
func (i *ServerRequestInfo) end(ctx context.Context, x ServerRequestInterceptor) error {
	switch i.status {
	case Successful:
		i.point = AtSendReply
		return x.SendReply(ctx, i)
	case LocationForward:
		i.point = AtSendOther
		return x.SendOther(ctx, i)
	}
	i.point = AtSendException
	return x.SendException(ctx, i)
}

// ServerRequestInfo describes a request that the ORB serves (clause 16.3.14).
type ServerRequestInfo struct {
	RequestInfo
	r       *orb.IncomingRequest
	servant orb.Servant
}

// Operation returns the operation's name, with _get_ or _set_ before that of an attribute.
func (i *ServerRequestInfo) Operation() string { return strings.Clone(i.r.Operation()) }

// ResponseExpected reports whether the client waits for an answer.
func (i *ServerRequestInfo) ResponseExpected() bool { return i.r.ResponseExpected() }

// SyncScope returns what the client waits for; one that does not is taken to wait for its transport.
func (i *ServerRequestInfo) SyncScope() (orb.SyncScope, error) {
	if err := check(attrSyncScope, i.point); err != nil {
		return 0, err
	}
	switch i.r.Sync() {
	case giop.SyncTarget:
		return orb.SyncWithTarget, nil
	case giop.SyncServer:
		return orb.SyncWithServer, nil
	}
	return orb.SyncWithTransport, nil
}

// SendingException returns the exception that the client gets. A user exception whose type the skeleton alone knows is
// given as UNKNOWN with minor code 1; Err has it in Go. That of an object without a skeleton (package orb/dii) is given as it is, unless it was raised by its id alone.
func (i *ServerRequestInfo) SendingException() (dyn.Any, error) {
	return i.exception(attrSendingException)
}

// ServerID returns which server this is: the UUID of [orb.Config].ServerID.
func (i *ServerRequestInfo) ServerID() (string, error) {
	return serverID(i.r.ORB()), check(attrServerID, i.point)
}

// ORBID returns [Options].ORBID.
func (i *ServerRequestInfo) ORBID() (string, error) {
	return i.setup.opt.ORBID, check(attrORBID, i.point)
}

// key returns the parts of the object key. One that says nothing of adapters, such as NameService, is all object id.
func (i *ServerRequestInfo) key() (adapter string, id []byte) {
	k, ok := ior.ParseKey(i.r.Key())
	if !ok {
		return "", i.r.Key()
	}
	return string(k.Adapter), k.ID
}

// ObjectID returns the object's id within its adapter.
func (i *ServerRequestInfo) ObjectID() ([]byte, error) {
	if err := check(attrObjectID, i.point); err != nil {
		return nil, err
	}
	_, id := i.key()
	return bytes.Clone(id), nil
}

// AdapterID returns what identifies the object's adapter: its path in octets, none for the root.
func (i *ServerRequestInfo) AdapterID() ([]byte, error) {
	if err := check(attrAdapterID, i.point); err != nil {
		return nil, err
	}
	adapter, _ := i.key()
	return []byte(adapter), nil
}

// AdapterName returns the names from the root adapter to the object's own.
func (i *ServerRequestInfo) AdapterName() ([]string, error) {
	if err := check(attrAdapterName, i.point); err != nil {
		return nil, err
	}
	adapter, _ := i.key()
	return adapterName(adapter), nil
}

// rootName is the specification's for the root adapter, whose path is empty.
const rootName = "RootPOA"

// separator is between the names of a path in object keys.
const separator = "\x00"

func adapterName(path string) []string {
	if path == "" {
		return []string{rootName}
	}
	return append([]string{rootName}, strings.Split(path, separator)...)
}

// pathOf is the inverse of adapterName.
func pathOf(name []string) string {
	if len(name) > 0 && name[0] == rootName {
		name = name[1:]
	}
	return strings.Join(name, separator)
}

// TargetMostDerivedInterface returns the repository id of the servant's interface.
func (i *ServerRequestInfo) TargetMostDerivedInterface() (string, error) {
	if err := check(attrMostDerived, i.point); err != nil {
		return "", err
	}
	return i.servant.Interface().ID, nil
}

// TargetIsA reports whether the servant supports an interface.
func (i *ServerRequestInfo) TargetIsA(id string) (bool, error) {
	if err := check(attrTargetIsA, i.point); err != nil {
		return false, err
	}
	return i.servant.Interface().IsA(id), nil
}

// GetServerPolicy returns the policy of a registered type that [Setup.SetAdapterPolicies] has given the object's adapter; nil if
// it has given none. A type without a factory is INV_POLICY with minor code 2.
func (i *ServerRequestInfo) GetServerPolicy(t PolicyType) (Policy, error) {
	if err := check(attrServerPolicy, i.point); err != nil {
		return nil, err
	}
	adapter, _ := i.key()
	return i.setup.adapterPolicy(adapter, t)
}

// SetSlot puts v into a slot of the request, over what was there. A slot that was not allocated is an [InvalidSlot].
func (i *ServerRequestInfo) SetSlot(id SlotID, v dyn.Any) error { return i.slots.set(i.setup, id, v) }

// GetRequestServiceContext returns a copy of a service context of the request: BAD_PARAM with minor code 26 if there is none.
func (i *ServerRequestInfo) GetRequestServiceContext(id uint32) (giop.Context, error) {
	return i.serviceContext(attrRequestContext, id, i.r.Context)
}

// GetReplyServiceContext returns a copy of a service context that interceptors have added to the reply: BAD_PARAM with
// minor code 26 if none has.
func (i *ServerRequestInfo) GetReplyServiceContext(id uint32) (giop.Context, error) {
	return i.serviceContext(attrReplyContext, id, i.r.ReplyContext)
}

// AddReplyServiceContext adds a service context to the reply. One of that id which is there already is replaced, or
// else BAD_INV_ORDER with minor code 15. c.Data must not be changed afterwards.
func (i *ServerRequestInfo) AddReplyServiceContext(c giop.Context, replace bool) error {
	if err := check(attrAddReplyContext, i.point); err != nil {
		return err
	}
	return i.r.AddReplyContext(c.ID, c.Data, replace)
}

// notMade is the error of using an ORB that is not there yet.
func notMade() error {
	return exc.New(exc.BadInvOrder, exc.MinorPIPoint, exc.No, "the ORB has not been made yet: do this after orb.New, or in PostInit at the earliest")
}
