package pi_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/pi"
)

// rule says what the interceptor of a name returns at a point, once.
type rule struct {
	name  string
	point pi.Point
	err   error
}

// TestFlow holds who is called where, in what order, with which status, what becomes of errors at each point, and what the
// caller gets. Client interceptors are a, b, c; the server's x, y, z.
func TestFlow(t *testing.T) {
	t.Parallel()
	denied := exc.New(exc.NoPermission, 7, exc.Maybe, "denied") // its completion status is never right
	forward := new(orb.ForwardRequest)                          // To is filled in
	const (
		clientIn  = "a send_request; b send_request; c send_request"
		sent      = "c receive_other SUCCESSFUL; b receive_other SUCCESSFUL; a receive_other SUCCESSFUL"
		polls     = "a send_poll; b send_poll; c send_poll"
		serverIn  = "x receive_request_service_contexts; y receive_request_service_contexts; z receive_request_service_contexts"
		found     = "x receive_request; y receive_request; z receive_request"
		serverOut = "z send_reply SUCCESSFUL; y send_reply SUCCESSFUL; x send_reply SUCCESSFUL"
		clientOut = "c receive_reply SUCCESSFUL; b receive_reply SUCCESSFUL; a receive_reply SUCCESSFUL"
	)
	all := func(parts ...string) string { return strings.Join(parts, "; ") }
	good := all(clientIn, serverIn, found, serverOut, clientOut)
	failing := func(point, outcome string, names ...string) string {
		for i, n := range names {
			names[i] = n + " " + point + " " + outcome
		}
		return strings.Join(names, "; ")
	}
	const no, yes, maybe = "SYSTEM_EXCEPTION NO_PERMISSION:7 completed NO", "SYSTEM_EXCEPTION NO_PERMISSION:7 completed YES", "SYSTEM_EXCEPTION NO_PERMISSION:7 completed MAYBE"
	for _, c := range []struct {
		name  string
		op    string
		rules []rule
		want  string
		end   string
		ran   string // at the servant
	}{
		{"all well", "ok", nil, good, "result", "ok"},
		{"user exception", "user", nil, all(clientIn, serverIn, found, failing("send_exception", "USER_EXCEPTION UNKNOWN:1 user", "z", "y", "x"),
			failing("receive_exception", "USER_EXCEPTION UNKNOWN:1 "+refusedID, "c", "b", "a")), "user", "user"},
		{"system exception", "system", nil, all(clientIn, serverIn, found, failing("send_exception", "SYSTEM_EXCEPTION NO_RESOURCES:5 completed MAYBE", "z", "y", "x"),
			failing("receive_exception", "SYSTEM_EXCEPTION NO_RESOURCES:5 completed MAYBE", "c", "b", "a")), "NO_RESOURCES:5 completed MAYBE", "system"},

		{"send_request raises", "ok", []rule{{"b", pi.AtSendRequest, denied}},
			all("a send_request; b send_request", failing("receive_exception", no, "a")), "NO_PERMISSION:7 completed NO", ""},
		{"the first send_request raises", "ok", []rule{{"a", pi.AtSendRequest, denied}}, "a send_request", "NO_PERMISSION:7 completed NO", ""},
		{"send_request forwards", "ok", []rule{{"b", pi.AtSendRequest, forward}},
			all("a send_request; b send_request; a receive_other LOCATION_FORWARD", good), "result", "ok"},
		{"an error of no kind", "ok", []rule{{"c", pi.AtSendRequest, errors.New("some error")}},
			all(clientIn, failing("receive_exception", "SYSTEM_EXCEPTION UNKNOWN:1 completed NO", "b", "a")), "UNKNOWN:1 completed NO", ""},
		{"receive_reply raises", "ok", []rule{{"b", pi.AtReceiveReply, denied}},
			all(clientIn, serverIn, found, serverOut, "c receive_reply SUCCESSFUL; b receive_reply SUCCESSFUL", failing("receive_exception", yes, "a")), "NO_PERMISSION:7 completed YES", "ok"},
		{"receive_reply cannot forward", "ok", []rule{{"c", pi.AtReceiveReply, forward}},
			all(clientIn, serverIn, found, serverOut, "c receive_reply SUCCESSFUL", failing("receive_exception", "SYSTEM_EXCEPTION UNKNOWN:1 completed YES", "b", "a")), "UNKNOWN:1 completed YES", "ok"},
		{"receive_exception replaces", "system", []rule{{"c", pi.AtReceiveException, denied}},
			all(clientIn, serverIn, found, failing("send_exception", "SYSTEM_EXCEPTION NO_RESOURCES:5 completed MAYBE", "z", "y", "x"), "c receive_exception SYSTEM_EXCEPTION NO_RESOURCES:5 completed MAYBE",
				failing("receive_exception", maybe, "b", "a")), "NO_PERMISSION:7 completed MAYBE", "system"},
		{"receive_exception replaces the user's", "user", []rule{{"b", pi.AtReceiveException, denied}},
			all(clientIn, serverIn, found, failing("send_exception", "USER_EXCEPTION UNKNOWN:1 user", "z", "y", "x"), failing("receive_exception", "USER_EXCEPTION UNKNOWN:1 "+refusedID, "c", "b"),
				failing("receive_exception", yes, "a")), "NO_PERMISSION:7 completed YES", "user"},
		{"receive_exception forwards", "ok", []rule{{"x", pi.AtReceiveRequestServiceContexts, denied}, {"b", pi.AtReceiveException, forward}},
			all(clientIn, "x receive_request_service_contexts", failing("receive_exception", no, "c", "b"), "a receive_other LOCATION_FORWARD", good), "result", "ok"},
		{"receive_other raises", "ok", []rule{{"c", pi.AtSendRequest, forward}, {"b", pi.AtReceiveOther, denied}},
			all(clientIn, "b receive_other LOCATION_FORWARD", failing("receive_exception", no, "a")), "NO_PERMISSION:7 completed NO", ""},

		{"receive_request_service_contexts raises", "ok", []rule{{"y", pi.AtReceiveRequestServiceContexts, denied}},
			all(clientIn, "x receive_request_service_contexts; y receive_request_service_contexts", failing("send_exception", no, "x"), failing("receive_exception", no, "c", "b", "a")), "NO_PERMISSION:7 completed NO", ""},
		{"receive_request_service_contexts forwards", "ok", []rule{{"z", pi.AtReceiveRequestServiceContexts, forward}},
			all(clientIn, serverIn, "y send_other LOCATION_FORWARD; x send_other LOCATION_FORWARD", failing("receive_other", "LOCATION_FORWARD", "c", "b", "a"), good), "result", "ok"},
		{"receive_request raises", "ok", []rule{{"y", pi.AtReceiveRequest, denied}},
			all(clientIn, serverIn, "x receive_request; y receive_request", failing("send_exception", no, "z", "y", "x"), failing("receive_exception", no, "c", "b", "a")), "NO_PERMISSION:7 completed NO", ""},
		{"receive_request forwards", "ok", []rule{{"x", pi.AtReceiveRequest, forward}},
			all(clientIn, serverIn, "x receive_request", failing("send_other", "LOCATION_FORWARD", "z", "y", "x"), failing("receive_other", "LOCATION_FORWARD", "c", "b", "a"), good), "result", "ok"},
		{"send_reply raises", "ok", []rule{{"z", pi.AtSendReply, denied}},
			all(clientIn, serverIn, found, "z send_reply SUCCESSFUL", failing("send_exception", yes, "y", "x"), failing("receive_exception", yes, "c", "b", "a")), "NO_PERMISSION:7 completed YES", "ok"},
		{"send_reply cannot forward", "ok", []rule{{"x", pi.AtSendReply, forward}},
			all(clientIn, serverIn, found, serverOut, failing("receive_exception", "SYSTEM_EXCEPTION UNKNOWN:1 completed YES", "c", "b", "a")), "UNKNOWN:1 completed YES", "ok"},
		{"send_exception replaces", "user", []rule{{"y", pi.AtSendException, denied}},
			all(clientIn, serverIn, found, failing("send_exception", "USER_EXCEPTION UNKNOWN:1 user", "z", "y"), failing("send_exception", yes, "x"), failing("receive_exception", yes, "c", "b", "a")), "NO_PERMISSION:7 completed YES", "user"},
		{"send_exception forwards", "user", []rule{{"y", pi.AtSendException, forward}},
			all(clientIn, serverIn, found, failing("send_exception", "USER_EXCEPTION UNKNOWN:1 user", "z", "y"), "x send_other LOCATION_FORWARD", failing("receive_other", "LOCATION_FORWARD", "c", "b", "a"),
				clientIn, serverIn, found, failing("send_exception", "USER_EXCEPTION UNKNOWN:1 user", "z", "y", "x"), failing("receive_exception", "USER_EXCEPTION UNKNOWN:1 "+refusedID, "c", "b", "a")), "user", "user,user"},
		{"send_other raises", "ok", []rule{{"x", pi.AtReceiveRequest, forward}, {"y", pi.AtSendOther, denied}},
			all(clientIn, serverIn, "x receive_request", failing("send_other", "LOCATION_FORWARD", "z", "y"), failing("send_exception", no, "x"), failing("receive_exception", no, "c", "b", "a")), "NO_PERMISSION:7 completed NO", ""},

		{"polled for", "ok", nil, all(clientIn, sent, serverIn, found, serverOut, polls, clientOut), "result", "ok"},
		{"polled for, user exception", "user", nil, all(clientIn, sent, serverIn, found, failing("send_exception", "USER_EXCEPTION UNKNOWN:1 user", "z", "y", "x"), polls,
			failing("receive_exception", "USER_EXCEPTION UNKNOWN:1 "+refusedID, "c", "b", "a")), "user", "user"},
		{"polled for, receive_other raises", "ok", []rule{{"b", pi.AtReceiveOther, denied}},
			all(clientIn, "c receive_other SUCCESSFUL; b receive_other SUCCESSFUL", failing("receive_exception", no, "a")), "NO_PERMISSION:7 completed NO", ""},
		{"polled for, send_poll raises", "ok", []rule{{"b", pi.AtSendPoll, denied}},
			all(clientIn, sent, serverIn, found, serverOut, "a send_poll; b send_poll", failing("receive_exception", no, "a")), "NO_PERMISSION:7 completed NO", "ok"},
		{"polled for, user exception, send_poll raises", "user", []rule{{"c", pi.AtSendPoll, denied}},
			all(clientIn, sent, serverIn, found, failing("send_exception", "USER_EXCEPTION UNKNOWN:1 user", "z", "y", "x"), polls, failing("receive_exception", no, "b", "a")), "NO_PERMISSION:7 completed NO", "user"},
		{"polled for, forwarded", "ok", []rule{{"x", pi.AtReceiveRequest, forward}},
			all(clientIn, sent, serverIn, "x receive_request", failing("send_other", "LOCATION_FORWARD", "z", "y", "x"), polls, failing("receive_other", "LOCATION_FORWARD", "c", "b", "a"),
				clientIn, sent, serverIn, found, serverOut, polls, clientOut), "result", "ok"},
	} {
		for _, local := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, local=%v", c.name, local), func(t *testing.T) {
				t.Parallel()
				d := new(diary)
				var mu sync.Mutex
				pending := append([]rule(nil), c.rules...)
				var to *orb.Ref
				act := func(name string, p pi.Point) error {
					mu.Lock()
					defer mu.Unlock()
					for i, r := range pending {
						if r.name == name && r.point == p {
							pending = append(pending[:i], pending[i+1:]...)
							if r.err == error(forward) {
								return &orb.ForwardRequest{To: to}
							}
							return r.err
						}
					}
					return nil
				}
				client := initializer{pre: func(i *pi.InitInfo) error {
					for _, name := range []string{"a", "b", "c"} {
						x := clientAt{pi.Base{ID: name}, func(_ context.Context, i *pi.ClientRequestInfo) error {
							d.note("%s", describe(name, i.Point(), &i.RequestInfo, i.ReceivedException))
							return act(name, i.Point())
						}}
						if err := i.AddClientRequestInterceptor(x); err != nil {
							return err
						}
					}
					return nil
				}}
				server := initializer{pre: func(i *pi.InitInfo) error {
					for _, name := range []string{"x", "y", "z"} {
						x := serverAt{pi.Base{ID: name}, func(_ context.Context, i *pi.ServerRequestInfo) error {
							d.note("%s", describe(name, i.Point(), &i.RequestInfo, i.SendingException))
							return act(name, i.Point())
						}}
						if err := i.AddServerRequestInterceptor(x); err != nil {
							return err
						}
					}
					return nil
				}}
				var o, co *orb.ORB
				if local {
					o, _ = newORB(t, true, client, server)
					co = o
				} else {
					o, _ = newORB(t, true, server)
					co, _ = newORB(t, false, client)
				}
				s, other := new(servant), new(servant)
				ref := activate(t, o, s)
				to = activate(t, o, other)
				ctx := t.Context()
				if strings.HasPrefix(c.name, "polled for") {
					ctx = orb.WithPoll(ctx)
				}
				if got := brief(call(ctx, co.NewRef(ref.IOR()), c.op)); got != c.end {
					t.Errorf("the caller got %s, want %s", got, c.end)
				}
				if got := d.take(); got != c.want {
					t.Errorf("got\n%s, want\n%s", strings.ReplaceAll(got, "; ", "\n"), strings.ReplaceAll(c.want, "; ", "\n"))
				}
				if ran := strings.Trim(s.calls()+","+other.calls(), ","); ran != c.ran {
					t.Errorf("the servants ran %q, want %q", ran, c.ran)
				}
				if len(pending) > 0 {
					t.Errorf("%v were not reached", pending)
				}
			})
		}
	}
}

