package orb_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
)

// logged is a log that may be written and read at once.
type logged struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// made is a call that ends well.
func made(context.Context) error { return nil }

// TestCallbackFails holds what becomes of a handler that fails: a line in the log, and the ORB's end does not wait for it any more.
func TestCallbackFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tell func(context.Context, error) error
		want string
	}{
		"error":  {func(context.Context, error) error { return errors.New("no room") }, "no room"},
		"panic":  {func(context.Context, error) error { panic("out of range") }, "out of range"},
		"goexit": {func(context.Context, error) error { runtime.Goexit(); return nil }, "handler ended the goroutine"},
		"well":   {func(context.Context, error) error { return nil }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := new(logged)
			o, err := orb.New(orb.Config{Logger: slog.New(slog.NewTextHandler(log, nil))})
			if err != nil {
				t.Fatal(err)
			}
			if err := o.Callback(t.Context(), "get_quote", made, c.tell); err != nil {
				t.Fatal(err)
			}
			if err := o.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
			if got := log.String(); !strings.Contains(got, c.want) || c.want != "" && !strings.Contains(got, "get_quote") || c.want == "" && got != "" {
				t.Errorf("logged %q, want %q", got, c.want)
			}
			if err := o.Callback(t.Context(), "get_quote", made, c.tell); !errors.Is(err, exc.BadInvOrder) {
				t.Errorf("after Shutdown: %v", err)
			}
		})
	}
}

// TestCallbackContexts holds what the two contexts of a callback end with.
func TestCallbackContexts(t *testing.T) {
	t.Parallel()
	o, err := orb.New(orb.Config{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	told := make(chan error, 3)
	err = o.Callback(ctx, "get_quote", func(ctx context.Context) error {
		<-ctx.Done()
		return nil
	}, func(after context.Context, _ error) error {
		told <- after.Err()
		told <- o.Shutdown(after) // it would wait for this very function
		told <- nil
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-told; err != nil {
		t.Errorf("the handler's time ends with the call's: %v", err)
	}
	if err := <-told; !errors.Is(err, exc.BadInvOrder) {
		t.Errorf("Shutdown in a handler: %v", err)
	}
	<-told
	if err := o.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestShutdownWithCallback ends an ORB while a call is under way whose end somebody is to be told of: he is, with an
// exception, and Shutdown waits for him no longer than its ctx.
func TestShutdownWithCallback(t *testing.T) {
	t.Parallel()
	s := &echo{entered: make(chan struct{}), release: make(chan struct{}), ended: make(chan error, 1)}
	e := serve(t, s)
	o := orb.RefOf(e.(orb.Object)).ORB()
	told, release := make(chan error, 1), make(chan struct{})
	err := o.Callback(t.Context(), "say", func(ctx context.Context) error {
		_, err := e.Say(ctx, "wait")
		return err
	}, func(_ context.Context, err error) error {
		told <- err
		<-release
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	<-s.entered
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := o.Shutdown(ended); !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "1 reply handlers") {
		t.Errorf("Shutdown without time: %v", err)
	}
	if sys := exc.From(<-told, exc.Yes); sys == nil || sys.Kind != exc.Transient && sys.Kind != exc.CommFailure || sys.Completed != exc.Maybe { // its call is ended, and so are connections
		t.Errorf("told %v", sys)
	}
	close(release)
	if err := o.Shutdown(t.Context()); err != nil {
		t.Error(err)
	}
	<-s.ended
}

// TestCallbackTellsOfPanics: the handler is told of a call that has panicked, or has ended its goroutine, and the log says which of the two has.
func TestCallbackTellsOfPanics(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]func(context.Context) error{
		"panicked":            func(context.Context) error { panic("out of range") },
		"ended the goroutine": func(context.Context) error { runtime.Goexit(); return nil },
	} {
		log := new(logged)
		o, err := orb.New(orb.Config{Logger: slog.New(slog.NewTextHandler(log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		told := make(chan error, 1)
		if err := o.Callback(t.Context(), "get_quote", call, func(ctx context.Context, err error) error {
			told <- errors.Join(err, ctx.Err())
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if err := o.Shutdown(t.Context()); err != nil {
			t.Error(err)
		}
		select {
		case err := <-told:
			if sys := exc.From(err, exc.No); sys.Kind != exc.Unknown || sys.Completed != exc.Maybe || !sys.Called {
				t.Errorf("%s: told %v, want UNKNOWN of a call, completed MAYBE", name, err)
			}
		default:
			t.Errorf("%s: nobody was told", name)
		}
		if got := log.String(); !strings.Contains(got, "a call whose reply handler is to be told "+name) || strings.Contains(got, "a reply handler") {
			t.Errorf("%s: logged %q", name, got)
		}
	}
}

// TestCallbackValues: a handler is told with the values of the caller's ctx, but for what tells how the call is made, and of the upcall that has made it.
func TestCallbackValues(t *testing.T) {
	t.Parallel()
	type own struct{}
	o, root := newORB(t, nil)
	var ref *orb.Ref
	told := make(chan []string, 1)
	ref, err := EchoClass.Activate(root, Echo(&shop{say: func(ctx context.Context, _ string) error {
		ctx = context.WithValue(ctx, own{}, "the user's")
		ctx = orb.WithPoll(orb.WithProperties(orb.WithPolicies(ctx, orb.Policies{ReplyEnd: time.Now()}), map[string]string{"a": "b"}))
		if orb.UpcallOf(ctx) == nil || orb.Peer(ctx) == nil || orb.Local(ctx) == nil {
			t.Error("the upcall has nothing of one")
		}
		ended := make(chan bool)
		defer func() { <-ended }() // while the servant's method runs
		return o.Callback(ctx, "say", made, func(ctx context.Context, _ error) error {
			defer close(ended)
			var got []string
			for what, has := range map[string]bool{
				"value": ctx.Value(own{}) != nil, "polled": orb.Polled(ctx), "properties": orb.Properties(ctx) != nil, "policies": ref.Policies(ctx) != orb.Policies{}, "upcall": orb.UpcallOf(ctx) != nil,
				"peer": orb.Peer(ctx) != nil, "local": orb.Local(ctx) != nil, "contexts": orb.ServiceContexts(ctx) != nil, "invocation": orb.InvocationPolicies(ctx) != orb.Policies{},
			} {
				if has {
					got = append(got, what)
				}
			}
			told <- got
			return nil
		})
	}}))
	if err != nil {
		t.Fatal(err)
	}
	co := newClient(t, nil)
	ctx := orb.WithPolicies(t.Context(), orb.Policies{RoundtripTimeout: time.Hour})
	if _, err := EchoClass.Unchecked(co.NewRef(ref.IOR())).Say(ctx, ""); err != nil {
		t.Fatal(err)
	}
	if got := <-told; !slices.Equal(got, []string{"value"}) {
		t.Errorf("a handler's ctx has %q, want the value alone", got)
	}
}
