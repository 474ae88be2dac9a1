package orb_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/orb"
)

// A diary is what interceptors have seen.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) note(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, fmt.Sprintf(format, args...))
}

func (d *diary) take() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	l := d.lines
	d.lines = nil
	return l
}

func brief(err error) string {
	var sys *exc.SystemException
	var user *orb.ForeignException
	var forward *orb.ForwardRequest
	switch {
	case err == nil:
		return "result"
	case errors.As(err, &sys):
		return fmt.Sprint(sys.Kind)
	case errors.As(err, &user):
		return user.ID
	case errors.As(err, &forward):
		return "forward"
	}
	return err.Error()
}

// intercepting returns an echo between two ORBs, or within one, whose interceptors write in the diary.
func intercepting(t *testing.T, local bool, v cdr.Version, client []orb.ClientInterceptor, server []orb.ServerInterceptor) Echo {
	t.Helper()
	o, root := newORB(t, func(c *orb.Config) {
		c.ServerInterceptors, c.MaxVersion = server, v
		if local {
			c.ClientInterceptors = client
		}
	})
	ref, err := EchoClass.Activate(root, &echo{orb: o})
	if err != nil {
		t.Fatal(err)
	}
	co := o
	if !local {
		co = newClient(t, func(c *orb.Config) { c.ClientInterceptors = client })
	}
	return EchoClass.Unchecked(co.NewRef(ref.IOR()))
}

// TestInterceptorsOrder holds that interceptors are called around each other and the request, and what they are told.
func TestInterceptorsOrder(t *testing.T) {
	t.Parallel()
	for _, local := range []bool{false, true} {
		d := new(diary)
		client := func(name string) orb.ClientInterceptor {
			return func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
				d.note("%s> %s", name, r.Operation())
				err := next(ctx)
				d.note("%s< %s", name, brief(err))
				return err
			}
		}
		server := func(name string) orb.ServerInterceptor {
			return func(ctx context.Context, r *orb.IncomingRequest, next func(context.Context) error) error {
				d.note("%s> %s", name, r.Operation())
				r.Found(func(s orb.Servant) error { d.note("%s= %s", name, s.Interface().ID); return nil })
				err := next(ctx)
				d.note("%s< %s %v", name, brief(err), r.Status())
				return err
			}
		}
		e := intercepting(t, local, cdr.V12, []orb.ClientInterceptor{client("a"), client("b")}, []orb.ServerInterceptor{server("x"), server("y")})
		for _, c := range []struct {
			call func() error
			want string
		}{
			{func() error { return e.Ping(t.Context()) },
				"a> ping,b> ping,x> ping,y> ping,x= IDL:Echo:1.0,y= IDL:Echo:1.0,y< result NO_EXCEPTION,x< result NO_EXCEPTION,b< result,a< result"},
			{func() error { _, _, _, err := e.Add(t.Context(), -1, 0); return err },
				"a> add,b> add,x> add,y> add,x= IDL:Echo:1.0,y= IDL:Echo:1.0,y< wrapped: refused: -1 negative USER_EXCEPTION,x< wrapped: refused: -1 negative USER_EXCEPTION,b< IDL:Echo/Refused:1.0,a< IDL:Echo/Refused:1.0"},
			{func() error { _, err := e.Say(t.Context(), "minor 5"); return err },
				"a> say,b> say,x> say,y> say,x= IDL:Echo:1.0,y= IDL:Echo:1.0,y< NO_RESOURCES SYSTEM_EXCEPTION,x< NO_RESOURCES SYSTEM_EXCEPTION,b< NO_RESOURCES,a< NO_RESOURCES"},
			{func() error { _, err := e.Say(t.Context(), "panic"); return err },
				"a> say,b> say,x> say,y> say,x= IDL:Echo:1.0,y= IDL:Echo:1.0,y< UNKNOWN SYSTEM_EXCEPTION,x< UNKNOWN SYSTEM_EXCEPTION,b< UNKNOWN,a< UNKNOWN"},
		} {
			err := c.call()
			if got := strings.Join(d.take(), ","); got != c.want {
				t.Errorf("local=%v: got\n%s, want\n%s", local, got, c.want)
			}
			var refused *Refused
			if strings.Contains(c.want, "Refused") && (!errors.As(err, &refused) || refused.Code != -1) {
				t.Errorf("local=%v: %v", local, err)
			}
		}
	}
}

