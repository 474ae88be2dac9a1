package pi_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/opendsom/dsom/dyn"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/pi"
)

const testPolicy pi.PolicyType = 0x44530001

type somePolicy struct{}

func (somePolicy) PolicyType() pi.PolicyType { return testPolicy }

// answer is what asking for an attribute comes to: yes, no (BAD_INV_ORDER 14), or none (NO_RESOURCES 1: valid, and not known).
func answer(err error) string {
	var sys *exc.SystemException
	switch {
	case err == nil:
		return "yes"
	case errors.As(err, &sys) && sys.Kind == exc.BadInvOrder && sys.Minor == exc.OMGVMCID|14:
		return "no"
	case errors.As(err, &sys) && sys.Kind == exc.NoResources && sys.Minor == exc.OMGVMCID|1:
		return "none"
	}
	return err.Error()
}

func errOf[T any](_ T, err error) error { return err }

// always is for attributes that are valid everywhere, which have no error.
func always[T any](T) error { return nil }

// clientTable is table 16.1: send_request, receive_reply, receive_exception, receive_other. send_poll is never reached here.
var clientTable = []struct {
	name string
	want string
	get  func(i *pi.ClientRequestInfo) error
}{
	{"request_id", "yes yes yes yes", func(i *pi.ClientRequestInfo) error { return always(i.RequestID()) }},
	{"operation", "yes yes yes yes", func(i *pi.ClientRequestInfo) error { return always(i.Operation()) }},
	{"arguments", "none none no no", func(i *pi.ClientRequestInfo) error { return errOf(i.Arguments()) }},
	{"exceptions", "none none none none", func(i *pi.ClientRequestInfo) error { return errOf(i.Exceptions()) }},
	{"contexts", "none none none none", func(i *pi.ClientRequestInfo) error { return errOf(i.Contexts()) }},
	{"operation_context", "none none none none", func(i *pi.ClientRequestInfo) error { return errOf(i.OperationContext()) }},
	{"result", "no none no no", func(i *pi.ClientRequestInfo) error { return errOf(i.Result()) }},
	{"response_expected", "yes yes yes yes", func(i *pi.ClientRequestInfo) error { return always(i.ResponseExpected()) }},
	{"sync_scope", "yes yes yes yes", func(i *pi.ClientRequestInfo) error { return errOf(i.SyncScope()) }},
	{"reply_status", "no yes yes yes", func(i *pi.ClientRequestInfo) error { return errOf(i.ReplyStatus()) }},
	{"forward_reference", "no no no yes", func(i *pi.ClientRequestInfo) error { return errOf(i.ForwardReference()) }},
	{"get_slot", "yes yes yes yes", func(i *pi.ClientRequestInfo) error { return errOf(i.GetSlot(0)) }},
	{"get_request_service_context", "yes yes yes yes", func(i *pi.ClientRequestInfo) error { return errOf(i.GetRequestServiceContext(1000)) }},
	{"get_reply_service_context", "no yes yes yes", func(i *pi.ClientRequestInfo) error { return errOf(i.GetReplyServiceContext(2000)) }},
	{"target", "yes yes yes yes", func(i *pi.ClientRequestInfo) error { return always(i.Target()) }},
	{"effective_target", "yes yes yes yes", func(i *pi.ClientRequestInfo) error { return always(i.EffectiveTarget()) }},
	{"effective_profile", "yes yes yes yes", func(i *pi.ClientRequestInfo) error { return always(i.EffectiveProfile()) }},
	{"received_exception", "no no yes no", func(i *pi.ClientRequestInfo) error { return errOf(i.ReceivedException()) }},
	{"received_exception_id", "no no yes no", func(i *pi.ClientRequestInfo) error { return errOf(i.ReceivedExceptionID()) }},
	{"get_effective_component", "yes yes yes yes", func(i *pi.ClientRequestInfo) error { return errOf(i.GetEffectiveComponent(ior.TagCodeSets)) }},
	{"get_effective_components", "yes yes yes yes", func(i *pi.ClientRequestInfo) error { return errOf(i.GetEffectiveComponents(ior.TagCodeSets)) }},
	{"get_request_policy", "yes yes yes yes", func(i *pi.ClientRequestInfo) error { return errOf(i.GetRequestPolicy(testPolicy)) }},
	{"add_request_service_context", "yes no no no", func(i *pi.ClientRequestInfo) error {
		return i.AddRequestServiceContext(giop.Context{ID: 1001}, true)
	}},
}