// describe says where an interceptor is, and what it is told of the outcome.
func describe[A interface{ Value() any }](name string, p pi.Point, i *pi.RequestInfo, exception func() (A, error)) string {
	s := name + " " + p.String()
	status, err := i.ReplyStatus()
	if err != nil {
		return s
	}
	s += " " + status.String()
	a, err := exception()
	if err != nil {
		return s
	}
	switch status { // the any says the same of a system exception; of a user's it does not know
	case pi.UserException:
		return s + " " + inAny(a.Value()) + " " + brief(i.Err())
	default:
		return s + " " + inAny(a.Value()) + strings.TrimPrefix(brief(i.Err()), inAny(a.Value()))
	}
}

// TestOneways holds the points of requests that nobody answers, and of those that the server or the target does.
func TestOneways(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		scope  orb.SyncScope
		client string
		server string
	}{
		{orb.SyncNone, "send_request 1 false; receive_other 1 false SUCCESSFUL", "2 false"},
		{orb.SyncUnset, "send_request 2 false; receive_other 2 false SUCCESSFUL", "2 false"},
		{orb.SyncWithServer, "send_request 3 true; receive_reply 3 true SUCCESSFUL", "3 true"},
		{orb.SyncWithTarget, "send_request 4 true; receive_reply 4 true SUCCESSFUL", "4 true"},
	} {
		d, sd := new(diary), new(diary)
		done := make(chan struct{}, 1)
		o, _ := newORB(t, true, initializer{pre: func(i *pi.InitInfo) error {
			return i.AddServerRequestInterceptor(serverAt{f: func(_ context.Context, i *pi.ServerRequestInfo) error {
				scope, _ := i.SyncScope()
				sd.note("%v %d %v", i.Point(), scope, i.ResponseExpected())
				if i.Point() == pi.AtSendReply {
					done <- struct{}{}
				}
				return nil
			}})
		}})
		co, _ := newORB(t, false, initializer{pre: func(i *pi.InitInfo) error {
			return i.AddClientRequestInterceptor(clientAt{f: func(_ context.Context, i *pi.ClientRequestInfo) error {
				scope, _ := i.SyncScope()
				status, err := i.ReplyStatus()
				if err != nil {
					d.note("%v %d %v", i.Point(), scope, i.ResponseExpected())
				} else {
					d.note("%v %d %v %v", i.Point(), scope, i.ResponseExpected(), status)
				}
				return nil
			}})
		}})
		ctx := orb.WithPolicies(t.Context(), orb.Policies{Sync: c.scope})
		if err := call(ctx, co.NewRef(activate(t, o, new(servant)).IOR()), "note"); err != nil {
			t.Fatal(err)
		}
		<-done
		if got := d.take(); got != c.client {
			t.Errorf("scope %d: got %s, want %s", c.scope, got, c.client)
		}
		want := "receive_request_service_contexts " + c.server + "; receive_request " + c.server + "; send_reply " + c.server
		if got := sd.take(); got != want {
			t.Errorf("scope %d: the server got %s, want %s", c.scope, got, want)
		}
	}
}

