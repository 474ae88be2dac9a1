package orb_test

import (
	"context"
	"errors"
	"net"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/orb"
)

const anyPort = "tcp:127.0.0.1:0"

// TestBoundStays: a reference that is bound at a place which it was forwarded to for now stays there, dead or without the object, however often it is
// called, until ValidateConnection.
func TestBoundStays(t *testing.T) {
	t.Parallel()
	for _, mode := range []orb.RebindMode{orb.NoRebind, orb.NoReconnect} {
		for what, c := range map[string]struct {
			end  func(*place) error
			want exc.Kind
		}{
			"dead": {func(p *place) error { return p.orb.Shutdown(t.Context()) }, exc.Rebind},
			"gone": {func(p *place) error { p.gone.Store(true); return nil }, exc.ObjectNotExist},
		} {
			first, second := newPlace(t, "first", anyPort), newPlace(t, "second", anyPort)
			first.to.Store(&orb.ForwardRequest{To: second.ref})
			ref := newClient(t, nil).NewRef(first.ref.IOR()).WithPolicies(orb.Policies{Rebind: mode})
			e := EchoClass.Unchecked(ref)
			answers(t, e, "second", "at first")
			if err := c.end(second); err != nil {
				t.Fatal(err)
			}
			first.to.Store(nil) // it has the object itself
			for i := range 4 {
				var sys *exc.SystemException
				if got, err := e.Say(t.Context(), ""); !errors.As(err, &sys) || sys.Kind != c.want {
					t.Errorf("%v, %s, call %d: %q, %v; want %v", mode, what, i, got, err, c.want)
				}
			}
			if err := ref.ValidateConnection(t.Context()); err != nil {
				t.Errorf("%v, %s: %v", mode, what, err)
			}
			answers(t, e, "first", "bound again")
		}
	}
}

// TestGoneBehindTwoForwards: where the place that a reference was forwarded to sends it on to one without the object, the original is asked before
// the object is called gone. It is asked once.
func TestGoneBehindTwoForwards(t *testing.T) {
	t.Parallel()
	for _, bound := range []bool{false, true} {
		first, second, third, fourth := newPlace(t, "first", anyPort), newPlace(t, "second", anyPort), newPlace(t, "third", anyPort), newPlace(t, "fourth", anyPort)
		first.to.Store(&orb.ForwardRequest{To: second.ref})
		ref := newClient(t, nil).NewRef(first.ref.IOR())
		if bound {
			ref = ref.WithPolicies(orb.Policies{Rebind: orb.NoRebind})
		}
		e := EchoClass.Unchecked(ref)
		answers(t, e, "second", "at first")
		second.to.Store(&orb.ForwardRequest{To: third.ref})
		third.gone.Store(true)
		first.to.Store(&orb.ForwardRequest{To: fourth.ref})
		asked := first.asked.Load()
		if bound {
			if err := ref.ValidateConnection(t.Context()); err != nil {
				t.Error("bound again:", err)
			}
		} else if gone, err := ref.NonExistent(t.Context()); gone || err != nil {
			t.Error("gone is", gone, err)
		}
		if n := first.asked.Load() - asked; n != 1 {
			t.Errorf("the original was asked %d times, want once", n)
		}
		answers(t, e, "fourth", "then")
		fourth.gone.Store(true)
		asked = first.asked.Load()
		for range 2 { // in the second the original is asked on the way
			if gone, err := ref.NonExistent(t.Context()); !gone || err != nil {
				t.Error("nobody has it, and gone is", gone, err)
			}
		}
		if n := first.asked.Load() - asked; n != 2 && !bound {
			t.Errorf("the original was asked %d times in two questions", n)
		}
	}
}

// TestGoneByPoliciesInForce: whether the original may be asked is for the policies of the question to say, and not for those of a call before.
func TestGoneByPoliciesInForce(t *testing.T) {
	t.Parallel()
	keep := func(ctx context.Context) context.Context {
		return orb.WithPolicies(ctx, orb.Policies{Rebind: orb.NoRebind})
	}
	first, second, third := newPlace(t, "first", anyPort), newPlace(t, "second", anyPort), newPlace(t, "third", anyPort)
	first.to.Store(&orb.ForwardRequest{To: second.ref})
	ref := newClient(t, nil).NewRef(first.ref.IOR())
	if got, err := EchoClass.Unchecked(ref).Say(keep(t.Context()), ""); got != "second" || err != nil {
		t.Fatal(got, err)
	}
	second.gone.Store(true)
	first.to.Store(&orb.ForwardRequest{To: third.ref})
	if gone, err := ref.NonExistent(keep(t.Context())); !gone || err != nil {
		t.Error("bound: gone is", gone, err)
	}
	if gone, err := ref.NonExistent(t.Context()); gone || err != nil {
		t.Error("not to stay: gone is", gone, err)
	}
}

