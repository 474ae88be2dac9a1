package orb_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

// A shop returns from Say what it is told to.
type shop struct {
	echo
	say func(ctx context.Context, text string) error
}

func (s *shop) Say(ctx context.Context, text string) (string, error) { return text, s.say(ctx, text) }

// TestCalledWithin: what a call within an operation ends with tells of the operation that was called. The servant has been at work, and
// its client may not take COMPLETED_NO for leave to call again.
func TestCalledWithin(t *testing.T) {
	t.Parallel()
	serving, root := newORB(t, nil)
	answer := &shop{say: func(_ context.Context, text string) error {
		if text == "yes" {
			return exc.New(exc.NoResources, 0, exc.Yes, "done")
		}
		return exc.New(exc.NoResources, 0, exc.No, "not begun")
	}}
	ref, err := EchoClass.Activate(root, Echo(answer))
	if err != nil {
		t.Fatal(err)
	}
	co := newClient(t, nil)
	far, near := EchoClass.Unchecked(co.NewRef(ref.IOR())), EchoClass.Unchecked(serving.NewRef(ref.IOR()))
	gone, err := co.Resolve(t.Context(), "corbaloc:iiop:127.0.0.1:1/x")
	if err != nil {
		t.Fatal(err)
	}
	down := EchoClass.Unchecked(gone)
	says := func(e Echo, text string) func(context.Context) error {
		return func(ctx context.Context) error { _, err := e.Say(ctx, text); return err }
	}
	same := func(err error) error { return err }
	for name, c := range map[string]struct {
		call func(context.Context) error
		kind exc.Kind
		told exc.Completed // what the servant is told
		out  func(error) error
		want exc.Completed // what its client is told
	}{
		"raised there":           {says(far, "no"), exc.NoResources, exc.No, same, exc.Maybe},
		"raised in this process": {says(near, "no"), exc.NoResources, exc.No, same, exc.Maybe},
		"completed there":        {says(far, "yes"), exc.NoResources, exc.Yes, same, exc.Maybe},
		"inferred here":          {down.Ping, exc.Transient, exc.No, same, exc.Maybe},
		"wrapped":                {says(far, "no"), exc.NoResources, exc.No, func(err error) error { return fmt.Errorf("the stock: %w", err) }, exc.Maybe},
		"said anew":              {says(far, "no"), exc.NoResources, exc.No, func(err error) error { return exc.New(exc.NoResources, 0, exc.No, "%w", err) }, exc.No},
		"said by itself":         {says(far, "no"), exc.NoResources, exc.No, func(error) error { return exc.New(exc.NoResources, 0, exc.Yes, "") }, exc.Yes},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var inner error
			outer := &shop{say: func(ctx context.Context, _ string) error {
				inner = c.call(ctx)
				return c.out(inner)
			}}
			ref, err := EchoClass.Activate(root, Echo(outer))
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range []*orb.ORB{co, serving} {
				var sys *exc.SystemException
				_, err = EchoClass.Unchecked(o.NewRef(ref.IOR())).Say(t.Context(), "")
				if !errors.As(err, &sys) || sys.Kind != c.kind || sys.Completed != c.want {
					t.Errorf("the client got %v, want %v completed %v", err, c.kind, c.want)
				}
				if !errors.As(inner, &sys) || sys.Kind != c.kind || sys.Completed != c.told {
					t.Errorf("the servant got %v, want %v completed %v", inner, c.kind, c.told)
				}
			}
		})
	}
}

// TestCalledByInterceptor: of what an interceptor calls it is likewise: before the operation nothing of that has run, behind it all has.
func TestCalledByInterceptor(t *testing.T) {
	t.Parallel()
	o := newClient(t, nil)
	nowhere, err := o.Resolve(t.Context(), "corbaloc:iiop:127.0.0.1:1/x")
	if err != nil {
		t.Fatal(err)
	}
	e := intercepting(t, false, cdr.V12, nil, []orb.ServerInterceptor{
		func(ctx context.Context, r *orb.IncomingRequest, next func(context.Context) error) error {
			if r.Operation() == "say" {
				if err := next(ctx); err != nil {
					return err
				}
			}
			return EchoClass.Unchecked(nowhere).Ping(ctx)
		},
	})
	_, behind := e.Say(t.Context(), "a")
	for want, err := range map[exc.Completed]error{exc.No: e.Ping(t.Context()), exc.Yes: behind} {
		var sys *exc.SystemException
		if !errors.As(err, &sys) || sys.Kind != exc.Transient || sys.Completed != want {
			t.Errorf("got %v, want TRANSIENT completed %v", err, want)
		}
	}
}

