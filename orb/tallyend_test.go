package orb_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

// A teller is an Echo whose operations do as their names say, and which refuses all others by itself, as a servant does
// that has no skeleton.
type teller struct {
	entered, release chan struct{}
	far              Echo // another server
}

func (*teller) Interface() *orb.Interface { return &orb.Interface{ID: echoID} }
func (s *teller) Implementation() any     { return s }

func (s *teller) Dispatch(r *orb.ServerRequest) bool {
	var err error
	switch r.Operation() {
	case "fine", "unsayable", "long":
	case "waits":
		s.entered <- struct{}{}
		<-s.release
	case "relays":
		err = callOf(r.Context(), s.far, "unheard_of")
	case "stops":
		err = exc.New(exc.BadInvOrder, 5, exc.No, "told to")
	default:
		r.Returned(exc.New(exc.BadOperation, 7, exc.No, "never heard of %s", r.Operation()))
		return true
	}
	if !r.Decoded() || !r.Returned(err) {
		return true
	}
	switch r.Operation() {
	case "unsayable":
		r.Out.String("a\x00b")
	case "long":
		r.Out.Octets(make([]byte, 10_000))
	}
	return true
}

// late raises when an operation has run.
type late struct{ servant orb.Servant }

func (l late) Preinvoke(context.Context, poa.Invocation) (orb.Servant, any, error) {
	return l.servant, nil, nil
}

func (late) Postinvoke(context.Context, poa.Invocation, any, orb.Servant) error {
	return exc.New(exc.NoResources, 5, exc.Yes, "told to")
}

// tellers are a teller as it is, behind a locator that raises after each of its operations, and behind an interceptor that does.
func tellers(t *testing.T, s *teller, l *limits.Limits, how string) (*orb.ORB, Echo) {
	t.Helper()
	o, root := newORB(t, func(c *orb.Config) {
		c.Count, c.Limits = true, l
		if how == "interceptor" {
			c.ServerInterceptors = []orb.ServerInterceptor{func(ctx context.Context, _ *orb.IncomingRequest, next func(context.Context) error) error {
				if err := next(ctx); err != nil {
					return err
				}
				return exc.New(exc.NoResources, 5, exc.Yes, "told to")
			}}
		}
	})
	var ref *orb.Ref
	var err error
	if how == "locator" {
		p, e := root.Create("located", poa.Options{ServantRetention: poa.NonRetain, RequestProcessing: poa.UseServantManager, ServantLocator: late{s}, IDAssignment: poa.UserID})
		if e != nil {
			t.Fatal(e)
		}
		ref, err = p.Reference("x", s.Interface())
	} else {
		ref, err = root.Activate(s)
	}
	if err != nil {
		t.Fatal(err)
	}
	return o, EchoClass.Unchecked(newClient(t, nil).NewRef(ref.IOR()))
}

// rows returns what has been counted, a text each.
func rows(o *orb.ORB) (all []string) {
	for _, c := range o.Calls() {
		all = append(all, fmt.Sprintf("%s %d %d %d", c.Operation, c.Calls, c.Raised, c.Failed))
	}
	return all
}

// TestCallsThatFailLate holds that what is counted is what the client is told: failures that come when the servant has returned
// are some.
func TestCallsThatFailLate(t *testing.T) {
	t.Parallel()
	_, far := counted(t, nil)
	for _, c := range []struct {
		how  string
		want []string
	}{
		{"", []string{"_OTHER 2 0 2", "fine 2 0 0", "long 2 0 2", "relays 2 0 2", "stops 2 0 2", "unsayable 2 0 2"}},
		{"locator", []string{"_OTHER 2 0 2", "fine 2 0 2", "long 2 0 2", "relays 2 0 2", "stops 2 0 2", "unsayable 2 0 2"}},
		{"interceptor", []string{"_OTHER 2 0 2", "fine 2 0 2", "long 2 0 2", "relays 2 0 2", "stops 2 0 2", "unsayable 2 0 2"}},
	} {
		l := new(limits.Limits)
		l.Set(limits.MessageSize, 5_000)
		o, e := tellers(t, &teller{far: far}, l, c.how)
		for range 2 {
			for _, op := range []string{"fine", "long", "made_up", "relays", "stops", "unsayable"} {
				if err := callOf(t.Context(), e, op); err == nil && (op != "fine" || c.how != "") {
					t.Errorf("%s %s went well", c.how, op)
				}
			}
		}
		if got := rows(o); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.how, got, c.want)
		}
	}
}

// TestFirstCallThatRuns holds that a call is counted when it has begun, the first of its operation too.
func TestFirstCallThatRuns(t *testing.T) {
	t.Parallel()
	s := &teller{entered: make(chan struct{}), release: make(chan struct{})}
	o, e := tellers(t, s, nil, "")
	ended := make(chan error, 2)
	for i := range 2 {
		go func() { ended <- callOf(t.Context(), e, "waits") }()
		<-s.entered
		if got, want := rows(o), []string{fmt.Sprintf("waits %d 0 0", i+1)}; !slices.Equal(got, want) {
			t.Errorf("while they run: got %q, want %q", got, want)
		}
	}
	for i := range 2 {
		s.release <- struct{}{}
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if got, want := rows(o), []string{"waits 2 0 0"}; !slices.Equal(got, want) {
			t.Errorf("when %d has ended: got %q, want %q", i+1, got, want)
		}
	}
}

// TestInventedOperations holds that names that clients make up take nobody's place, whoever refuses them.
func TestInventedOperations(t *testing.T) {
	t.Parallel()
	l := new(limits.Limits)
	l.Set(limits.CountedOperations, 3)
	o, e := tellers(t, new(teller), l, "")
	for i := range 10 {
		if err := callOf(t.Context(), e, fmt.Sprint("made_up_", i)); !errors.Is(err, exc.BadOperation) {
			t.Fatal(err)
		}
	}
	if err := callOf(t.Context(), e, "fine"); err != nil {
		t.Fatal(err)
	}
	if got, want := rows(o), []string{"_OTHER 10 0 10", "fine 1 0 0"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestLocateRaises: what a locator raises when the place of an object has been told is the answer to who asked for that (LocateRequest).
func TestLocateRaises(t *testing.T) {
	t.Parallel()
	o, root := newORB(t, nil)
	p, err := root.Create("late", poa.Options{ServantRetention: poa.NonRetain, RequestProcessing: poa.UseServantManager, IDAssignment: poa.UserID, ServantLocator: late{EchoClass.Servant(new(echo))}})
	if err != nil {
		t.Fatal(err)
	}
	ref, err := p.Reference("one", EchoClass.Interface())
	if err != nil {
		t.Fatal(err)
	}
	profile, err := ref.IOR().Profiles[0].IIOP()
	if err != nil {
		t.Fatal(err)
	}
	var e cdr.Encoder
	e.Reset(nil, true, &cdr.Env{Version: cdr.V12})
	giop.PutLocateRequest(&e, cdr.V12, 2, profile.Key, nil)
	h, d := exchange(t, o, e.Bytes())
	var located giop.LocateReply
	if err := located.Parse(h, d); err != nil || located.Status != giop.LocSystemException {
		t.Fatalf("got %v, %v", located.Status, err)
	}
	if sys, err := giop.GetSystemException(d); err != nil || sys.Kind != exc.NoResources || sys.Minor != 5 {
		t.Errorf("got %v, %v", sys, err)
	}
}