// TestGoneSaidByAnswer: a place may say that the object is gone in the result of _non_existent as well, by which a reference is bound there.
func TestGoneSaidByAnswer(t *testing.T) {
	t.Parallel()
	at, _ := peerThat(t, func(c net.Conn, h giop.Header, msg []byte) {
		eachRequest(t, c, h, msg, func(h giop.Header, msg []byte, r *giop.Request) {
			answer(t, c, h, msg, giop.NoException, func(e *cdr.Encoder) { e.Boolean(true) })
		})
	})
	first, third := newPlace(t, "first", anyPort), newPlace(t, "third", anyPort)
	first.to.Store(&orb.ForwardRequest{To: orb.RefOf(at.(orb.Object))})
	ref := newClient(t, nil).NewRef(first.ref.IOR()).WithPolicies(orb.Policies{Rebind: orb.NoRebind})
	if is, err := ref.IsA(t.Context(), "IDL:other:1.0"); !is || err != nil { // binds it there
		t.Fatal(is, err)
	}
	first.to.Store(&orb.ForwardRequest{To: third.ref})
	if err := ref.ValidateConnection(t.Context()); err != nil {
		t.Error(err)
	}
	answers(t, EchoClass.Unchecked(ref), "third", "bound again")
}

// TestInterceptorReplacesGone: what the reference learns from a reply is what the peer has sent, whatever an interceptor makes of it.
func TestInterceptorReplacesGone(t *testing.T) {
	t.Parallel()
	first, second, third := newPlace(t, "first", anyPort), newPlace(t, "second", anyPort), newPlace(t, "third", anyPort)
	first.to.Store(&orb.ForwardRequest{To: second.ref})
	o := newClient(t, func(c *orb.Config) {
		c.ClientInterceptors = []orb.ClientInterceptor{func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
			err := next(ctx)
			if sys := (*exc.SystemException)(nil); errors.As(err, &sys) && sys.Kind == exc.ObjectNotExist {
				return exc.New(exc.Transient, 7, exc.No, "another word for it")
			}
			return err
		}}
	})
	e := EchoClass.Unchecked(o.NewRef(first.ref.IOR()))
	answers(t, e, "second", "at first")
	second.gone.Store(true)
	first.to.Store(&orb.ForwardRequest{To: third.ref})
	var sys *exc.SystemException
	if _, err := e.Say(t.Context(), ""); !errors.As(err, &sys) || sys.Kind != exc.Transient || sys.Minor != 7 {
		t.Errorf("the interceptor's is not what the caller gets, but %v", err)
	}
	answers(t, e, "third", "the original knows better")
}

// TestInterceptorReplacesResult: a reference is bound where the object has answered, also if the caller is not told.
func TestInterceptorReplacesResult(t *testing.T) {
	t.Parallel()
	first, second := newPlace(t, "first", anyPort), newPlace(t, "second", anyPort)
	veto := true
	o := newClient(t, func(c *orb.Config) {
		c.ClientInterceptors = []orb.ClientInterceptor{func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
			if err := next(ctx); err != nil || !veto {
				return err
			}
			return exc.New(exc.NoPermission, 7, exc.Yes, "not for this caller")
		}}
	})
	e := EchoClass.Unchecked(o.NewRef(first.ref.IOR()).WithPolicies(orb.Policies{Rebind: orb.NoRebind}))
	var sys *exc.SystemException
	if _, err := e.Say(t.Context(), ""); !errors.As(err, &sys) || sys.Kind != exc.NoPermission {
		t.Fatal(err)
	}
	veto = false
	first.to.Store(&orb.ForwardRequest{To: second.ref})
	if got, err := e.Say(t.Context(), ""); !errors.As(err, &sys) || sys.Kind != exc.Rebind {
		t.Errorf("%q, %v; want REBIND", got, err)
	}
}

// TestGoneAskedOnce: the original reference is asked once whether the object is gone.
func TestGoneAskedOnce(t *testing.T) {
	t.Parallel()
	first := newPlace(t, "first", anyPort)
	first.gone.Store(true)
	if gone, err := newClient(t, nil).NewRef(first.ref.IOR()).NonExistent(t.Context()); !gone || err != nil || first.asked.Load() != 1 {
		t.Errorf("gone is %v, %v; it was asked %d times", gone, err, first.asked.Load())
	}
}

// TestBoundNotInProcess: a reference that is bound by a connection is not called within the process instead, where calls that may bind it anew have been sent.
func TestBoundNotInProcess(t *testing.T) {
	t.Parallel()
	first, here := newPlace(t, "first", anyPort), newPlace(t, "here", anyPort)
	e := EchoClass.Unchecked(here.orb.NewRef(first.ref.IOR()))
	keep := orb.WithPolicies(t.Context(), orb.Policies{Rebind: orb.NoReconnect})
	if got, err := e.Say(keep, ""); got != "first" || err != nil {
		t.Fatal(got, err)
	}
	first.to.Store(&orb.ForwardRequest{To: here.ref})
	answers(t, e, "here", "forwarded")
	if got, err := e.Say(keep, ""); !errors.Is(err, exc.Rebind) {
		t.Errorf("%q, %v; want REBIND", got, err)
	}
}