// TestCalledByClientInterceptor: what an interceptor of the client's calls says nothing of the caller's operation: behind that it is completed, before it nothing is.
func TestCalledByClientInterceptor(t *testing.T) {
	t.Parallel()
	o := newClient(t, nil)
	nowhere, err := o.Resolve(t.Context(), "corbaloc:iiop:127.0.0.1:1/x")
	if err != nil {
		t.Fatal(err)
	}
	_, root := newORB(t, nil)
	ref, err := EchoClass.Activate(root, Echo(&shop{say: func(context.Context, string) error { return exc.New(exc.NoResources, 0, exc.Yes, "") }}))
	if err != nil {
		t.Fatal(err)
	}
	down, full := EchoClass.Unchecked(nowhere), EchoClass.Unchecked(o.NewRef(ref.IOR()))
	for name, c := range map[string]struct {
		by   orb.ClientInterceptor
		want exc.Completed
	}{
		"behind": {func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
			if err := next(ctx); err != nil {
				return err
			}
			return fmt.Errorf("audit: %w", down.Ping(ctx))
		}, exc.Yes},
		"at the end": {func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
			r.AtEnd(func(error) error { return down.Ping(ctx) })
			return next(ctx)
		}, exc.Yes},
		"before": {func(ctx context.Context, r *orb.ClientRequest, next func(context.Context) error) error {
			if _, err := full.Say(ctx, ""); err != nil {
				return err
			}
			return next(ctx)
		}, exc.No},
	} {
		for _, local := range []bool{false, true} {
			_, err := intercepting(t, local, cdr.V12, []orb.ClientInterceptor{c.by}, nil).Say(t.Context(), "a")
			var sys *exc.SystemException
			if !errors.As(err, &sys) || sys.Completed != c.want {
				t.Errorf("%s, local %v: got %v, want completed %v", name, local, err, c.want)
			}
		}
	}
}

// TestInterceptorsAreToldOfTheServant: what a servant's own call has ended with is told to the interceptors as the client is: it tells of the servant.
func TestInterceptorsAreToldOfTheServant(t *testing.T) {
	t.Parallel()
	var told error
	_, root := newORB(t, func(c *orb.Config) {
		c.ServerInterceptors = []orb.ServerInterceptor{func(ctx context.Context, _ *orb.IncomingRequest, next func(context.Context) error) error {
			told = next(ctx)
			return told
		}}
	})
	co := newClient(t, nil)
	gone, err := co.Resolve(t.Context(), "corbaloc:iiop:127.0.0.1:1/x")
	if err != nil {
		t.Fatal(err)
	}
	ref, err := EchoClass.Activate(root, Echo(&shop{say: func(ctx context.Context, _ string) error { return EchoClass.Unchecked(gone).Ping(ctx) }}))
	if err != nil {
		t.Fatal(err)
	}
	var sys *exc.SystemException
	if _, err := EchoClass.Unchecked(co.NewRef(ref.IOR())).Say(t.Context(), ""); !errors.As(err, &sys) || sys.Completed != exc.Maybe {
		t.Errorf("the client got %v", err)
	}
	if !errors.As(told, &sys) || sys.Completed != exc.Maybe || sys.Called {
		t.Errorf("the interceptor was told %#v", told)
	}
}

// A refuser is an Echo whose Add, which may raise Refused, returns what it is told to.
type refuser struct {
	echo
	err error
}

func (s *refuser) Add(context.Context, float64, int32) (float64, int32, string, error) {
	return 0, 0, "", s.err
}

