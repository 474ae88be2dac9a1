package pi_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/pi"
)

// TestCompletion: an exception that an interceptor raises has the completion status that its point demands (clauses 16.3.5 and 16.3.8), be it made by itself, one that takes
// another's place and has that as its cause, or what a call of its own has ended with.
func TestCompletion(t *testing.T) {
	t.Parallel()
	away, _ := newORB(t, false)
	nowhere, err := away.Resolve(t.Context(), "corbaloc:iiop:127.0.0.1:1/x")
	if err != nil {
		t.Fatal(err)
	}
	elsewhere, _ := newORB(t, true)
	to := activate(t, elsewhere, new(servant))
	system := func(c exc.Completed) func(context.Context, string) error {
		return func(context.Context, string) error { return exc.New(exc.NoResources, 5, c, "told to") }
	}
	raises := map[string]func(ctx context.Context, was error) error{
		"NO_PERMISSION": func(_ context.Context, was error) error {
			if was == nil {
				return exc.New(exc.NoPermission, 9, exc.Maybe, "")
			}
			return exc.New(exc.NoPermission, 9, exc.Maybe, "mapped: %w", was)
		},
		"TRANSIENT": func(ctx context.Context, _ error) error { return call(ctx, nowhere, "ok") },
	}
	for _, c := range []struct {
		at   pi.Point
		op   string
		do   func(context.Context, string) error
		poll bool
		want exc.Completed
	}{
		{pi.AtSendRequest, "ok", nil, false, exc.No},
		{pi.AtSendPoll, "ok", nil, true, exc.No},
		{pi.AtReceiveReply, "ok", nil, false, exc.Yes},
		{pi.AtReceiveException, "user", nil, false, exc.Yes},
		{pi.AtReceiveException, "system", system(exc.No), false, exc.No},
		{pi.AtReceiveException, "system", system(exc.Yes), false, exc.Yes},
		{pi.AtReceiveException, "system", system(exc.Maybe), false, exc.Maybe},
		{pi.AtReceiveOther, "ok", func(context.Context, string) error { return nil }, false, exc.No},
		{pi.AtReceiveRequestServiceContexts, "ok", nil, false, exc.No},
		{pi.AtReceiveRequest, "ok", nil, false, exc.No},
		{pi.AtSendReply, "ok", nil, false, exc.Yes},
		{pi.AtSendException, "user", nil, false, exc.Yes},
		{pi.AtSendException, "system", system(exc.No), false, exc.No},
		{pi.AtSendException, "system", system(exc.Yes), false, exc.Yes},
		{pi.AtSendException, "system", system(exc.Maybe), false, exc.Maybe},
		{pi.AtSendOther, "ok", nil, false, exc.No},
	} {
		for kind, raise := range raises {
			client := initializer{pre: func(i *pi.InitInfo) error {
				return i.AddClientRequestInterceptor(clientAt{f: func(ctx context.Context, i *pi.ClientRequestInfo) error {
					if i.Point() != c.at || i.Target().ORB() == away {
						return nil
					}
					return raise(ctx, i.Err())
				}})
			}}
			server := initializer{pre: func(i *pi.InitInfo) error {
				return i.AddServerRequestInterceptor(serverAt{f: func(ctx context.Context, i *pi.ServerRequestInfo) error {
					if i.Point() != c.at {
						return nil
					}
					return raise(ctx, i.Err())
				}})
			}}
			forwards := initializer{pre: func(i *pi.InitInfo) error {
				return i.AddServerRequestInterceptor(serverAt{f: func(context.Context, *pi.ServerRequestInfo) error {
					if i := c.at; i != pi.AtReceiveOther && i != pi.AtSendOther {
						return nil
					}
					return &orb.ForwardRequest{To: to}
				}})
			}}
			o, _ := newORB(t, true, server, forwards)
			co, _ := newORB(t, false, client)
			ctx := t.Context()
			if c.poll {
				ctx = orb.WithPoll(ctx)
			}
			got := brief(call(ctx, co.NewRef(activate(t, o, &servant{do: c.do}).IOR()), c.op))
			if want := fmt.Sprintf("%s:", kind); len(got) < len(want) || got[:len(want)] != want || got[len(got)-len(c.want.String()):] != c.want.String() {
				t.Errorf("%s raised in %v, of %s: the caller got %s, want completed %v", kind, c.at, c.op, got, c.want)
			}
		}
	}
}

// TestForwardInPoll: what has been sent goes nowhere else when its reply is there.
func TestForwardInPoll(t *testing.T) {
	t.Parallel()
	o, _ := newORB(t, true)
	s := new(servant)
	ref := activate(t, o, s)
	co, _ := newORB(t, false, initializer{pre: func(i *pi.InitInfo) error {
		return i.AddClientRequestInterceptor(clientAt{f: func(_ context.Context, i *pi.ClientRequestInfo) error {
			if i.Point() != pi.AtSendPoll {
				return nil
			}
			return &orb.ForwardRequest{To: ref}
		}})
	}})
	if got := brief(call(orb.WithPoll(t.Context()), co.NewRef(ref.IOR()), "ok")); got != "UNKNOWN:1 completed NO" || s.calls() != "ok" {
		t.Errorf("got %s; the servant was called %s", got, s.calls())
	}
}
