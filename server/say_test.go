package server

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"
)

// soon waits for what a saying is to bring about.
func soon(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("did not happen: %s", what)
		}
	}
}

// newSayings returns sayings of a process that is tried out until trial is false.
func newSayings() (l *sayings, trial *atomic.Bool) {
	trial = new(atomic.Bool)
	trial.Store(true)
	return &sayings{log: slog.New(slog.DiscardHandler), trial: trial.Load}, trial
}

// TestSayingOutlivesALaterOneThatFails holds that what was put aside is said, however a later saying of the same thing fails: refused by the service, or given up before it had its turn.
func TestSayingOutlivesALaterOneThatFails(t *testing.T) {
	t.Parallel()
	l, trial := newSayings()
	var away atomic.Bool
	away.Store(true)
	var said atomic.Int32
	down := errors.New("the naming service is away")
	if err := l.now(t.Context(), "a name", func(context.Context) error {
		if away.Load() {
			return down
		}
		said.Add(1)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	entered, leave := make(chan struct{}), make(chan struct{})
	if err := l.now(t.Context(), "what takes long", func(ctx context.Context) error {
		close(entered)
		<-leave
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	trial.Store(false)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		l.say(t.Context())
	}()
	<-entered
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := l.now(ctx, "a name", func(context.Context) error { return nil }); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("one that does not get its turn: %v", err)
	}
	close(leave)
	if err := l.now(t.Context(), "a name", func(context.Context) error { return down }); !errors.Is(err, down) {
		t.Errorf("one that fails: %v", err)
	}
	away.Store(false)
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Fatal("not all is said")
	}
	if n := said.Load(); n != 1 {
		t.Errorf("it was said %d times", n)
	}
}

// TestLaterSayingTakesThePlace holds that what was put aside is not said after a later saying of the same thing.
func TestLaterSayingTakesThePlace(t *testing.T) {
	t.Parallel()
	l, trial := newSayings()
	var first atomic.Int32
	if err := l.now(t.Context(), "a name", func(context.Context) error { first.Add(1); return errors.New("away") }); err != nil {
		t.Fatal(err)
	}
	trial.Store(false)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		l.say(t.Context())
	}()
	soon(t, "it is tried", func() bool { return first.Load() > 0 })
	if err := l.now(t.Context(), "a name", func(context.Context) error { return nil }); err != nil {
		t.Fatal(err)
	}
	n := first.Load()
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Fatal("it is not over")
	}
	if first.Load() != n {
		t.Error("the first was said after the second")
	}
}

// TestReplacedSaysNothing holds that a process in whose place another version is says nothing any more of what it has put aside, nor anything new.
func TestReplacedSaysNothing(t *testing.T) {
	t.Parallel()
	l, trial := newSayings()
	var tries atomic.Int32
	if err := l.now(t.Context(), "a name", func(context.Context) error { tries.Add(1); return errors.New("away") }); err != nil {
		t.Fatal(err)
	}
	trial.Store(false)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		l.say(t.Context())
	}()
	soon(t, "it is tried", func() bool { return tries.Load() > 0 })
	trial.Store(true)
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Fatal("it is tried on")
	}
	n := tries.Load()
	if err := l.now(t.Context(), "another", func(context.Context) error { t.Error("it was said"); return nil }); err != nil {
		t.Fatal(err)
	}
	l.say(t.Context())
	if tries.Load() != n {
		t.Error("it was tried again")
	}
}

// TestQuiet holds that what is under way is waited for, however it was begun, and nothing that is put aside.
func TestQuiet(t *testing.T) {
	t.Parallel()
	for what, aside := range map[string]bool{"at once": false, "put aside": true} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			l, trial := newSayings()
			trial.Store(aside)
			l.quiet(t.Context()) // nothing is
			entered, leave := make(chan struct{}), make(chan struct{})
			said := make(chan error, 1)
			say := func() {
				said <- l.now(t.Context(), "a name", func(context.Context) error { close(entered); <-leave; return nil })
			}
			if aside {
				say()
				trial.Store(false)
				go l.say(t.Context())
			} else {
				go say()
			}
			<-entered
			trial.Store(true) // another version has taken its place
			if err := l.now(t.Context(), "another", func(context.Context) error { t.Error("it was said"); return nil }); err != nil {
				t.Error(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			l.quiet(ctx) // with who asks gone
			quiet := make(chan struct{})
			go func() {
				defer close(quiet)
				l.quiet(t.Context())
			}()
			select {
			case <-quiet:
				t.Error("it is quiet while something is said")
			case <-time.After(10 * time.Millisecond):
			}
			close(leave)
			select {
			case <-quiet:
			case <-time.After(20 * time.Second):
				t.Error("it is not quiet when nothing is said")
			}
			if err := <-said; err != nil {
				t.Error(err)
			}
		})
	}
}