// serverTable is table 16.2: receive_request_service_contexts, receive_request, send_reply, send_exception, send_other.
var serverTable = []struct {
	name string
	want string
	get  func(i *pi.ServerRequestInfo) error
}{
	{"request_id", "yes yes yes yes yes", func(i *pi.ServerRequestInfo) error { return always(i.RequestID()) }},
	{"operation", "yes yes yes yes yes", func(i *pi.ServerRequestInfo) error { return always(i.Operation()) }},
	{"arguments", "no none none no no", func(i *pi.ServerRequestInfo) error { return errOf(i.Arguments()) }},
	{"exceptions", "no none none none none", func(i *pi.ServerRequestInfo) error { return errOf(i.Exceptions()) }},
	{"contexts", "no none none none none", func(i *pi.ServerRequestInfo) error { return errOf(i.Contexts()) }},
	{"operation_context", "no none none no no", func(i *pi.ServerRequestInfo) error { return errOf(i.OperationContext()) }},
	{"result", "no no none no no", func(i *pi.ServerRequestInfo) error { return errOf(i.Result()) }},
	{"response_expected", "yes yes yes yes yes", func(i *pi.ServerRequestInfo) error { return always(i.ResponseExpected()) }},
	{"sync_scope", "yes yes yes yes yes", func(i *pi.ServerRequestInfo) error { return errOf(i.SyncScope()) }},
	{"reply_status", "no no yes yes yes", func(i *pi.ServerRequestInfo) error { return errOf(i.ReplyStatus()) }},
	{"forward_reference", "no no no no yes", func(i *pi.ServerRequestInfo) error { return errOf(i.ForwardReference()) }},
	{"get_slot", "yes yes yes yes yes", func(i *pi.ServerRequestInfo) error { return errOf(i.GetSlot(0)) }},
	{"get_request_service_context", "yes yes yes yes yes", func(i *pi.ServerRequestInfo) error { return errOf(i.GetRequestServiceContext(1000)) }},
	{"get_reply_service_context", "no no yes yes yes", func(i *pi.ServerRequestInfo) error { return errOf(i.GetReplyServiceContext(2000)) }},
	{"sending_exception", "no no no yes no", func(i *pi.ServerRequestInfo) error { return errOf(i.SendingException()) }},
	{"object_id", "no yes yes yes yes", func(i *pi.ServerRequestInfo) error { return errOf(i.ObjectID()) }},
	{"adapter_id", "no yes yes yes yes", func(i *pi.ServerRequestInfo) error { return errOf(i.AdapterID()) }},
	{"server_id", "no yes yes yes yes", func(i *pi.ServerRequestInfo) error { return errOf(i.ServerID()) }},
	{"orb_id", "no yes yes yes yes", func(i *pi.ServerRequestInfo) error { return errOf(i.ORBID()) }},
	{"adapter_name", "no yes yes yes yes", func(i *pi.ServerRequestInfo) error { return errOf(i.AdapterName()) }},
	{"target_most_derived_interface", "no yes no no no", func(i *pi.ServerRequestInfo) error { return errOf(i.TargetMostDerivedInterface()) }},
	{"get_server_policy", "yes yes yes yes yes", func(i *pi.ServerRequestInfo) error { return errOf(i.GetServerPolicy(testPolicy)) }},
	{"set_slot", "yes yes yes yes yes", func(i *pi.ServerRequestInfo) error { return i.SetSlot(0, dyn.Any{}) }},
	{"target_is_a", "no yes no no no", func(i *pi.ServerRequestInfo) error { return errOf(i.TargetIsA("IDL:test/Base:1.0")) }},
	{"add_reply_service_context", "yes yes yes yes yes", func(i *pi.ServerRequestInfo) error {
		return i.AddReplyServiceContext(giop.Context{ID: 2001}, true)
	}},
}

