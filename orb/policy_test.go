package orb_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/ior"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/transport"
	"github.com/opendsom/dsom/transport/mem"
)

// obeying returns e with policies.
func obeying(e Echo, p orb.Policies) Echo {
	return EchoClass.Unchecked(orb.RefOf(e.(orb.Object)).WithPolicies(p))
}

func kindOf(t *testing.T, err error) *exc.SystemException {
	t.Helper()
	var sys *exc.SystemException
	if !errors.As(err, &sys) {
		t.Errorf("got %v, want a system exception", err)
		return new(exc.SystemException)
	}
	return sys
}

// TestPoliciesPrecedence holds who is heard: the reference, then the context, then the ORB, each policy on its own.
func TestPoliciesPrecedence(t *testing.T) {
	t.Parallel()
	o := newClient(t, nil)
	ref, err := o.Resolve(t.Context(), "corbaloc::127.0.0.1:1/x")
	if err != nil {
		t.Fatal(err)
	}
	o.SetPolicies(orb.Policies{RoundtripTimeout: 1, RequestTimeout: 1, Sync: orb.SyncWithServer})
	ctx := orb.WithPolicies(t.Context(), orb.Policies{RoundtripTimeout: 9, Rebind: orb.NoRebind})
	ctx = orb.WithPolicies(ctx, orb.Policies{RoundtripTimeout: 2})
	ref = ref.WithPolicies(orb.Policies{RequestTimeout: 9}).WithPolicies(orb.Policies{RequestTimeout: 3})
	want := orb.Policies{RoundtripTimeout: 2, RequestTimeout: 3, Sync: orb.SyncWithServer, Rebind: orb.NoRebind}
	if got := ref.Policies(ctx); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got := o.Policies(); got.RoundtripTimeout != 1 {
		t.Errorf("got %+v", got)
	}
}

// long is how long the servant of [TestPolicyTimes] takes.
const long = 40 * time.Second

