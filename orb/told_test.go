package orb_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/mem"
)

// seeker is a handler that takes long to find its one servant.
type seeker struct {
	takes   time.Duration
	servant orb.Servant
}

func (s seeker) Find(context.Context, orb.Query) (orb.Target, error) {
	time.Sleep(s.takes)
	return orb.Target{Servant: s.servant}, nil
}

// counter is an Echo that counts its pings.
type counter struct {
	echo
	calls atomic.Int32
}

func (c *counter) Ping(context.Context) error { c.calls.Add(1); return nil }

// TestRequestTimeEndsThere holds, in virtual time, that the time in which a servant is to have the request travels with it: the
// server, which alone knows when it has found him, sends the caller away.
func TestRequestTimeEndsThere(t *testing.T) {
	t.Parallel()
	for name, policies := range map[string]func(d time.Duration) orb.Policies{
		"relative": func(d time.Duration) orb.Policies { return orb.Policies{RequestTimeout: d} },
		"absolute": func(d time.Duration) orb.Policies { return orb.Policies{RequestEnd: time.Now().Add(d)} },
		"the earlier of both": func(d time.Duration) orb.Policies {
			return orb.Policies{RequestTimeout: d, RequestEnd: time.Now().Add(time.Hour)}
		},
	} {
		for _, local := range []bool{false, true} {
			for _, late := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, local=%v, late=%v", name, local, late), func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						n := inside{mem.New()}
						server, root := newORB(t, func(o *orb.Config) { o.Transports = transport.Set{n}; o.Listen = []string{"tcp:host:1"} })
						impl := new(counter)
						root.SetNext(seeker{10 * time.Second, EchoClass.Servant(impl)})
						client := server
						if !local {
							client = newClient(t, func(o *orb.Config) { o.Transports = transport.Set{n} })
						}
						ref, err := client.Resolve(t.Context(), "corbaloc:iiop:1.2@host:1/anything")
						if err != nil {
							t.Fatal(err)
						}
						d := time.Minute
						if late {
							d = 5 * time.Second
						}
						err = obeying(EchoClass.Unchecked(ref), policies(d)).Ping(context.Background())
						if !late {
							if err != nil || impl.calls.Load() != 1 {
								t.Errorf("in time: %v, called %d times", err, impl.calls.Load())
							}
							return
						}
						if sys := kindOf(t, err); sys.Kind != exc.Timeout || sys.Completed != exc.No || impl.calls.Load() != 0 {
							t.Errorf("got %v, called %d times; want TIMEOUT, COMPLETED_NO and no call", err, impl.calls.Load())
						}
					})
				})
			}
		}
	}
}