// TestInterceptorContexts holds that service contexts go there and back, in all versions.
func TestInterceptorContexts(t *testing.T) {
	t.Parallel()
	for _, local := range []bool{false, true} {
		for _, v := range []cdr.Version{cdr.V10, cdr.V11, cdr.V12} {
			d := new(diary)
			client := func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
				for i := range uint32(3) {
					if err := r.AddContext(1000+i, []byte(strings.Repeat("c", int(i))), false); err != nil {
						t.Error(err)
					}
				}
				if err := r.AddContext(1000, nil, false); !errors.Is(err, exc.BadInvOrder) {
					t.Errorf("a context twice: %v", err)
				}
				if err := r.AddContext(1000, []byte("replaced"), true); err != nil {
					t.Error(err)
				}
				err := next(ctx)
				got, ok := r.ReplyContext(2000)
				d.note("reply %q %v", got, ok)
				if err := r.AddContext(1009, nil, false); !errors.Is(err, exc.BadInvOrder) {
					t.Errorf("a context too late: %v", err)
				}
				return err
			}
			server := func(ctx context.Context, r *orb.IncomingRequest, next func(context.Context) error) error {
				for i := range uint32(3) {
					got, ok := r.Context(1000 + i)
					d.note("request %q %v", got, ok)
				}
				err := next(ctx)
				if err := r.AddReplyContext(2000, []byte("from the server, "+brief(err)), false); err != nil {
					t.Error(err)
				}
				return err
			}
			e := intercepting(t, local, v, []orb.ClientInterceptor{client}, []orb.ServerInterceptor{server})
			result, n, text, err := e.Add(t.Context(), 1.5, 2) // the body's alignment matters
			if result != 3.5 || n != 3 || text != "1.5" || err != nil {
				t.Errorf("%v local=%v: got %v, %v, %q, %v", v, local, result, n, text, err)
			}
			want := []string{`request "replaced" true`, `request "c" true`, `request "cc" true`, `reply "from the server, result" true`}
			if got := d.take(); !slices.Equal(got, want) {
				t.Errorf("%v local=%v: got %q", v, local, got)
			}
			if _, _, _, err := e.Add(t.Context(), -1, 2); brief(err) != "refused: -1 negative" {
				t.Errorf("%v local=%v: got %v", v, local, err)
			}
			if got := d.take(); got[3] != `reply "from the server, wrapped: refused: -1 negative" true` {
				t.Errorf("%v local=%v: got %q", v, local, got)
			}
		}
	}
}

// TestInterceptorsSeeTheORBsContexts: those that the ORB writes are seen as all others are, and not there twice.
func TestInterceptorsSeeTheORBsContexts(t *testing.T) {
	t.Parallel()
	for _, replace := range []bool{false, true} {
		seen := map[uint32][]string{}
		client := func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
			for _, id := range []uint32{giop.ContextCodeSets, giop.ContextInvocationPolicy} {
				data, ok := r.Context(id)
				if !ok {
					t.Errorf("the context %d is not seen", id)
				}
				seen[id] = append(seen[id], string(data))
				if err := r.AddContext(id, nil, false); !errors.Is(err, exc.BadInvOrder) || exc.From(err, exc.No).Minor != exc.MinorContextThere {
					t.Errorf("the context %d twice: %v", id, err)
				}
			}
			if replace {
				if err := r.AddContext(giop.ContextInvocationPolicy, []byte("other"), true); err != nil {
					t.Error(err)
				}
				if data, ok := r.Context(giop.ContextInvocationPolicy); !ok || string(data) != "other" {
					t.Errorf("got %q", data)
				}
				seen[giop.ContextInvocationPolicy] = []string{"other"}
			}
			return next(ctx)
		}
		server := func(ctx context.Context, r *orb.IncomingRequest, next func(context.Context) error) error {
			for id, want := range seen {
				if data, ok := r.Context(id); !ok || string(data) != want[0] {
					t.Errorf("the context %d came as %q, want %q", id, data, want[0])
				}
			}
			return next(ctx)
		}
		e := intercepting(t, false, cdr.V12, []orb.ClientInterceptor{client}, []orb.ServerInterceptor{server})
		if err := e.Ping(within(t, 10*time.Second)); err != nil {
			t.Error(err)
		}
	}
}

