package orb_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

// raises is a servant whose Add ends as it is told to.
type raises struct {
	echo
	err func(context.Context) error
	ran int
}

func (s *raises) Add(ctx context.Context, _ float64, _ int32) (float64, int32, string, error) {
	s.ran++
	return 0, 0, "", s.err(ctx)
}

// TestWhatIsPutAside: a user exception that a system exception has been put in the place of does not reach the client, whatever is around that in the servant's error; one that stands beside it does.
func TestWhatIsPutAside(t *testing.T) {
	t.Parallel()
	co := newClient(t, nil)
	nowhere, err := co.Resolve(t.Context(), "corbaloc:iiop:127.0.0.1:1/x")
	if err != nil {
		t.Fatal(err)
	}
	down := EchoClass.Unchecked(nowhere).Ping // a system exception of a call's
	user := &Refused{7, "secret"}
	mapped := func() error { return exc.New(exc.NoPermission, 9, exc.Yes, "not for you: %w", user) }
	for name, c := range map[string]struct {
		err  func(context.Context) error
		want string // kind, or "user"
	}{
		"alone":                     {func(context.Context) error { return mapped() }, "NO_PERMISSION"},
		"in words":                  {func(context.Context) error { return fmt.Errorf("it says: %w", mapped()) }, "NO_PERMISSION"},
		"behind a system exception": {func(ctx context.Context) error { return errors.Join(down(ctx), mapped()) }, "TRANSIENT"},
		"before a system exception": {func(ctx context.Context) error { return errors.Join(mapped(), down(ctx)) }, "NO_PERMISSION"},
		"far behind one": {func(ctx context.Context) error {
			return fmt.Errorf("%w, %w", down(ctx), errors.Join(errors.New("x"), fmt.Errorf("y: %w", mapped())))
		}, "TRANSIENT"},
		"it stands":                     {func(context.Context) error { return fmt.Errorf("it says: %w", user) }, "user"},
		"it stands behind one":          {func(ctx context.Context) error { return errors.Join(down(ctx), user) }, "user"},
		"it stands before one":          {func(ctx context.Context) error { return errors.Join(user, down(ctx)) }, "user"},
		"it stands behind what is":      {func(context.Context) error { return errors.Join(mapped(), user) }, "user"},
		"it stands behind two that are": {func(ctx context.Context) error { return errors.Join(down(ctx), mapped(), fmt.Errorf("x: %w", user)) }, "user"},
		"a nil pointer": {func(context.Context) error {
			return errors.Join((*exc.SystemException)(nil), exc.New(exc.NoPermission, 9, exc.Yes, ""))
		}, "UNKNOWN"},
	} {
		_, root := newORB(t, nil)
		ref, err := EchoClass.Activate(root, Echo(&raises{err: c.err}))
		if err != nil {
			t.Fatal(err)
		}
		_, _, _, err = EchoClass.Unchecked(co.NewRef(ref.IOR())).Add(t.Context(), 1, 1)
		got := brief(err)
		if refused := (*Refused)(nil); errors.As(err, &refused) {
			got = "user"
		}
		if got != c.want {
			t.Errorf("%s: the client got %v, want %s", name, err, c.want)
		}
	}
}

// TestRefusedForward: a forward that an interceptor has refused is not followed because another puts an exception of its own before the refusal, on neither side; nor is the operation run a second time.
func TestRefusedForward(t *testing.T) {
	t.Parallel()
	co := newClient(t, nil)
	nowhere, err := co.Resolve(t.Context(), "corbaloc:iiop:127.0.0.1:1/x")
	if err != nil {
		t.Fatal(err)
	}
	down := EchoClass.Unchecked(nowhere).Ping
	_, otherRoot := newORB(t, nil)
	other := new(fate)
	to, err := EchoClass.Activate(otherRoot, Echo(other))
	if err != nil {
		t.Fatal(err)
	}
	forward := &orb.ForwardRequest{To: to}
	refused := exc.New(exc.NoPermission, 9, exc.No, "it is not to be forwarded: %w", forward)
	for name, err := range map[string]error{
		"behind":     errors.Join(exc.New(exc.NoResources, 1, exc.No, ""), refused),
		"before":     errors.Join(refused, exc.New(exc.NoResources, 1, exc.No, "")),
		"far behind": fmt.Errorf("%w, %w", exc.New(exc.NoResources, 1, exc.No, ""), fmt.Errorf("x: %w", refused)),
	} {
		if orb.ForwardOf(err) != nil {
			t.Errorf("%s: it is taken for a forward", name)
		}
	}
	if orb.ForwardOf(errors.Join(refused, forward)) != forward {
		t.Error("one that stands beside what has been refused is not found")
	}
	audit := func(ctx context.Context, next func(context.Context) error, _ func(func(error) error)) error {
		if err := next(ctx); err != nil {
			return fmt.Errorf("%w, and the request: %w", down(ctx), err)
		}
		return nil
	}
	for _, server := range []bool{false, true} {
		for _, local := range []bool{false, true} {
			there, _, s := intercepted(t, server, local, audit, func(ctx context.Context, next func(context.Context) error, _ func(func(error) error)) error {
				_ = next(ctx)
				return exc.New(exc.NoPermission, 9, exc.Yes, "it is not to be forwarded: %w", forward)
			})
			if _, err := there.Say(t.Context(), exc.Yes.String()); !errors.Is(err, exc.Transient) || other.ran != 0 || s.ran != 1 {
				t.Errorf("server=%v, local=%v: %v; it ran %d times, and %d where it was not to be forwarded to", server, local, err, s.ran, other.ran)
			}
		}
	}
}

// TestAdapterRefusesAServant: the client of a servant that has been at work, and returns what an adapter has refused it by, is not told that nothing has been done.
func TestAdapterRefusesAServant(t *testing.T) {
	t.Parallel()
	_, root := newORB(t, nil)
	made, err := root.Create("made", poa.Options{IDAssignment: poa.UserID})
	if err != nil {
		t.Fatal(err)
	}
	co := newClient(t, nil)
	for name, refuse := range map[string]func() error{
		"an id that is taken": func() error {
			_, err := made.ActivateWithID("a", EchoClass.Servant(new(echo)))
			if err == nil {
				_, err = made.ActivateWithID("a", EchoClass.Servant(new(echo)))
			}
			return err
		},
		"a policy":           func() error { _, err := root.ActivateWithID("a", EchoClass.Servant(new(echo))); return err },
		"a name":             func() error { _, err := root.Create("", poa.Options{}); return err },
		"an object not here": func() error { return made.Deactivate("nobody") },
	} {
		ref, err := EchoClass.Activate(root, Echo(&raises{err: func(context.Context) error { return refuse() }}))
		if err != nil {
			t.Fatal(err)
		}
		_, _, _, err = EchoClass.Unchecked(co.NewRef(ref.IOR())).Add(t.Context(), 1, 1)
		if sys := exc.From(err, exc.No); err == nil || sys.Kind == exc.Unknown || sys.Completed != exc.Maybe {
			t.Errorf("%s: the client got %v, want what the adapter said, completed MAYBE", name, err)
		}
	}
}
