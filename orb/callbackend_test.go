package orb_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/orb"
)

// A listener is told of a call's end by Say, and writes it in the diary.
type listener struct {
	echo
	d *diary
}

func (s *listener) Say(_ context.Context, text string) (string, error) {
	s.d.note("told %s", text)
	return text, nil
}

// TestShutdownTellsHandlers: the end of an ORB fails the calls under way, and their handlers are told of that, be they implementations, or objects of this ORB or of another; then
// its parts end.
func TestShutdownTellsHandlers(t *testing.T) {
	t.Parallel()
	for _, where := range []string{"implementation", "here", "elsewhere"} {
		s := &echo{entered: make(chan struct{}), release: make(chan struct{}), ended: make(chan error, 1)}
		_, thereRoot := newORB(t, nil)
		ref, err := EchoClass.Activate(thereRoot, Echo(s))
		if err != nil {
			t.Fatal(err)
		}
		o, root := newORB(t, nil)
		d := new(diary)
		var handler Echo = &listener{d: d}
		if where != "implementation" {
			at := root
			if where == "elsewhere" {
				at = thereRoot
			}
			h, err := EchoClass.Activate(at, handler)
			if err != nil {
				t.Fatal(err)
			}
			handler = EchoClass.Unchecked(o.NewRef(h.IOR()))
		}
		o.AtEnd(func() error { d.note("parts end"); return nil })
		far := EchoClass.Unchecked(o.NewRef(ref.IOR()))
		failed := make(chan error, 1)
		err = o.Callback(t.Context(), "say", func(ctx context.Context) error {
			_, err := far.Say(ctx, "wait")
			return err
		}, func(after context.Context, err error) error {
			_, err = handler.Say(after, brief(err))
			failed <- err
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		<-s.entered
		if err := o.Shutdown(within(t, 20*time.Second)); err != nil {
			t.Errorf("handler %s: Shutdown: %v", where, err)
		}
		if err := <-failed; err != nil {
			t.Errorf("handler %s: it could not be told: %v", where, err)
		}
		if got, want := d.take(), []string{"told TRANSIENT", "parts end"}; !slices.Equal(got, want) {
			t.Errorf("handler %s: got %q, want %q", where, got, want)
		}
		if err := o.Callback(t.Context(), "say", made, func(context.Context, error) error { return nil }); !errors.Is(err, exc.BadInvOrder) {
			t.Errorf("after Shutdown: %v", err)
		}
		<-s.ended // its caller has given up
	}
}

// TestShutdownBoundsHandlers: what handlers do does not keep the parts of an ORB from their end for longer than handler-timeout; and Shutdown waits for the handlers behind
// that.
func TestShutdownBoundsHandlers(t *testing.T) {
	t.Parallel()
	l := new(limits.Limits)
	l.SetTime(limits.HandlerTimeout, 20*time.Millisecond)
	log := new(logged)
	o, _ := newORB(t, func(c *orb.Config) { c.Limits, c.Logger = l, slog.New(slog.NewTextHandler(log, nil)) })
	release := make(chan struct{})
	o.AtEnd(func() error { close(release); return nil })
	returned := false
	if err := o.Callback(t.Context(), "say", func(ctx context.Context) error {
		<-ctx.Done()
		return nil
	}, func(context.Context, error) error {
		<-release
		returned = true
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := o.Shutdown(within(t, 20*time.Second)); err != nil || !returned {
		t.Errorf("Shutdown: %v; the handler has returned: %v", err, returned)
	}
	if got := log.String(); !strings.Contains(got, "handler-timeout") {
		t.Errorf("logged %q", got)
	}
}

// TestShutdownLetsServantsCallBack: a servant that is at work when the end begins may begin a call whose handler is told, and that is.
func TestShutdownLetsServantsCallBack(t *testing.T) {
	t.Parallel()
	_, root := newORB(t, nil)
	ref, err := EchoClass.Activate(root, Echo(new(echo)))
	if err != nil {
		t.Fatal(err)
	}
	o, ownRoot := newORB(t, nil)
	d := new(diary)
	h, err := EchoClass.Activate(ownRoot, Echo(&listener{d: d}))
	if err != nil {
		t.Fatal(err)
	}
	entered, going := make(chan struct{}), make(chan struct{})
	own, err := EchoClass.Activate(ownRoot, Echo(&shop{say: func(ctx context.Context, _ string) error {
		close(entered)
		<-going
		told := make(chan error, 1)
		var text string
		if err := o.Callback(context.WithoutCancel(ctx), "say", func(ctx context.Context) (err error) {
			text, err = EchoClass.Unchecked(o.NewRef(ref.IOR())).Say(ctx, "x")
			return err
		}, func(after context.Context, err error) error {
			if err == nil {
				_, err = EchoClass.Unchecked(o.NewRef(h.IOR())).Say(after, text)
			}
			told <- err
			return err
		}); err != nil {
			return err
		}
		return <-told
	}}))
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := EchoClass.Unchecked(newClient(t, nil).NewRef(own.IOR())).Say(t.Context(), "")
		ended <- err
	}()
	<-entered
	down := make(chan error, 1)
	draining := &drained{begun: make(chan struct{})}
	o.Attach(draining)
	go func() { down <- o.Shutdown(within(t, 20*time.Second)) }()
	<-draining.begun
	close(going)
	if err := <-ended; err != nil {
		t.Errorf("the client got %v", err)
	}
	if err := <-down; err != nil {
		t.Errorf("Shutdown: %v", err)
	}
	if got := d.take(); !slices.Equal(got, []string{"told x"}) {
		t.Errorf("got %q", got)
	}
}

// drained is a part that says when the end has begun.
type drained struct {
	once  sync.Once
	begun chan struct{}
}

func (p *drained) Drain()                    { p.once.Do(func() { close(p.begun) }) }
func (p *drained) End(context.Context) error { return nil }