// TestPolicyTimes holds, in virtual time, what each time policy does to a call whose servant takes long.
func TestPolicyTimes(t *testing.T) {
	t.Parallel()
	for _, local := range []bool{false, true} {
		for name, c := range map[string]struct {
			p         func(now time.Time) orb.Policies
			takes     time.Duration
			kind      exc.Kind // zero: none
			completed exc.Completed
			calls     int32
		}{
			"nothing said": {func(time.Time) orb.Policies { return orb.Policies{} }, long, 0, 0, 1},
			"enough time":  {func(time.Time) orb.Policies { return orb.Policies{RoundtripTimeout: 2 * time.Minute} }, long, 0, 0, 1},
			"round trip":   {func(time.Time) orb.Policies { return orb.Policies{RoundtripTimeout: time.Second} }, time.Second, exc.Timeout, exc.Maybe, 1},
			"end of reply": {func(now time.Time) orb.Policies { return orb.Policies{ReplyEnd: now.Add(time.Second)} }, time.Second, exc.Timeout, exc.Maybe, 1},
			"the earlier of two": {func(now time.Time) orb.Policies {
				return orb.Policies{ReplyEnd: now.Add(time.Hour), RoundtripTimeout: time.Second}
			}, time.Second, exc.Timeout, exc.Maybe, 1},
			"end of request, over":      {func(now time.Time) orb.Policies { return orb.Policies{RequestEnd: now.Add(-1)} }, 0, exc.Timeout, exc.No, 0},
			"end of request, in time":   {func(now time.Time) orb.Policies { return orb.Policies{RequestEnd: now.Add(time.Second)} }, long, 0, 0, 1},
			"request time-out, in time": {func(time.Time) orb.Policies { return orb.Policies{RequestTimeout: time.Second} }, long, 0, 0, 1},
			"start of request":          {func(now time.Time) orb.Policies { return orb.Policies{RequestStart: now.Add(30 * time.Second)} }, 70 * time.Second, 0, 0, 1},
			"start of request too late": {func(now time.Time) orb.Policies {
				return orb.Policies{RequestStart: now.Add(time.Hour), RoundtripTimeout: time.Second}
			}, time.Second, exc.Timeout, exc.No, 0},
			"start of request after its end": {func(now time.Time) orb.Policies {
				return orb.Policies{RequestStart: now.Add(time.Hour), RequestEnd: now.Add(time.Second)}
			}, time.Second, exc.Timeout, exc.No, 0},
			"start of request after its time-out": {func(now time.Time) orb.Policies {
				return orb.Policies{RequestStart: now.Add(time.Hour), RequestTimeout: time.Second, RoundtripTimeout: 2 * time.Hour}
			}, time.Second, exc.Timeout, exc.No, 0},
			"start of reply": {func(now time.Time) orb.Policies {
				return orb.Policies{ReplyStart: now.Add(100 * time.Second), RoundtripTimeout: time.Hour}
			}, 100 * time.Second, 0, 0, 1},
			"start of reply too late": {func(now time.Time) orb.Policies {
				return orb.Policies{ReplyStart: now.Add(time.Hour), RoundtripTimeout: 90 * time.Second}
			}, 90 * time.Second, exc.Timeout, exc.Yes, 1},
		} {
			if local && c.completed == exc.Maybe && c.kind != 0 {
				continue // such a servant cannot be left
			}
			t.Run(fmt.Sprintf("%s, local=%v", name, local), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					n := inside{mem.New()}
					server, root := newORB(t, func(o *orb.Config) { o.Transports = transport.Set{n}; o.Listen = []string{"tcp:host:1"} })
					impl := &lengthy{}
					ref, err := EchoClass.Activate(root, impl)
					if err != nil {
						t.Fatal(err)
					}
					client := server
					if !local {
						client = newClient(t, func(o *orb.Config) { o.Transports = transport.Set{n} })
					}
					e := obeying(EchoClass.Unchecked(client.NewRef(ref.IOR())), c.p(time.Now()))
					begin := time.Now()
					err = e.Ping(context.Background())
					took := time.Since(begin)
					if c.kind == 0 && err != nil {
						t.Errorf("got %v", err)
					}
					if c.kind != 0 {
						if sys := kindOf(t, err); sys.Kind != c.kind || sys.Completed != c.completed || !errors.Is(err, context.DeadlineExceeded) {
							t.Errorf("got %v, want %v %v", err, c.kind, c.completed)
						}
					}
					if slack := took - c.takes; slack < 0 || slack > 2*time.Second {
						t.Errorf("took %v, want %v", took, c.takes)
					}
					time.Sleep(long) // the servant whom the caller left ends
					if got := impl.calls.Load(); got != c.calls {
						t.Errorf("called %d times, want %d", got, c.calls)
					}
				})
			})
		}
	}
}

// TestRequestEndsWhileConnecting holds, in virtual time, that a request whose time is over does not wait for a connection any longer, though the call has time left.
func TestRequestEndsWhileConnecting(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]func(now time.Time) orb.Policies{
		"end of request":   func(now time.Time) orb.Policies { return orb.Policies{RequestEnd: now.Add(time.Second)} },
		"request time-out": func(time.Time) orb.Policies { return orb.Policies{RequestTimeout: time.Second} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := newClient(t, func(o *orb.Config) { o.Transports = transport.Set{hole{inside{mem.New()}}} })
				ref, err := client.Resolve(t.Context(), "corbaloc::"+holeHost+":1/x")
				if err != nil {
					t.Fatal(err)
				}
				policies := p(time.Now())
				policies.RoundtripTimeout = time.Minute
				begin := time.Now()
				err = obeying(EchoClass.Unchecked(ref), policies).Ping(t.Context())
				if sys := kindOf(t, err); sys.Kind != exc.Timeout || sys.Completed != exc.No {
					t.Errorf("got %v", err)
				}
				if took := time.Since(begin); took != time.Second {
					t.Errorf("took %v", took)
				}
			})
		})
	}
}

// inside is a network within the process under the name that references mean.
type inside struct{ *mem.Network }

func (inside) Name() string { return "tcp" }

type eof struct{}

func (eof) Read([]byte) (int, error) { return 0, io.EOF }

// lengthy is an Echo that takes long for each ping.
type lengthy struct {
	echo
	calls atomic.Int32
}

func (m *lengthy) Ping(context.Context) error {
	m.calls.Add(1)
	time.Sleep(long)
	return nil
}

