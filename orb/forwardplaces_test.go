package orb_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

// A place is an ORB with one object, which it has itself or sends its clients elsewhere for.
type place struct {
	echo
	name  string
	orb   *orb.ORB
	ref   *orb.Ref
	to    atomic.Pointer[orb.ForwardRequest]
	gone  atomic.Bool
	asked atomic.Int32
}

func (p *place) Say(context.Context, string) (string, error) { return p.name, nil }

func newPlace(t *testing.T, name, listen string) *place {
	t.Helper()
	x := &place{name: name}
	o, root := newORB(t, func(c *orb.Config) { c.Listen = []string{listen} })
	p, err := root.Create("places", poa.Options{
		ServantRetention: poa.NonRetain, RequestProcessing: poa.UseServantManager, IDAssignment: poa.UserID, Lifespan: poa.Persistent,
		ServantLocator: poa.LocatorFunc(func(context.Context, string) (orb.Servant, error) {
			x.asked.Add(1)
			if f := x.to.Load(); f != nil {
				return nil, f
			}
			if x.gone.Load() {
				return nil, exc.New(exc.ObjectNotExist, exc.MinorObjectUnknown, exc.No, "gone")
			}
			return EchoClass.Servant(x), nil
		}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if x.ref, err = p.Reference("one", EchoClass.Interface()); err != nil {
		t.Fatal(err)
	}
	x.orb = o
	return x
}

// answers calls, and holds that the place of that name answers.
func answers(t *testing.T, e Echo, want, when string) {
	t.Helper()
	if got, err := e.Say(t.Context(), ""); got != want || err != nil {
		t.Errorf("%s: %q, %v; want the place %q", when, got, err, want)
	}
}

// TestForGoodBehindForNow: what a place says for good to which clients came for now is nothing that the one who sent them there has
// said for good.
func TestForGoodBehindForNow(t *testing.T) {
	t.Parallel()
	const free = "tcp:127.0.0.1:0"
	first, second, third, fourth := newPlace(t, "first", free), newPlace(t, "second", free), newPlace(t, "third", free), newPlace(t, "fourth", free)
	first.to.Store(&orb.ForwardRequest{To: second.ref})
	second.to.Store(&orb.ForwardRequest{To: third.ref, ForGood: true})
	e := EchoClass.Unchecked(newClient(t, nil).NewRef(first.ref.IOR()))
	answers(t, e, "third", "for now, and then for good")
	answers(t, e, "third", "again")
	if a, b := first.asked.Load(), second.asked.Load(); a != 1 || b != 1 {
		t.Errorf("asked %d and %d times on the way, want once each", a, b)
	}
	first.to.Store(&orb.ForwardRequest{To: fourth.ref})
	if err := third.orb.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	answers(t, e, "fourth", "the first place knows better")
}

// TestForwardPlaceTaken: the address of the place that the object was forwarded to for now is another server's by now, over whose connection the
// client makes other calls. The object has not ceased to be.
func TestForwardPlaceTaken(t *testing.T) {
	t.Parallel()
	const free = "tcp:127.0.0.1:0"
	first, second, third := newPlace(t, "first", free), newPlace(t, "second", free), newPlace(t, "third", free)
	first.to.Store(&orb.ForwardRequest{To: second.ref})
	o := newClient(t, nil)
	e := EchoClass.Unchecked(o.NewRef(first.ref.IOR()))
	answers(t, e, "second", "forwarded")
	address := "tcp:" + second.orb.Endpoints()[0].Address()
	if err := second.orb.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	another, root := newORB(t, func(c *orb.Config) { c.Listen = []string{address} })
	ref, err := EchoClass.Activate(root, Echo(new(echo)))
	if err != nil {
		t.Fatal(err)
	}
	if err := EchoClass.Unchecked(o.NewRef(ref.IOR())).Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := another.Connections(); n != 1 {
		t.Fatalf("the other server has %d connections", n)
	}
	for range 2 {
		asked := first.asked.Load()
		var sys *exc.SystemException
		if _, err := e.Say(t.Context(), ""); !errors.As(err, &sys) || sys.Kind != exc.ObjectNotExist {
			t.Errorf("whoever forwards does not know better, and the answer is %v", err)
		}
		if n := first.asked.Load() - asked; n > 1 {
			t.Errorf("the one who forwards was asked %d times in a call, want once", n)
		}
	}
	first.to.Store(&orb.ForwardRequest{To: third.ref})
	answers(t, e, "third", "whoever forwards knows better")
	if err := e.Ping(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestGoneFromPlace: that there is no such object is not for the place to say that it was forwarded to for now, also where the
// reference is bound to it.
func TestGoneFromPlace(t *testing.T) {
	t.Parallel()
	const free = "tcp:127.0.0.1:0"
	for _, bound := range []bool{false, true} {
		first, third := newPlace(t, "first", free), newPlace(t, "third", free)
		_, root := newORB(t, nil)
		object, err := EchoClass.Activate(root, Echo(new(echo)))
		if err != nil {
			t.Fatal(err)
		}
		first.to.Store(&orb.ForwardRequest{To: object})
		ref := newClient(t, nil).NewRef(first.ref.IOR())
		if bound {
			ref = ref.WithPolicies(orb.Policies{Rebind: orb.NoRebind})
		}
		if err := EchoClass.Unchecked(ref).Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := root.DeactivateObject(object); err != nil {
			t.Fatal(err)
		}
		first.to.Store(&orb.ForwardRequest{To: third.ref})
		if gone, err := ref.NonExistent(t.Context()); gone == !bound || err != nil {
			t.Errorf("bound %v: gone is %v, %v", bound, gone, err)
		}
		if err := ref.ValidateConnection(t.Context()); err != nil {
			t.Errorf("bound %v: bound again: %v", bound, err)
		}
		answers(t, EchoClass.Unchecked(ref), "third", "then")

	}
}

// TestForwardAndOriginalFail: where neither the place that the object was forwarded to for now can help nor who forwards, the error tells what happened
// at which of the two, whether it was in this call or one before. When the object has been found again it is of the past.
func TestForwardAndOriginalFail(t *testing.T) {
	t.Parallel()
	const free = "tcp:127.0.0.1:0"
	for name, c := range map[string]struct {
		gone bool // the place is there, and the object is not
		says string
	}{
		"gone": {true, "OBJECT_NOT_EXIST"},
		"down": {false, "closed by the peer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first, second, third := newPlace(t, "first", free), newPlace(t, "second", free), newPlace(t, "third", free)
			first.to.Store(&orb.ForwardRequest{To: second.ref})
			e := EchoClass.Unchecked(newClient(t, nil).NewRef(first.ref.IOR()))
			answers(t, e, "second", "forwarded")
			at, there := "tcp:"+first.orb.Endpoints()[0].Address(), "tcp:"+second.orb.Endpoints()[0].Address()
			if err := first.orb.Shutdown(t.Context()); err != nil {
				t.Fatal(err)
			}
			var sys *exc.SystemException
			if c.gone {
				second.gone.Store(true)
				if _, err := e.Say(t.Context(), ""); !errors.As(err, &sys) || sys.Kind != exc.ObjectNotExist {
					t.Fatalf("the object is gone: %v", err)
				}
			} else if err := second.orb.Shutdown(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, when := range []string{"at first", "again"} {
				_, err := e.Say(t.Context(), "")
				if !errors.As(err, &sys) || sys.Kind != exc.Transient || sys.Completed != exc.No || sys.Remote {
					t.Fatalf("%s: %v", when, err)
				}
				original, forward, ok := strings.Cut(sys.Reason, "; it had been forwarded to ")
				if !ok || !strings.Contains(original, "cannot connect to "+at+":") || !strings.HasPrefix(forward, there+", and there: ") || !strings.Contains(forward, c.says) {
					t.Errorf("%s: %q does not tell of %s and %s", when, sys.Reason, at, there)
				}
			}
			back, root := newORB(t, func(c *orb.Config) { c.Listen, c.ServerID = []string{at}, first.orb.ServerID() })
			if _, err := root.Create("places", poa.Options{
				ServantRetention: poa.NonRetain, RequestProcessing: poa.UseServantManager, IDAssignment: poa.UserID, Lifespan: poa.Persistent,
				ServantLocator: poa.LocatorFunc(func(context.Context, string) (orb.Servant, error) {
					return nil, &orb.ForwardRequest{To: third.ref}
				}),
			}); err != nil {
				t.Fatal(err)
			}
			answers(t, e, "third", "who forwards is back")
			for _, o := range []*orb.ORB{third.orb, back} {
				if err := o.Shutdown(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := e.Say(t.Context(), ""); err == nil || strings.Contains(err.Error(), there) || !strings.Contains(err.Error(), "forwarded to tcp:"+third.orb.Endpoints()[0].Address()) {
				t.Errorf("in the end: %v", err)
			}
		})
	}
}

// TestForwardForgotten: why a place was no good is told until the original reference has answered, and however long the peer's text is, little of it is kept.
func TestForwardForgotten(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("long ", 1<<16)
	goneThere := func(first *place) Echo {
		_, root := newORB(t, nil)
		var gone atomic.Bool
		p, err := root.Create("second", poa.Options{ServantRetention: poa.NonRetain, RequestProcessing: poa.UseServantManager, IDAssignment: poa.UserID, Lifespan: poa.Persistent,
			ServantLocator: poa.LocatorFunc(func(context.Context, string) (orb.Servant, error) {
				if gone.Load() {
					x := exc.New(exc.ObjectNotExist, 1, exc.No, "%s", long)
					x.Public = true
					return nil, x
				}
				return EchoClass.Servant(&place{name: "second"}), nil
			})})
		if err != nil {
			t.Fatal(err)
		}
		ref, err := p.Reference("one", EchoClass.Interface())
		if err != nil {
			t.Fatal(err)
		}
		first.to.Store(&orb.ForwardRequest{To: ref})
		e := EchoClass.Unchecked(newClient(t, nil).NewRef(first.ref.IOR()))
		answers(t, e, "second", "forwarded")
		gone.Store(true)
		first.to.Store(nil)
		if _, err := e.Say(t.Context(), ""); !errors.Is(err, exc.ObjectNotExist) {
			t.Fatal("gone at the place:", err)
		}
		return e
	}
	for _, asked := range []bool{false, true} {
		first := newPlace(t, "first", anyPort)
		e := goneThere(first)
		if asked {
			answers(t, e, "first", "asked again")
		}
		if err := first.orb.Shutdown(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, err := e.Say(t.Context(), "")
		if err == nil || strings.Contains(err.Error(), "had been forwarded") == asked || len(err.Error()) > 2000 {
			t.Errorf("the original had answered: %v; the error has %d octets: %.300v", asked, len(err.Error()), err)
		}
	}
}

// TestForwardForgottenForAnother: what has become of a place is no word about the next that clients are sent to for good, dead as that may be.
func TestForwardForgottenForAnother(t *testing.T) {
	t.Parallel()
	first, second, third := newPlace(t, "first", anyPort), newPlace(t, "second", anyPort), newPlace(t, "third", anyPort)
	first.to.Store(&orb.ForwardRequest{To: second.ref})
	e := EchoClass.Unchecked(newClient(t, nil).NewRef(first.ref.IOR()))
	answers(t, e, "second", "forwarded")
	second.gone.Store(true)
	if _, err := e.Say(t.Context(), ""); !errors.Is(err, exc.ObjectNotExist) {
		t.Fatal("gone at the place:", err)
	}
	if err := third.orb.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	first.to.Store(&orb.ForwardRequest{To: third.ref, ForGood: true})
	if _, err := e.Say(t.Context(), ""); err == nil || strings.Contains(err.Error(), "had been forwarded") {
		t.Errorf("got %v", err)
	}
}