// TestInterceptorsDecide holds what interceptors can make of a request: on either side, before and after it.
func TestInterceptorsDecide(t *testing.T) {
	t.Parallel()
	other, otherRoot := newORB(t, nil)
	_ = other
	elsewhere := &lengthyName{name: "elsewhere"}
	to, err := EchoClass.Activate(otherRoot, elsewhere)
	if err != nil {
		t.Fatal(err)
	}
	denied := exc.New(exc.NoPermission, 7, exc.No, "denied")
	for _, local := range []bool{false, true} {
		for _, c := range []struct {
			name   string
			client func(ref *orb.Ref, ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error
			server func(ref *orb.Ref, ctx context.Context, r *orb.IncomingRequest, next func(context.Context) error) error
			want   string // of Say("x"): the text, or the exception
		}{
			{"client denies", func(_ *orb.Ref, _ context.Context, _ *orb.ClientRequest, _ func(context.Context) error) error {
				return denied
			}, nil, "NO_PERMISSION completed NO"},
			{"client denies afterwards", func(_ *orb.Ref, ctx context.Context, _ *orb.ClientRequest, next func(context.Context) error) error {
				_ = next(ctx)
				return exc.New(exc.NoPermission, 7, exc.Yes, "denied")
			}, nil, "NO_PERMISSION completed YES"},
			{"client forgets", func(_ *orb.Ref, _ context.Context, _ *orb.ClientRequest, _ func(context.Context) error) error {
				return nil
			}, nil, "INTERNAL completed NO"},
			{"client sends twice", func(_ *orb.Ref, ctx context.Context, _ *orb.ClientRequest, next func(context.Context) error) error {
				_ = next(ctx)
				return next(ctx)
			}, nil, "BAD_INV_ORDER completed MAYBE"},
			{"client forwards", func(ref *orb.Ref, ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
				if r.Attempt() == 0 {
					return &orb.ForwardRequest{To: ref}
				}
				return next(ctx)
			}, nil, "elsewhere"},
			{"client forwards afterwards", func(ref *orb.Ref, ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
				err := next(ctx)
				if r.Attempt() == 0 {
					return &orb.ForwardRequest{To: ref}
				}
				return err
			}, nil, "BAD_INV_ORDER completed YES"},
			{"client forwards for ever", func(ref *orb.Ref, _ context.Context, _ *orb.ClientRequest, _ func(context.Context) error) error {
				return &orb.ForwardRequest{To: ref}
			}, nil, "TRANSIENT completed NO"},
			{"client forwards nowhere", func(_ *orb.Ref, _ context.Context, _ *orb.ClientRequest, _ func(context.Context) error) error {
				return new(orb.ForwardRequest)
			}, nil, "INV_OBJREF completed NO"},
			{"server denies", nil, func(_ *orb.Ref, _ context.Context, _ *orb.IncomingRequest, _ func(context.Context) error) error {
				return denied
			}, "NO_PERMISSION completed NO"},
			{"server denies, found", nil, func(_ *orb.Ref, ctx context.Context, r *orb.IncomingRequest, next func(context.Context) error) error {
				r.Found(func(orb.Servant) error { return denied })
				return next(ctx)
			}, "NO_PERMISSION completed NO"},
			{"server denies afterwards", nil, func(_ *orb.Ref, ctx context.Context, _ *orb.IncomingRequest, next func(context.Context) error) error {
				_ = next(ctx)
				return errors.New("some error")
			}, "UNKNOWN completed YES"},
			{"server forgets", nil, func(_ *orb.Ref, _ context.Context, _ *orb.IncomingRequest, _ func(context.Context) error) error {
				return nil
			}, "INTERNAL completed NO"},
			{"server serves twice", nil, func(_ *orb.Ref, ctx context.Context, _ *orb.IncomingRequest, next func(context.Context) error) error {
				_ = next(ctx)
				return next(ctx)
			}, "BAD_INV_ORDER completed MAYBE"},
			{"server panics", nil, func(_ *orb.Ref, _ context.Context, _ *orb.IncomingRequest, _ func(context.Context) error) error {
				panic("told to")
			}, "UNKNOWN completed MAYBE"},
			{"server forwards", nil, func(ref *orb.Ref, _ context.Context, _ *orb.IncomingRequest, _ func(context.Context) error) error {
				return &orb.ForwardRequest{To: ref}
			}, "elsewhere"},
			{"server forwards for good, afterwards", nil, func(ref *orb.Ref, ctx context.Context, _ *orb.IncomingRequest, next func(context.Context) error) error {
				_ = next(ctx)
				return &orb.ForwardRequest{To: ref, ForGood: true}
			}, "BAD_INV_ORDER completed YES"},
			{"server takes an exception away", nil, func(_ *orb.Ref, ctx context.Context, r *orb.IncomingRequest, next func(context.Context) error) error {
				r.Found(func(orb.Servant) error { return denied })
				_ = next(ctx)
				return nil
			}, "NO_PERMISSION completed NO"},
		} {
			t.Run(fmt.Sprintf("%s, local=%v", c.name, local), func(t *testing.T) {
				t.Parallel()
				var client []orb.ClientInterceptor
				var server []orb.ServerInterceptor
				if c.client != nil {
					client = append(client, func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
						return c.client(to, ctx, r, next)
					})
				}
				if c.server != nil {
					server = append(server, func(ctx context.Context, r *orb.IncomingRequest, next func(context.Context) error) error {
						return c.server(to, ctx, r, next)
					})
				}
				e := intercepting(t, local, cdr.V12, client, server)
				got, err := e.Say(t.Context(), "x")
				if err != nil {
					var sys *exc.SystemException
					if errors.As(err, &sys) {
						got = fmt.Sprintf("%v %v", sys.Kind, sys.Completed)
					} else {
						got = err.Error()
					}
				}
				if got != c.want {
					t.Errorf("got %s (%v), want %s", got, err, c.want)
				}
				if strings.HasPrefix(c.name, "client d") && !local { // the connection is in order
					other := EchoClass.Unchecked(orb.RefOf(e.(orb.Object)).ORB().NewRef(orb.RefOf(e.(orb.Object)).IOR()))
					_ = other.Ping(t.Context())
				}
			})
		}
	}
}