// TestSystemExceptionForDeclared: a system exception that a servant puts in the place of a declared one, which is its cause, is what the client gets.
func TestSystemExceptionForDeclared(t *testing.T) {
	t.Parallel()
	declared := &Refused{Code: 7, Why: "no"}
	instead := exc.New(exc.NoPermission, 3, exc.No, "the back office: %w", declared)
	beside := exc.New(exc.NoPermission, 3, exc.No, "")
	_, bare := newORB(t, nil)
	_, watched := newORB(t, func(c *orb.Config) {
		pass := func(ctx context.Context, _ *orb.IncomingRequest, next func(context.Context) error) error {
			return next(ctx)
		}
		c.ServerInterceptors = []orb.ServerInterceptor{pass, pass}
	})
	co := newClient(t, nil)
	nowhere, err := co.Resolve(t.Context(), "corbaloc:iiop:127.0.0.1:1/x")
	if err != nil {
		t.Fatal(err)
	}
	called := EchoClass.Unchecked(nowhere).Ping(t.Context()) // TRANSIENT, completed NO: by a call of the servant's own
	for name, c := range map[string]struct {
		err  error
		want string
	}{
		"beside a call's":            {fmt.Errorf("%w: %w", declared, called), "user"},
		"behind a call's":            {fmt.Errorf("%w: %w", called, declared), "user"},
		"declared":                   {declared, "user"},
		"wrapped":                    {fmt.Errorf("in words: %w", declared), "user"},
		"in its place":               {instead, "NO_PERMISSION"},
		"in its place, wrapped":      {fmt.Errorf("in words: %w", instead), "NO_PERMISSION"},
		"outside a system exception": {fmt.Errorf("%w, since: %w", declared, beside), "user"},
	} {
		for _, root := range []*poa.Root{bare, watched} {
			ref, err := EchoClass.Activate(root, Echo(&refuser{err: c.err}))
			if err != nil {
				t.Fatal(err)
			}
			_, _, _, err = EchoClass.Unchecked(co.NewRef(ref.IOR())).Add(t.Context(), 1, 1)
			got := brief(err)
			if x := (*Refused)(nil); errors.As(err, &x) && *x == *declared {
				got = "user"
			}
			if sys := (*exc.SystemException)(nil); errors.As(err, &sys) && (sys.Minor != 3 || sys.Completed != exc.No) {
				t.Errorf("%s, interceptors=%v: the client got %v", name, root == watched, err)
			}
			if got != c.want {
				t.Errorf("%s, interceptors=%v: the client got %v, want %s", name, root == watched, err, c.want)
			}
		}
		e := cdr.NewEncoder(nil, true, co.Env())
		if system := orb.PutException(e, c.err, RefusedType); system != (c.want != "user") {
			t.Errorf("%s: it is held as a system exception: %v", name, system)
		}
	}
}

// TestPeerWithinProcess: who is called from the same process has no peer, though who calls him has.
func TestPeerWithinProcess(t *testing.T) {
	t.Parallel()
	o, root := newORB(t, nil)
	inner := &shop{say: func(ctx context.Context, _ string) error {
		derived, cancel := context.WithCancel(ctx)
		defer cancel()
		if p, l, d := orb.Peer(ctx), orb.Local(ctx), orb.Peer(derived); p != nil || l != nil || d != nil || orb.Caller(ctx).Process != nil {
			return fmt.Errorf("called by %v at %v, %v", p, l, d)
		}
		return nil
	}}
	near, err := EchoClass.Activate(root, Echo(inner))
	if err != nil {
		t.Fatal(err)
	}
	outer := &shop{say: func(ctx context.Context, _ string) error {
		if orb.Peer(ctx) == nil || orb.Local(ctx) == nil {
			return errors.New("called by nobody")
		}
		_, err := EchoClass.Unchecked(o.NewRef(near.IOR())).Say(ctx, "")
		if err == nil {
			_, err = EchoClass.Unchecked(o.NewRef(near.IOR())).Say(orb.WithPeer(ctx, orb.Peer(ctx)), "")
		}
		return err
	}}
	ref, err := EchoClass.Activate(root, Echo(outer))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := EchoClass.Unchecked(newClient(t, nil).NewRef(ref.IOR())).Say(t.Context(), ""); err != nil {
		t.Error(err)
	}
}