// TestSyncScope holds what the caller of a oneway operation waits for, and what he is told.
func TestSyncScope(t *testing.T) {
	t.Parallel()
	var within cdr.Version // a call within the process
	for _, v := range []cdr.Version{within, cdr.V10, cdr.V11, cdr.V12} {
		for _, c := range []struct {
			scope        orb.SyncScope
			waits, hears bool // for the servant; of an object that does not exist
		}{
			{orb.SyncUnset, false, false},
			{orb.SyncNone, false, false},
			{orb.SyncWithTransport, false, false},
			{orb.SyncWithServer, v != cdr.V12, true}, // older versions know one kind of reply
			{orb.SyncWithTarget, true, true},
		} {
			t.Run(fmt.Sprintf("%v scope %d", v, c.scope), func(t *testing.T) {
				t.Parallel()
				client, root := newORB(t, func(o *orb.Config) { o.MaxVersion = v })
				if v != within {
					client = newClient(t, nil)
				}
				impl := &gate{entered: make(chan struct{}, 1), open: make(chan struct{})}
				ref, err := EchoClass.Activate(root, impl)
				if err != nil {
					t.Fatal(err)
				}
				e, err := EchoClass.Bind(t.Context(), client, ref.String())
				if err != nil {
					t.Fatal(err)
				}
				e = obeying(e, orb.Policies{Sync: c.scope})
				done := make(chan error, 1)
				go func() { done <- e.Note(t.Context(), "x") }()
				<-impl.entered
				if c.waits {
					select {
					case err := <-done:
						t.Errorf("did not wait for the servant: %v", err)
					default:
					}
					close(impl.open)
					if err := <-done; err != nil {
						t.Error(err)
					}
				} else {
					if err := <-done; err != nil { // while the servant runs
						t.Error(err)
					}
					close(impl.open)
				}
				if err := e.Ping(t.Context()); err != nil { // the connection is in order
					t.Error(err)
				}
				if err := root.DeactivateObject(ref); err != nil {
					t.Error(err)
				}
				err = e.Note(t.Context(), "nobody")
				if !c.hears && err != nil {
					t.Errorf("got %v", err)
				}
				if c.hears && kindOf(t, err).Kind != exc.ObjectNotExist {
					t.Errorf("got %v, want OBJECT_NOT_EXIST", err)
				}
			})
		}
	}
}

// gate is an Echo whose note waits.
type gate struct {
	echo
	entered, open chan struct{}
}

func (g *gate) Note(context.Context, string) error {
	g.entered <- struct{}{}
	<-g.open
	return nil
}

// TestPoliciesReachTheServant holds that a servant finds times and priorities, and no policies to obey himself.
func TestPoliciesReachTheServant(t *testing.T) {
	t.Parallel()
	for _, local := range []bool{false, true} {
		server, root := newORB(t, nil)
		impl := new(curious)
		ref, err := EchoClass.Activate(root, impl)
		if err != nil {
			t.Fatal(err)
		}
		client := server
		if !local {
			client = newClient(t, nil)
		}
		e := EchoClass.Unchecked(client.NewRef(ref.IOR()))
		end := time.Now().Add(time.Hour).Truncate(100)
		ctx := orb.WithPolicies(t.Context(), orb.Policies{
			RoundtripTimeout: time.Minute, RequestEnd: end, RequestPriority: &orb.PriorityRange{Min: 2, Max: 5}, Rebind: orb.NoRebind,
		})
		if err := e.Ping(ctx); err != nil {
			t.Fatal(err)
		}
		got := impl.said
		if got.RoundtripTimeout <= 0 || got.RoundtripTimeout > time.Minute || !got.RequestEnd.Equal(end) || got.RequestPriority == nil || *got.RequestPriority != (orb.PriorityRange{Min: 2, Max: 5}) || got.Rebind != 0 {
			t.Errorf("local=%v: told %+v", local, got)
		}
		if impl.obeys != (orb.Policies{}) {
			t.Errorf("local=%v: the servant's own calls obey %+v", local, impl.obeys)
		}
		if err := e.Ping(t.Context()); err != nil || impl.said.RequestPriority != nil {
			t.Errorf("local=%v: the next call is told %+v, %v", local, impl.said, err)
		}
	}
}