// TestUnreachable holds that an object which does not exist, and a peer that does not, are exceptions like others.
func TestUnreachable(t *testing.T) {
	t.Parallel()
	d := new(diary)
	o, _ := newORB(t, true, initializer{pre: func(i *pi.InitInfo) error {
		return i.AddServerRequestInterceptor(serverAt{f: func(_ context.Context, i *pi.ServerRequestInfo) error {
			id, err := i.ObjectID()
			d.note("%v %q %v", i.Point(), id, err == nil)
			return nil
		}})
	}})
	activate(t, o, new(servant))
	co, _ := newORB(t, false, initializer{pre: func(i *pi.InitInfo) error {
		return i.AddClientRequestInterceptor(clientAt{f: func(_ context.Context, i *pi.ClientRequestInfo) error {
			id, _ := i.ReceivedExceptionID()
			d.note("%v %s", i.Point(), id)
			return nil
		}})
	}})
	e := o.Endpoints()[0]
	for _, c := range []struct{ url, want, end string }{
		{fmt.Sprintf("corbaloc::127.0.0.1:%d/nothing", e.Port), `send_request ; receive_request_service_contexts "" false; send_exception "nothing" true; receive_exception IDL:omg.org/CORBA/OBJECT_NOT_EXIST:1.0`, "OBJECT_NOT_EXIST"},
		{"corbaloc::127.0.0.1:1/nobody", "send_request ; receive_exception IDL:omg.org/CORBA/TRANSIENT:1.0", "TRANSIENT"},
	} {
		ref, err := co.Resolve(t.Context(), c.url)
		if err != nil {
			t.Fatal(err)
		}
		if err := call(t.Context(), ref, "ok"); !strings.HasPrefix(brief(err), c.end) {
			t.Errorf("got %v", err)
		}
		if got := d.take(); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

// TestServiceContexts holds that service contexts go there and back, and what is an error with them.
func TestServiceContexts(t *testing.T) {
	t.Parallel()
	o, _ := newORB(t, true, initializer{pre: func(i *pi.InitInfo) error {
		return i.AddServerRequestInterceptor(serverAt{f: func(_ context.Context, i *pi.ServerRequestInfo) error {
			if i.Point() != pi.AtReceiveRequestServiceContexts {
				return nil
			}
			c, err := i.GetRequestServiceContext(1000)
			if err != nil || string(c.Data) != "question" {
				t.Errorf("got %v, %v", c, err)
			}
			if _, err := i.GetRequestServiceContext(1001); brief(err) != "BAD_PARAM:26 completed NO" {
				t.Errorf("got %v", err)
			}
			return must(i.AddReplyServiceContext(giop.Context{ID: 2000, Data: []byte("x")}, false), i.AddReplyServiceContext(giop.Context{ID: 2000, Data: []byte("answer")}, true))
		}})
	}})
	co, _ := newORB(t, false, initializer{pre: func(i *pi.InitInfo) error {
		return i.AddClientRequestInterceptor(clientAt{f: func(_ context.Context, i *pi.ClientRequestInfo) error {
			if i.Point() == pi.AtReceiveReply {
				c, err := i.GetReplyServiceContext(2000)
				if err != nil || string(c.Data) != "answer" {
					t.Errorf("got %v, %v", c, err)
				}
				return nil
			}
			if err := i.AddRequestServiceContext(giop.Context{ID: 1000, Data: []byte("question")}, false); err != nil {
				return err
			}
			if err := i.AddRequestServiceContext(giop.Context{ID: 1000}, false); brief(err) != "BAD_INV_ORDER:15 completed NO" {
				t.Errorf("got %v", err)
			}
			return nil
		}})
	}})
	if err := call(t.Context(), co.NewRef(activate(t, o, new(servant)).IOR()), "ok"); err != nil {
		t.Error(err)
	}
}

// TestWhatInterceptorsKeep holds that what an interceptor is given is its own: service contexts, on both sides, and the operation's
// name are the same when other messages have come over the connection.
func TestWhatInterceptorsKeep(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var questions, answers [][]byte
	var operations []string
	o, _ := newORB(t, true, initializer{pre: func(i *pi.InitInfo) error {
		return i.AddServerRequestInterceptor(serverAt{f: func(_ context.Context, i *pi.ServerRequestInfo) error {
			if i.Point() != pi.AtReceiveRequestServiceContexts {
				return nil
			}
			c, err := i.GetRequestServiceContext(1000)
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			questions, operations = append(questions, c.Data), append(operations, i.Operation())
			return i.AddReplyServiceContext(giop.Context{ID: 2000, Data: bytes.Clone(c.Data)}, false)
		}})
	}})
	asked := 0
	co, _ := newORB(t, false, initializer{pre: func(i *pi.InitInfo) error {
		return i.AddClientRequestInterceptor(clientAt{f: func(_ context.Context, i *pi.ClientRequestInfo) error {
			if i.Point() == pi.AtReceiveReply {
				c, err := i.GetReplyServiceContext(2000)
				answers = append(answers, c.Data)
				return err
			}
			asked++
			return i.AddRequestServiceContext(giop.Context{ID: 1000, Data: fmt.Appendf(nil, "no. %3d", asked)}, false)
		}})
	}})
	ref := co.NewRef(activate(t, o, &servant{do: func(context.Context, string) error { return nil }}).IOR())
	const calls = 40
	for n := range calls {
		if err := call(t.Context(), ref, fmt.Sprintf("op%03d", n+1)); err != nil {
			t.Fatal(err)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	for n := range calls {
		want := fmt.Sprintf("no. %3d", n+1)
		if q, a := string(questions[n]), string(answers[n]); q != want || a != want || operations[n] != fmt.Sprintf("op%03d", n+1) {
			t.Errorf("of call %d was kept %q, %q, %q", n+1, q, a, operations[n])
		}
	}
}

// TestUnreadableResults: results that the caller cannot read are MARSHAL to the interceptors as they are to him, and what these make of it is
// what he gets.
func TestUnreadableResults(t *testing.T) {
	t.Parallel()
	unread := fmt.Sprintf("SYSTEM_EXCEPTION MARSHAL:%d completed YES", exc.MinorTruncated&0xfff)
	begun, ended := "a send_request; b send_request", "b receive_exception "+unread+"; a receive_exception "
	for _, c := range []struct {
		name      string
		poll      bool
		point     pi.Point // where b raises, if err is set
		err       error
		read      bool // the caller reads what there is, which is nothing
		want, end string
	}{
		{"nothing is read", false, 0, nil, false, begun + "; b receive_reply SUCCESSFUL; a receive_reply SUCCESSFUL", "result"},
		{"not readable", false, 0, nil, true, begun + "; " + ended + unread, strings.TrimPrefix(unread, "SYSTEM_EXCEPTION ")},
		{"not readable, replaced", false, pi.AtReceiveException, exc.New(exc.NoPermission, 7, exc.Yes, "denied"), true,
			begun + "; " + ended + "SYSTEM_EXCEPTION NO_PERMISSION:7 completed YES", "NO_PERMISSION:7 completed YES"},
		{"not readable, polled for", true, 0, nil, true,
			begun + "; b receive_other SUCCESSFUL; a receive_other SUCCESSFUL; a send_poll; b send_poll; " + ended + unread, strings.TrimPrefix(unread, "SYSTEM_EXCEPTION ")},
	} {
		for _, local := range []bool{false, true} {
			d := new(diary)
			client := initializer{pre: func(i *pi.InitInfo) error {
				for _, name := range []string{"a", "b"} {
					x := clientAt{pi.Base{ID: name}, func(_ context.Context, i *pi.ClientRequestInfo) error {
						d.note("%s", describe(name, i.Point(), &i.RequestInfo, i.ReceivedException))
						if c.err != nil && name == "b" && i.Point() == c.point {
							return c.err
						}
						return nil
					}}
					if err := i.AddClientRequestInterceptor(x); err != nil {
						return err
					}
				}
				return nil
			}}
			var o, co *orb.ORB
			if local {
				o, _ = newORB(t, true, client)
				co = o
			} else {
				o, _ = newORB(t, true)
				co, _ = newORB(t, false, client)
			}
			ctx := t.Context()
			if c.poll {
				ctx = orb.WithPoll(ctx)
			}
			k := orb.StartCall(ctx, co.NewRef(activate(t, o, new(servant)).IOR()), "ok", 0)
			for k.Next() {
			}
			if k.Returned() && c.read {
				_ = k.In.String()
			}
			if got := brief(k.End()); got != c.end {
				t.Errorf("%s, local=%v: the caller got %s, want %s", c.name, local, got, c.end)
			}
			if got := d.take(); got != c.want {
				t.Errorf("%s, local=%v: got\n%s, want\n%s", c.name, local, got, c.want)
			}
		}
	}
}
