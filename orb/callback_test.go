package orb_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"runtime"
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

// TestCallbackFails holds what becomes of a handler that fails: a line in the log, and the ORB's end does not wait for it any more.
func TestCallbackFails(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		f    func(context.Context, context.Context) error
		want string
	}{
		"error":  {func(context.Context, context.Context) error { return errors.New("no room") }, "no room"},
		"panic":  {func(context.Context, context.Context) error { panic("out of range") }, "out of range"},
		"goexit": {func(context.Context, context.Context) error { runtime.Goexit(); return nil }, "ended the goroutine"},
		"well":   {func(context.Context, context.Context) error { return nil }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log := new(logged)
			o, err := orb.New(orb.Config{Logger: slog.New(slog.NewTextHandler(log, nil))})
			if err != nil {
				t.Fatal(err)
			}
			if err := o.Callback(t.Context(), "get_quote", c.f); err != nil {
				t.Fatal(err)
			}
			if err := o.Shutdown(t.Context()); err != nil {
				t.Error(err)
			}
			if got := log.String(); !strings.Contains(got, c.want) || c.want != "" && !strings.Contains(got, "get_quote") || c.want == "" && got != "" {
				t.Errorf("logged %q, want %q", got, c.want)
			}
			if err := o.Callback(t.Context(), "get_quote", c.f); !errors.Is(err, exc.BadInvOrder) {
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
	err = o.Callback(ctx, "get_quote", func(ctx, after context.Context) error {
		<-ctx.Done()
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
	err := o.Callback(t.Context(), "say", func(ctx, _ context.Context) error {
		_, err := e.Say(ctx, "wait")
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