type curious struct {
	echo
	said, obeys orb.Policies
}

func (c *curious) Ping(ctx context.Context) error {
	c.said = orb.InvocationPolicies(ctx)
	ref, err := newRefOf(ctx)
	if err == nil {
		c.obeys = ref.Policies(ctx)
	}
	return err
}

// newRefOf returns some reference of an ORB of its own.
func newRefOf(ctx context.Context) (*orb.Ref, error) {
	o, err := orb.New(orb.Config{})
	if err != nil {
		return nil, err
	}
	defer o.Shutdown(context.WithoutCancel(ctx))
	return o.Resolve(ctx, "corbaloc::127.0.0.1:1/x")
}

// TestRebind holds that a bound reference is bound anew only where the policy lets it.
func TestRebind(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		mode               orb.RebindMode
		reconnect, forward bool // allowed once bound
	}{{orb.Transparent, true, true}, {orb.NoRebind, true, false}, {orb.NoReconnect, false, false}} {
		// Two servers; a daemon sends the client to one of them.
		loc := new(locator)
		daemon, root := newORB(t, nil)
		root.SetNext(loc)
		port := daemon.Endpoints()[0].Port
		first, object, direct := newServer(t, 7, port)
		e := obeying(EchoClass.Unchecked(newClient(t, nil).NewRef(object.IOR())), orb.Policies{Rebind: c.mode})
		check := func(what string, err error, allowed bool) {
			t.Helper()
			if allowed && err != nil {
				t.Errorf("mode %d, %s: %v", c.mode, what, err)
			}
			if !allowed && kindOf(t, err).Kind != exc.Rebind {
				t.Errorf("mode %d, %s: %v, want REBIND", c.mode, what, err)
			}
		}
		if err := e.Ping(t.Context()); kindOf(t, err).Kind != exc.Transient { // as the daemon has no server yet
			t.Errorf("mode %d: %v", c.mode, err)
		}
		loc.to.Store(direct.IOR()) // who got an exception is not bound to whom it came from
		for range 2 {
			check("the first binding follows forwards", e.Ping(t.Context()), true)
		}
		if err := first.Shutdown(t.Context()); err != nil { // the server has moved
			t.Fatal(err)
		}
		_, _, direct = newServer(t, 7, port)
		loc.to.Store(direct.IOR())
		check("another forward", e.Ping(t.Context()), c.forward)
		if err := orb.RefOf(e.(orb.Object)).ValidateConnection(t.Context()); err != nil {
			t.Errorf("mode %d: %v", c.mode, err)
		}
		check("after ValidateConnection", e.Ping(t.Context()), true)
	}
}

// TestReconnect holds that a connection which ended is made anew unless the policy forbids it.
func TestReconnect(t *testing.T) {
	t.Parallel()
	for _, mode := range []orb.RebindMode{orb.Transparent, orb.NoRebind, orb.NoReconnect} {
		e, _ := peerThat(t, func(c net.Conn, h giop.Header, msg []byte) { // a connection for each call
			eachRequest(t, eof{}, h, msg, func(h giop.Header, msg []byte, r *giop.Request) {
				var body func(e *cdr.Encoder)
				if string(r.Operation) == "_non_existent" {
					body = func(e *cdr.Encoder) { e.Boolean(false) }
				}
				answer(t, c, h, msg, giop.NoException, body)
			})
			c.Write(giop.AppendCloseConnection(nil, cdr.V12, true))
		})
		e = obeying(e, orb.Policies{Rebind: mode})
		if err := e.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		err := e.Ping(t.Context())
		switch {
		case mode != orb.NoReconnect && err != nil:
			t.Errorf("mode %d: %v", mode, err)
		case mode == orb.NoReconnect && kindOf(t, err).Kind != exc.Rebind:
			t.Errorf("mode %d: %v, want REBIND", mode, err)
		}
		if err := orb.RefOf(e.(orb.Object)).ValidateConnection(t.Context()); err != nil {
			t.Errorf("mode %d: %v", mode, err)
		}
	}
}

