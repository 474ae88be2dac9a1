package orb_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/internal/leaktest"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/poa"
)

func TestMain(m *testing.M) {
	if publish := os.Getenv(soakServerEnv); publish != "" { // this is a server of TestExactSoak
		if err := serveSoak(publish); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	leaktest.Main(m)
}

// echo is the servant of most tests.
type echo struct {
	EchoBase
	notes   atomic.Int32
	entered chan struct{} // if set, Say("wait") tells that it runs
	release chan struct{} // and waits for this or its context
	ended   chan error    // and says how its context ended
	orb     *orb.ORB
	saw     func(context.Context) any // if set, Ping fails unless this finds something
}

func (s *echo) Ping(ctx context.Context) error {
	if s.saw != nil && s.saw(ctx) == nil {
		return errors.New("nothing is in the context")
	}
	return nil
}

func (s *echo) Say(ctx context.Context, text string) (string, error) {
	switch text {
	case "panic":
		panic("told to")
	case "goexit":
		runtime.Goexit()
	case "slow goexit": // another goroutine has the connection by then
		s.entered <- struct{}{}
		<-s.release
		runtime.Goexit()
	case "big":
		return strings.Repeat("x", 1<<20), nil
	case "foreign":
		return "", errors.New("some error of its own")
	case "typed nil":
		var e *Refused
		return "", e
	case "typed nil system exception":
		var e *exc.SystemException
		return "", e
	case "minor 5":
		return "", exc.New(exc.NoResources, 5, exc.Maybe, "told to")
	case "shutdown":
		return "", s.orb.Shutdown(ctx)
	case "stuck": // it does not look at its context
		s.entered <- struct{}{}
		<-s.release
	case "wait":
		s.entered <- struct{}{}
		select {
		case <-s.release:
			return "released", nil
		case <-ctx.Done():
			s.ended <- ctx.Err()
			return "", ctx.Err()
		}
	}
	return text, nil
}

func (s *echo) Add(_ context.Context, a float64, n int32) (float64, int32, string, error) {
	if a < 0 {
		return 0, 0, "", fmt.Errorf("wrapped: %w", &Refused{int32(a), "negative"})
	}
	return a + float64(n), n + 1, fmt.Sprint(a), nil
}

func (s *echo) Meet(ctx context.Context, other Echo) (Echo, error) {
	if other == nil {
		return nil, nil
	}
	if text, err := other.Say(ctx, "hello from the other side"); err != nil || text != "hello from the other side" {
		return nil, fmt.Errorf("called back: %q, %v", text, err)
	}
	return s, nil
}

func (s *echo) Note(context.Context, string) error { s.notes.Add(1); return nil }

func (s *echo) Blob(_ context.Context, b []byte) ([]byte, error) { return b, nil }

func quiet() *slog.Logger { return slog.New(slog.NewTextHandler(io.Discard, nil)) }

// newORB returns an ORB with an adapter that listens on a free port of loopback.
func newORB(t testing.TB, change func(*orb.Config)) (*orb.ORB, *poa.Root) {
	t.Helper()
	cfg := orb.Config{Listen: []string{"tcp:127.0.0.1:0"}, Logger: quiet()}
	if change != nil {
		change(&cfg)
	}
	onRoad(t, &cfg)
	o, err := orb.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := o.Shutdown(ctx); err != nil {
			t.Errorf("shutdown: %v", err)
		}
	})
	return o, poa.New(o)
}

func newClient(t testing.TB, change func(*orb.Config)) *orb.ORB {
	o, _ := newORB(t, func(c *orb.Config) {
		c.Listen = nil
		if change != nil {
			change(c)
		}
	})
	return o
}

