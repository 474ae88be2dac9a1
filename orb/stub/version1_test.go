package stub_test

import (
	"context"
	"errors"
	"testing"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
	"github.com/opendsom/dsom/orb/stub"
)

type (
	winder interface {
		Wind(ctx context.Context) error
	}

	clock     struct{ begun chan error }
	clockStub struct { // of it
		orb.StubRef
		clock
	}
)

func (c clock) Wind(ctx context.Context) error {
	c.begun <- ctx.Err()
	<-ctx.Done()
	return ctx.Err()
}

type clockHandler struct{ told chan error }

func (h *clockHandler) Wind(ctx context.Context) error { h.told <- nil; return ctx.Err() }

func (h *clockHandler) WindExcep(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		err = errors.New("the handler has no time")
	}
	h.told <- err
	return nil
}

type windAsync struct{ to winder }

// SendcWind is as the compiler has generated it with version 1 of the package.
func (s windAsync) SendcWind(ctx context.Context, amiHandler *clockHandler) error {
	return stub.Callback(ctx, s.to, amiHandler, "wind", func(ctx, after context.Context) error {
		err := s.to.Wind(ctx)
		switch {
		case amiHandler == nil:
			return nil
		case err != nil:
			return amiHandler.WindExcep(after, err)
		}
		return amiHandler.Wind(after)
	})
}

// TestCallbackOfVersion1: an asynchronous stub of version 1 makes its calls, and tells of them, as it did.
func TestCallbackOfVersion1(t *testing.T) {
	t.Parallel()
	o, err := orb.New(orb.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer o.Shutdown(context.Background())
	ref, err := o.Resolve(t.Context(), "corbaloc:iiop:127.0.0.1:1/x")
	if err != nil {
		t.Fatal(err)
	}
	begun := make(chan error, 1)
	for name, to := range map[string]winder{"a stub": &clockStub{orb.NewStubRef(ref), clock{begun}}, "an implementation": clock{begun}} {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		h := &clockHandler{make(chan error, 1)}
		if err := (windAsync{to}).SendcWind(ctx, h); err != nil {
			t.Fatal(err)
		}
		if err := <-begun; err != nil {
			t.Errorf("%s: the call began with %v", name, err)
		}
		cancel()
		if err := <-h.told; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: the handler was told %v", name, err)
		}
	}
	if err := (windAsync{}).SendcWind(t.Context(), nil); !errors.Is(err, exc.InvObjref) {
		t.Errorf("a nil reference: %v", err)
	}
}
