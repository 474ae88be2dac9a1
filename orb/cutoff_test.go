package orb_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
)

// TestShutdownEndsWithItsContext: a servant that does not return, and does not look at its context,
// holds up neither Shutdown nor its client, whether another goroutine has the connection already or not.
func TestShutdownEndsWithItsContext(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		calls int
		taken bool
	}{
		"just begun":         {1, false},
		"connection taken":   {1, true},
		"several":            {3, true},
		"more than are said": {12, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			impl := &echo{entered: make(chan struct{}), release: make(chan struct{})}
			o, root := newORB(t, nil)
			t.Cleanup(func() { close(impl.release) })
			ref, err := EchoClass.Activate(root, impl)
			if err != nil {
				t.Fatal(err)
			}
			far, err := newClient(t, nil).Resolve(t.Context(), ref.String())
			if err != nil {
				t.Fatal(err)
			}
			e := EchoClass.Unchecked(far)
			ended := make(chan error, c.calls)
			for range c.calls {
				go func() {
					_, err := e.Say(context.Background(), "stuck")
					ended <- err
				}()
				<-impl.entered
			}
			if c.taken { // only another goroutine can answer
				if err := e.Ping(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			down := make(chan error, 1)
			go func() { down <- o.Shutdown(ctx) }()
			select {
			case err := <-down:
				var cut *orb.CutOff
				if !errors.As(err, &cut) || !errors.Is(err, context.Canceled) || len(cut.Calls) != c.calls {
					t.Fatalf("got %v, want an error that says which %d calls were cut off", err, c.calls)
				}
				if text := err.Error(); strings.Count(text, `"say" for 127.0.0.1:`) != min(c.calls, 8) || strings.Contains(text, "and 4 more") != (c.calls == 12) {
					t.Errorf("it says: %s", text)
				}
			case <-time.After(10 * time.Second):
				t.Fatal("Shutdown waits for the servant")
			}
			for range c.calls {
				var sys *exc.SystemException
				if err := <-ended; !errors.As(err, &sys) || sys.Kind != exc.CommFailure || sys.Completed != exc.Maybe {
					t.Errorf("the client got %v", err)
				}
			}
		})
	}
}