// eachRequest calls act with the request msg, and with those that follow on the connection.
func eachRequest(t *testing.T, c io.Reader, h giop.Header, msg []byte, act func(h giop.Header, msg []byte, r *giop.Request)) {
	for {
		var d cdr.Decoder
		giop.Open(&d, h, msg, nil)
		var r giop.Request
		if err := r.Parse(h, &d); err != nil {
			t.Error(err)
			return
		}
		act(h, msg, &r)
		msg = msg[:giop.HeaderSize]
		if _, err := io.ReadFull(c, msg); err != nil {
			return
		}
		var err error
		if h, err = giop.ParseHeader(msg); err != nil || h.Type != giop.TypeRequest {
			return
		}
		msg = append(msg, make([]byte, h.Size)...)
		if _, err := io.ReadFull(c, msg[giop.HeaderSize:]); err != nil {
			return
		}
	}
}

// answer writes a reply to a request.
func answer(t *testing.T, c io.Writer, h giop.Header, msg []byte, status giop.ReplyStatus, body func(e *cdr.Encoder)) {
	id, err := giop.RequestID(h, msg)
	if err != nil {
		t.Error(err)
		return
	}
	e := cdr.NewEncoder(nil, true, nil)
	m := giop.BeginReply(e, h.Version, id, status, nil)
	if body != nil {
		body(e)
	}
	giop.Finish(e, m)
	if _, err := c.Write(e.Bytes()); err != nil {
		t.Error(err)
	}
}

// TestForwardedForGood holds that the place a reference was made for is not asked again once a server has said so.
func TestForwardedForGood(t *testing.T) {
	t.Parallel()
	for _, forGood := range []bool{false, true} {
		first, root := newORB(t, nil)
		ref, err := EchoClass.Activate(root, new(echo))
		if err != nil {
			t.Fatal(err)
		}
		to := ref.IOR()
		status := giop.LocationForward
		if forGood {
			status = giop.LocationForwardPerm
		}
		var asked atomic.Int32
		e, _ := peerThat(t, func(c net.Conn, h giop.Header, msg []byte) {
			eachRequest(t, c, h, msg, func(h giop.Header, msg []byte, _ *giop.Request) {
				asked.Add(1)
				answer(t, c, h, msg, status, func(e *cdr.Encoder) { ior.Put(e, to) })
			})
		})
		if err := e.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := first.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := e.Ping(t.Context()); err == nil {
			t.Error("a server that is gone answers")
		}
		if n := asked.Load(); (n > 1) == forGood {
			t.Errorf("for good=%v: the first place was asked %d times", forGood, n)
		}
	}
}

// TestAddressingMode holds that a peer is given its targets in the form that it asks for, from then on.
func TestAddressingMode(t *testing.T) {
	t.Parallel()
	for _, how := range []giop.Addressing{giop.KeyAddr, giop.ProfileAddr, giop.ReferenceAddr, 3} {
		var seen [4]atomic.Int32
		e, asked := peerThat(t, func(c net.Conn, h giop.Header, msg []byte) {
			eachRequest(t, c, h, msg, func(h giop.Header, msg []byte, r *giop.Request) {
				if string(r.Key) != "x" {
					t.Errorf("key %q", r.Key)
				}
				seen[r.Target.Kind].Add(1)
				if r.Target.Kind == how && how != giop.KeyAddr {
					answer(t, c, h, msg, giop.NoException, nil)
				} else {
					answer(t, c, h, msg, giop.NeedsAddressingMode, func(e *cdr.Encoder) { e.UShort(uint16(how)) })
				}
			})
		})
		for range 3 {
			err := e.Ping(t.Context())
			switch {
			case how == giop.KeyAddr && kindOf(t, err).Minor != exc.MinorForwardLoop: // it has that, and asks for it
				t.Errorf("a peer that is never content: %v", err)
			case how == 3 && kindOf(t, err).Kind != exc.Marshal:
				t.Errorf("a peer that asks for what there is not: %v", err)
			case (how == giop.ProfileAddr || how == giop.ReferenceAddr) && err != nil:
				t.Error(err)
			}
		}
		if how == giop.ProfileAddr || how == giop.ReferenceAddr {
			if n, k := seen[how].Load(), seen[giop.KeyAddr].Load(); n != 3 || k != 1 || asked.Load() != 1 {
				t.Errorf("%d requests in form %d, %d by key, on %d connections", n, how, k, asked.Load())
			}
		}
	}
}