// TestInterceptorForwardsForGood: where a client's interceptor forwards for good, the reference leads there from then on, and no call goes back when
// nobody is there any more.
func TestInterceptorForwardsForGood(t *testing.T) {
	t.Parallel()
	for _, forGood := range []bool{false, true} {
		there, thereRoot := newORB(t, nil)
		to, err := EchoClass.Activate(thereRoot, &lengthyName{name: "there"})
		if err != nil {
			t.Fatal(err)
		}
		_, hereRoot := newORB(t, nil)
		here, err := EchoClass.Activate(hereRoot, &lengthyName{name: "here"})
		if err != nil {
			t.Fatal(err)
		}
		var sent atomic.Bool
		client := newClient(t, func(c *orb.Config) {
			c.ClientInterceptors = []orb.ClientInterceptor{func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
				if !sent.Swap(true) {
					return &orb.ForwardRequest{To: to, ForGood: forGood}
				}
				return next(ctx)
			}}
		})
		e := EchoClass.Unchecked(client.NewRef(here.IOR()))
		for range 2 {
			if got, err := e.Say(t.Context(), ""); got != "there" || err != nil {
				t.Errorf("for good %v: %q, %v", forGood, got, err)
			}
		}
		if err := there.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		got, err := e.Say(t.Context(), "")
		if sys := exc.From(err, exc.No); forGood && (sys == nil || sys.Completed != exc.No) || !forGood && (got != "here" || err != nil) {
			t.Errorf("for good %v, when nobody is there: %q, %v", forGood, got, err)
		}
	}
}

// lengthyName is an Echo that says its name.
type lengthyName struct {
	echo
	name string
}

func (l *lengthyName) Say(context.Context, string) (string, error) { return l.name, nil }