// serve activates impl in a new ORB and binds it in another.
func serve(t testing.TB, impl *echo) Echo {
	t.Helper()
	o, root := newORB(t, nil)
	impl.orb = o
	ref, err := EchoClass.Activate(root, impl)
	if err != nil {
		t.Fatal(err)
	}
	e, err := EchoClass.Bind(t.Context(), newClient(t, nil), ref.String())
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestForms calls through every version, byte order, and with fragments, over TCP and locally.
func TestForms(t *testing.T) {
	t.Parallel()
	for _, v := range []cdr.Version{cdr.V10, cdr.V11, cdr.V12} {
		for _, big := range []bool{false, true} {
			for _, fragment := range []int{0, 64} {
				for _, local := range []bool{false, true} {
					name := fmt.Sprintf("%v big=%v fragment=%d local=%v", v, big, fragment, local)
					t.Run(name, func(t *testing.T) {
						t.Parallel()
						set := func(c *orb.Config) { c.MaxVersion, c.BigEndian, c.FragmentSize = v, big, fragment }
						so, root := newORB(t, set)
						impl := new(echo)
						ref, err := EchoClass.Activate(root, impl)
						if err != nil {
							t.Fatal(err)
						}
						co := so
						if !local {
							co, _ = newORB(t, set)
						}
						e, err := EchoClass.Bind(t.Context(), co, ref.String())
						if err != nil {
							t.Fatal(err)
						}
						callAll(t, e, impl)
					})
				}
			}
		}
	}
}

func callAll(t *testing.T, e Echo, impl *echo) {
	ctx := t.Context()
	if err := e.Ping(ctx); err != nil {
		t.Errorf("ping: %v", err)
	}
	for _, s := range []string{"", "plain", strings.Repeat("long ", 10000)} {
		if got, err := e.Say(ctx, s); err != nil || got != s {
			t.Errorf("say(%.20q): %.20q, %v", s, got, err)
		}
	}
	sum, n, text, err := e.Add(ctx, 1.5, 2)
	if sum != 3.5 || n != 3 || text != "1.5" || err != nil {
		t.Errorf("add: %v %v %q %v", sum, n, text, err)
	}
	var refused *Refused
	if _, _, _, err := e.Add(ctx, -7, 0); !errors.As(err, &refused) || *refused != (Refused{-7, "negative"}) {
		t.Errorf("add(-7): %v, want Refused{-7, negative}", err)
	}
	if got, err := e.Meet(ctx, nil); got != nil || err != nil {
		t.Errorf("meet(nil): %v, %v", got, err)
	}
	if got, err := e.Meet(ctx, new(echo)); err != nil {
		t.Errorf("meet: %v", err)
	} else if text, err := got.Say(ctx, "back"); text != "back" || err != nil {
		t.Errorf("say to the one met: %q, %v", text, err)
	}
	before := impl.notes.Load()
	for range 10 {
		if err := e.Note(ctx, "a note"); err != nil {
			t.Errorf("note: %v", err)
		}
	}
	until(t, func() bool { return impl.notes.Load() == before+10 })
	for _, size := range []int{0, 1, 1000, 20000, 1 << 20} {
		b := bytes.Repeat([]byte{byte(size), 1, 2, 3}, size/4+1)[:size]
		if got, err := e.Blob(ctx, b); err != nil || !bytes.Equal(got, b) {
			t.Errorf("blob of %d: %d octets, %v", size, len(got), err)
		}
	}
}

// until waits for a condition, with a deadline.
func until(t testing.TB, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("waited in vain")
		}
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	e := serve(t, new(echo))
	for text, want := range map[string]exc.SystemException{
		"panic":                      {Kind: exc.Unknown, Minor: exc.MinorPanic, Completed: exc.Maybe},
		"goexit":                     {Kind: exc.Unknown, Minor: exc.MinorPanic, Completed: exc.Maybe},
		"foreign":                    {Kind: exc.Unknown, Minor: exc.MinorForeignError, Completed: exc.Maybe},
		"typed nil":                  {Kind: exc.Unknown, Minor: exc.MinorTypedNil, Completed: exc.Yes},
		"typed nil system exception": {Kind: exc.Unknown, Minor: exc.MinorTypedNil, Completed: exc.Yes},
		"minor 5":                    {Kind: exc.NoResources, Minor: 5, Completed: exc.Maybe},
		"shutdown":                   {Kind: exc.BadInvOrder, Minor: exc.MinorShutdownInUpcall, Completed: exc.No},
		"a\x00b":                     {Kind: exc.BadParam, Minor: exc.MinorBadValue, Completed: exc.No},
	} {
		_, err := e.Say(t.Context(), text)
		var sys *exc.SystemException
		if !errors.As(err, &sys) || !errors.Is(err, &want) {
			t.Errorf("%q: %v, want %v", text, err, &want)
			continue
		}
		if inferred := text == "a\x00b"; sys.Remote == inferred {
			t.Errorf("%q: Remote is %v", text, sys.Remote)
		}
		if strings.Contains(err.Error(), "some error of its own") {
			t.Errorf("%q: the servant's words reached the client: %v", text, err)
		}
	}
	if _, err := e.Say(t.Context(), "alive"); err != nil {
		t.Errorf("after all that: %v", err)
	}
}