// TestEveryObject holds the operations that every object has.
func TestEveryObject(t *testing.T) {
	t.Parallel()
	o, root := newORB(t, nil)
	ref, err := EchoClass.Activate(root, new(echo))
	if err != nil {
		t.Fatal(err)
	}
	r := newClient(t, nil).NewRef(ref.IOR())
	if id, err := r.RepositoryID(t.Context()); id != echoID || err != nil {
		t.Errorf("repository id %q, %v", id, err)
	}
	if is, err := r.IsA(t.Context(), "IDL:Other:1.0"); is || err != nil {
		t.Errorf("it is a %v, %v", is, err)
	}
	if gone, err := r.NonExistent(t.Context()); gone || err != nil {
		t.Errorf("it is gone: %v, %v", gone, err)
	}
	domains := orb.StartCall(t.Context(), r, "_domain_managers", 0)
	for domains.Next() {
	}
	domains.Returned()
	if sys := kindOf(t, domains.End()); sys.Kind != exc.NoImplement || sys.Completed != exc.No {
		t.Errorf("domain managers: %v", sys)
	}
	if c, err := r.Component(t.Context()); c != nil || err != nil {
		t.Errorf("component %v, %v", c, err)
	}
	if _, err := r.Interface(t.Context()); kindOf(t, err).Kind != exc.IntfRepos {
		t.Errorf("without a repository: %v", err)
	}
	nowhere, err := o.Resolve(t.Context(), "corbaloc:iiop:127.0.0.1:1/x")
	if err != nil {
		t.Fatal(err)
	}
	o.RegisterInitialReference("InterfaceRepository", nowhere)
	if _, err := r.Interface(t.Context()); kindOf(t, err).Kind != exc.Transient || kindOf(t, err).Reason != "" {
		t.Errorf("where the repository is not reached the client is told %v", err)
	}
	repo, other := newORB(t, nil)
	_ = repo
	for finds, want := range map[lookup]string{"nothing": "the interface repository does not know " + echoID, "trouble": "it is being repaired"} {
		def, err := other.Activate(finds)
		if err != nil {
			t.Fatal(err)
		}
		o.RegisterInitialReference("InterfaceRepository", o.NewRef(def.IOR()))
		if _, err := r.Interface(t.Context()); kindOf(t, err).Kind != exc.IntfRepos || kindOf(t, err).Reason != want {
			t.Errorf("it finds %s: the client is told %v, want %q", finds, err, want)
		}
	}
	def, err := other.Activate(lookup("all"))
	if err != nil {
		t.Fatal(err)
	}
	o.RegisterInitialReference("InterfaceRepository", o.NewRef(def.IOR()))
	if got, err := r.Interface(t.Context()); err != nil || got == nil || got.TypeID() != "IDL:found:"+echoID {
		t.Errorf("got %v, %v", got, err)
	}
}

// lookup is an interface repository that finds all ids, nothing or trouble.
type lookup string

func (lookup) Interface() *orb.Interface {
	return &orb.Interface{ID: "IDL:omg.org/CORBA/Repository:1.0"}
}
func (l lookup) Implementation() any { return l }
func (l lookup) Dispatch(r *orb.ServerRequest) bool {
	if r.Operation() != "lookup_id" {
		return false
	}
	id := r.In.RawString()
	var failed error
	if l == "trouble" {
		sys := exc.New(exc.IntfRepos, 0, exc.Yes, "it is being repaired")
		sys.Public, failed = true, sys
	}
	if !r.Decoded() || !r.Returned(failed) {
		return true
	}
	if l == "nothing" {
		ior.Put(&r.Out, nil)
	} else {
		ior.Put(&r.Out, &ior.IOR{TypeID: "IDL:found:" + id, Profiles: []ior.Profile{ior.IIOP{Version: cdr.V12, Host: "h", Port: 1, Key: []byte("k")}.Profile()}})
	}
	return true
}