// TestValidity asks for everything at all points of real requests, and compares with the specification's tables.
func TestValidity(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	at := map[string]string{} // "side attribute point" to the answer
	away := false
	var elsewhere *orb.Ref
	o, _ := newORB(t, true, initializer{pre: func(i *pi.InitInfo) error {
		_, err := i.AllocateSlot()
		return must(err,
			i.RegisterPolicyFactory(testPolicy, func(pi.PolicyType, dyn.Any) (pi.Policy, error) { return somePolicy{}, nil }),
			i.AddServerRequestInterceptor(serverAt{f: func(_ context.Context, i *pi.ServerRequestInfo) error {
				if err := i.AddReplyServiceContext(giop.Context{ID: 2000, Data: []byte("there")}, true); err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				for _, row := range serverTable {
					at["server "+row.name+" "+i.Point().String()] = answer(row.get(i))
				}
				if away && i.Point() == pi.AtReceiveRequest {
					away = false
					return &orb.ForwardRequest{To: elsewhere}
				}
				return nil
			}}))
	}})
	elsewhere = activate(t, o, new(servant))
	ref := activate(t, o, new(servant))
	co, _ := newORB(t, false, initializer{pre: func(i *pi.InitInfo) error {
		_, err := i.AllocateSlot()
		return must(err, i.AddClientRequestInterceptor(clientAt{f: func(_ context.Context, i *pi.ClientRequestInfo) error {
			if i.Point() == pi.AtSendRequest {
				if err := i.AddRequestServiceContext(giop.Context{ID: 1000, Data: []byte("here")}, false); err != nil {
					t.Error(err)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			for _, row := range clientTable {
				at["client "+row.name+" "+i.Point().String()] = answer(row.get(i))
			}
			return nil
		}}))
	}})
	ctx := pi.WithPolicy(t.Context(), somePolicy{})
	for _, c := range []struct{ op, want string }{{"ok", "result"}, {"user", "user"}, {"away", "result"}} {
		mu.Lock()
		away = c.op == "away"
		mu.Unlock()
		if err := call(ctx, co.NewRef(ref.IOR()), c.op); brief(err) != c.want {
			t.Fatalf("%s: %v", c.op, err)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	compare := func(side, name, want string, points ...pi.Point) {
		var got []string
		for _, p := range points {
			got = append(got, at[side+" "+name+" "+p.String()])
		}
		if g := strings.Join(got, " "); g != want {
			t.Errorf("%s %s: got %s, want %s", side, name, g, want)
		}
	}
	for _, row := range clientTable {
		compare("client", row.name, row.want, pi.AtSendRequest, pi.AtReceiveReply, pi.AtReceiveException, pi.AtReceiveOther)
	}
	for _, row := range serverTable {
		compare("server", row.name, row.want, pi.AtReceiveRequestServiceContexts, pi.AtReceiveRequest, pi.AtSendReply, pi.AtSendException, pi.AtSendOther)
	}
}

// TestValidityOfPolls holds the column of send_poll, and that errors say where to ask instead.
func TestValidityOfPolls(t *testing.T) {
	t.Parallel()
	yes := map[string]bool{}
	for _, name := range []string{"request_id", "operation", "response_expected", "get_slot", "target", "effective_target", "effective_profile"} {
		yes[name] = true
	}
	for _, row := range clientTable {
		ok, err := pi.CheckAt(row.name, pi.AtSendPoll)
		if !ok {
			t.Errorf("%s is in no table", row.name)
		}
		if (err == nil) != yes[row.name] {
			t.Errorf("%s: %v", row.name, err)
		}
	}
	if _, err := pi.CheckAt("result", pi.AtSendPoll); err == nil || !strings.HasSuffix(err.Error(), "result is not valid in send_poll: it is in receive_reply") {
		t.Errorf("got %v", err)
	}
}