func TestUnknown(t *testing.T) {
	t.Parallel()
	o, root := newORB(t, nil)
	objects, err := root.Create("objects", poa.Options{IDAssignment: poa.UserID})
	if err != nil {
		t.Fatal(err)
	}
	ref, err := EchoClass.ActivateWithID(objects, "known", new(echo))
	if err != nil {
		t.Fatal(err)
	}
	co := newClient(t, nil)
	remote, _ := co.Resolve(t.Context(), ref.String())
	call := func(r *orb.Ref, op string) error {
		c := orb.StartCall(t.Context(), r, op, 0)
		for c.Next() {
		}
		c.Returned()
		return c.End()
	}
	if err := call(remote, "no_such_operation"); !errors.Is(err, exc.BadOperation) {
		t.Errorf("unknown operation: %v", err)
	}
	gone, err := objects.Reference("unknown", EchoClass.Interface())
	if err != nil {
		t.Fatal(err)
	}
	far, _ := co.Resolve(t.Context(), gone.String())
	if err := call(far, "ping"); !errors.Is(err, exc.ObjectNotExist) {
		t.Errorf("unknown object: %v", err)
	}
	if is, err := far.NonExistent(t.Context()); !is || err != nil {
		t.Errorf("_non_existent of an unknown object: %v, %v", is, err)
	}
	if err := call(far, "_non_existent"); err != nil { // a client that takes the exception for a failure
		t.Errorf("_non_existent of an unknown object was not answered, but raised %v", err)
	}
	if is, err := remote.NonExistent(t.Context()); is || err != nil {
		t.Errorf("_non_existent: %v, %v", is, err)
	}
	if is, err := remote.IsA(t.Context(), "IDL:Other:1.0"); is || err != nil {
		t.Errorf("_is_a(Other): %v, %v", is, err)
	}
	plain, err := co.Resolve(t.Context(), fmt.Sprintf("corbaloc::127.0.0.1:%d/No%%20Such", o.Endpoints()[0].Port))
	if err != nil {
		t.Fatal(err)
	}
	if err := call(plain, "ping"); !errors.Is(err, exc.ObjectNotExist) {
		t.Errorf("unknown plain key: %v", err)
	}
	if err := objects.Deactivate("known"); err != nil {
		t.Error(err)
	}
	if err := call(remote, "ping"); !errors.Is(err, exc.ObjectNotExist) {
		t.Errorf("deactivated object: %v", err)
	}
}

func TestContext(t *testing.T) {
	t.Parallel()
	for patience := 50 * time.Millisecond; !contexts(t, patience); patience *= 2 {
		if patience > time.Minute {
			t.Fatal("no time is enough for the servant to be called")
		}
	}
}

// contexts reports whether the servant was called within that time, which is the deadline of one call.
func contexts(t *testing.T, patience time.Duration) bool {
	impl := &echo{entered: make(chan struct{}, 1), release: make(chan struct{}), ended: make(chan error, 1)}
	e := serve(t, impl)

	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() { _, err := e.Say(ctx, "wait"); result <- err }()
	<-impl.entered
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled call: %v", err)
	}
	if err := <-impl.ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the servant's context ended with %v", err)
	}

	ctx, cancel = context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := e.Say(ctx, "wait"); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, exc.Timeout) {
		t.Errorf("call past its deadline: %v", err)
	}
	select {
	case <-impl.entered:
	default:
		return false
	}
	<-impl.ended

	<-ctx.Done() // the servant may have seen the end first
	if _, err := e.Say(ctx, "too late"); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, exc.Timeout) {
		t.Errorf("call with a deadline past: %v", err)
	}
	go func() { impl.release <- struct{}{} }()
	if s, err := e.Say(t.Context(), "wait"); s != "released" || err != nil {
		t.Errorf("after all that: %q, %v", s, err)
	}
	return true
}

// TestSlowServant holds that a servant that blocks stops no other call on its connection.
func TestSlowServant(t *testing.T) {
	t.Parallel()
	impl := &echo{entered: make(chan struct{}), release: make(chan struct{}), ended: make(chan error, 1)}
	e := serve(t, impl)
	const blocked = 20
	results := make(chan error, blocked)
	for range blocked {
		go func() { _, err := e.Say(t.Context(), "wait"); results <- err }()
	}
	for range blocked {
		<-impl.entered
	}
	for range 100 {
		if err := e.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	close(impl.release)
	for range blocked {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
}