// TestTimeIsOverAlready holds that a call whose time is over before it begins is never sent, whatever ends it, and whether there is a
// connection or not.
func TestTimeIsOverAlready(t *testing.T) {
	t.Parallel()
	_, root := newORB(t, nil)
	impl := new(counter)
	ref, err := EchoClass.Activate(root, impl)
	if err != nil {
		t.Fatal(err)
	}
	for name, over := range map[string]orb.Policies{
		"end of the reply":   {ReplyEnd: time.Now().Add(-time.Second)},
		"end of the request": {RequestEnd: time.Now().Add(-time.Second)},
		"round trip":         {RoundtripTimeout: 1},
		"both ends, and a start before them": {
			RequestStart: time.Now().Add(-time.Hour), RequestEnd: time.Now().Add(time.Hour), ReplyEnd: time.Now().Add(-time.Second),
		},
	} {
		for _, local := range []bool{false, true} {
			o := newClient(t, nil)
			if local {
				o = ref.ORB()
			}
			e := EchoClass.Unchecked(o.NewRef(ref.IOR()))
			hurried := obeying(e, over)
			for i := range 100 {
				err := hurried.Ping(t.Context())
				if sys := kindOf(t, err); sys.Kind != exc.Timeout || sys.Completed != exc.No || !errors.Is(err, context.DeadlineExceeded) {
					t.Fatalf("%s, local=%v, call %d: %v; want TIMEOUT, COMPLETED_NO", name, local, i, err)
				}
				if err := hurried.Note(t.Context(), ""); !errors.Is(err, exc.Timeout) {
					t.Fatalf("%s, local=%v, call %d, oneway: %v", name, local, i, err)
				}
				if i == 0 { // from now on there is a connection
					if _, err := e.Blob(t.Context(), nil); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
	if calls, notes := impl.calls.Load(), impl.notes.Load(); calls != 0 || notes != 0 {
		t.Errorf("called %d and %d times", calls, notes)
	}
}

// TestRequestTimeIsSent holds that the client says of the request's time what its policies say, each on its own.
func TestRequestTimeIsSent(t *testing.T) {
	t.Parallel()
	_, root := newORB(t, nil)
	impl := new(curious)
	ref, err := EchoClass.Activate(root, impl)
	if err != nil {
		t.Fatal(err)
	}
	e := EchoClass.Unchecked(newClient(t, nil).NewRef(ref.IOR()))
	later := time.Now().Add(time.Hour).Truncate(100)
	for _, p := range []orb.Policies{
		{RequestTimeout: time.Minute},
		{RoundtripTimeout: time.Minute},
		{RequestEnd: later},
		{ReplyEnd: later},
		{RequestStart: time.Now().Add(-time.Hour).Truncate(100)},
		{ReplyStart: time.Now().Add(-time.Hour).Truncate(100)},
	} {
		if err := e.Ping(orb.WithPolicies(t.Context(), p)); err != nil {
			t.Fatal(err)
		}
		got := impl.said
		if (p.RequestTimeout != 0 || !p.RequestEnd.IsZero()) != (got.RequestTimeout > 0) { // either is the end of the request
			t.Errorf("%+v: told a request time-out of %v", p, got.RequestTimeout)
		}
		if (p.RoundtripTimeout != 0 || !p.ReplyEnd.IsZero()) != (got.RoundtripTimeout > 0) { // an end of the reply is the end of the call
			t.Errorf("%+v: told a round-trip time-out of %v", p, got.RoundtripTimeout)
		}
		for _, x := range [][2]time.Time{{p.RequestStart, got.RequestStart}, {p.RequestEnd, got.RequestEnd}, {p.ReplyStart, got.ReplyStart}, {p.ReplyEnd, got.ReplyEnd}} {
			if !x[0].Equal(x[1]) {
				t.Errorf("%+v: told %v instead of %v", p, x[1], x[0])
			}
		}
	}
}

// limited is an Echo that keeps its deadline.
type limited struct {
	echo
	end atomic.Pointer[time.Time]
}

func (l *limited) Ping(ctx context.Context) error {
	if end, ok := ctx.Deadline(); ok {
		l.end.Store(&end)
		return nil
	}
	return errors.New("no deadline")
}

// TestToldTimesAreHeeded holds that the server heeds each time on its own, as other ORBs send them: the end of the reply
// is that of the servant's context, of several ends the earliest, and after the end of the request there is no call.
func TestToldTimesAreHeeded(t *testing.T) {
	t.Parallel()
	o, root := newORB(t, nil)
	impl := new(limited)
	if _, err := root.ActivateKey("Echo", EchoClass.Servant(impl)); err != nil {
		t.Fatal(err)
	}
	hour := time.Now().Add(time.Hour).Truncate(100)
	for _, c := range []struct {
		says  giop.InvocationPolicies
		want  time.Time // zero: no call
		slack time.Duration
	}{
		{giop.InvocationPolicies{RequestEnd: time.Now().Add(-time.Minute), RelativeRT: time.Minute}, time.Time{}, 0},
		{giop.InvocationPolicies{RequestEnd: hour, RelativeRequest: 1, RelativeRT: time.Minute}, time.Time{}, 0},
		{giop.InvocationPolicies{ReplyEnd: hour}, hour, 0},
		{giop.InvocationPolicies{ReplyEnd: hour, RelativeRT: 3 * time.Hour}, hour, 0},
		{giop.InvocationPolicies{ReplyEnd: hour, RelativeRT: time.Minute}, time.Now().Add(time.Minute), 30 * time.Second},
		{giop.InvocationPolicies{RelativeRT: time.Minute}, time.Now().Add(time.Minute), 30 * time.Second},
	} {
		e := cdr.NewEncoder(nil, true, nil)
		giop.Finish(e, giop.BeginRequest(e, cdr.V12, &giop.RequestHead{ID: 1, Flags: giop.SyncTarget, Key: []byte("Echo"), Operation: "ping",
			Contexts: []giop.Context{{ID: giop.ContextInvocationPolicy, Data: c.says.Append(nil)}}}))
		impl.end.Store(nil)
		h, d := exchange(t, o, e.Bytes())
		var r giop.Reply
		err := r.Parse(h, d)
		if c.want.IsZero() {
			sys, bad := giop.GetSystemException(d)
			if err != nil || bad != nil || sys.Kind != exc.Timeout || sys.Completed != exc.No || impl.end.Load() != nil {
				t.Errorf("%+v: answered %v, %v, called: %v", c.says, sys, err, impl.end.Load() != nil)
			}
			continue
		}
		if err != nil || r.Status != giop.NoException {
			t.Fatalf("%+v: answered %v, %v", c.says, r.Status, err)
		}
		if off := impl.end.Load().Sub(c.want); off < 0 || off > c.slack {
			t.Errorf("%+v: the servant's deadline is %v, %v off", c.says, impl.end.Load(), off)
		}
	}
}