// TestInterceptorsSeeFailures holds that requests which cannot be sent, and oneway ones, are seen too.
func TestInterceptorsSeeFailures(t *testing.T) {
	t.Parallel()
	d := new(diary)
	co := newClient(t, func(c *orb.Config) {
		c.ClientInterceptors = []orb.ClientInterceptor{func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
			err := next(ctx)
			status, answered := r.Reply()
			d.note("%s %d %s %v %v", r.Operation(), r.Attempt(), brief(err), answered && status == giop.NoException, r.Peer() != "")
			return err
		}}
	})
	ref, err := co.Resolve(t.Context(), "corbaloc::127.0.0.1:1/x") // nobody listens there
	if err != nil {
		t.Fatal(err)
	}
	if err := EchoClass.Unchecked(ref).Ping(t.Context()); brief(err) != "TRANSIENT" {
		t.Errorf("got %v", err)
	}
	_, root := newORB(t, nil)
	there, err := EchoClass.Activate(root, new(echo))
	if err != nil {
		t.Fatal(err)
	}
	if err := EchoClass.Unchecked(co.NewRef(there.IOR())).Note(t.Context(), "x"); err != nil {
		t.Error(err)
	}
	want := []string{"ping 0 TRANSIENT false false", "note 0 result false true"}
	if got := d.take(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestInterceptorContext holds that the context an interceptor passes on is what the servant, or the call, gets.
func TestInterceptorContext(t *testing.T) {
	t.Parallel()
	type key struct{}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	e := intercepting(t, false, cdr.V12, []orb.ClientInterceptor{func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
		if r.Operation() == "say" {
			ctx = cancelled
		}
		return next(ctx)
	}}, []orb.ServerInterceptor{func(ctx context.Context, r *orb.IncomingRequest, next func(context.Context) error) error {
		ctx = context.WithValue(ctx, key{}, "value")
		r.Found(func(s orb.Servant) error {
			s.Implementation().(*echo).saw = func(ctx context.Context) any { return ctx.Value(key{}) }
			return nil
		})
		return next(ctx)
	}})
	if _, err := e.Say(t.Context(), "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := e.Ping(t.Context()); err != nil {
		t.Errorf("got %v, want the value that the interceptor gave", err)
	}
}

// TestRequestWithoutConnection holds what interceptors see of a request for which there is no connection: what is its own, and nothing of the request that its Call object was
// before, or none.
func TestRequestWithoutConnection(t *testing.T) {
	t.Parallel()
	d := new(diary)
	co := newClient(t, func(c *orb.Config) {
		c.ClientInterceptors = []orb.ClientInterceptor{func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
			before := r.Env()
			err := next(ctx)
			_, kept := r.ReplyContext(giop.ContextExceptionDetail)
			status, answered := r.Reply()
			d.note("%v %v %v %v %v %v", before.Version, r.Env() == before, status, answered, kept, r.Peer() == "")
			return err
		}}
	})
	_, root := newORB(t, nil)
	there, err := EchoClass.Activate(root, new(echo))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ url, version string }{
		{"corbaloc::1.1@127.0.0.1:1/x", "1.1"}, {"corbaloc::1.0@127.0.0.1:1/x", "1.0"}, {"corbaloc::1.2@127.0.0.1:1/x", "1.2"},
		{there.IOR().String(), "1.2"}, // whose Call object the next may have
		{"corbaloc::1.1@127.0.0.1:1/x", "1.1"},
		{"IOR:000000000000000100000000000000010000006300000001ff", "1.2"}, // no profile of IIOP
	} {
		ref, err := co.Resolve(t.Context(), c.url)
		if err != nil {
			t.Fatal(err)
		}
		want := c.version + " true NO_EXCEPTION false false true"
		if c.url == there.IOR().String() {
			want = "1.2 true SYSTEM_EXCEPTION true false false"
		} else {
			runtime.GC() // which empties pools, the second one for good
			runtime.GC()
		}
		call := orb.StartCall(t.Context(), ref, "unheard_of", 0)
		for call.Next() {
		}
		if err := call.End(); err == nil {
			t.Errorf("%s: it was called", c.url)
		}
		if got := d.take(); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: got %q, want %q", c.url, got, want)
		}
	}
}
