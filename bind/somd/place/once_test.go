package main

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/opendsom/dsom/somd"
)

// TestOnce has threads ask for one class: it is placed once, and again where that has failed.
func TestOnce(t *testing.T) {
	t.Parallel()
	var all turns
	var runs atomic.Int64
	bad := errors.New("nobody is there")
	if err := all.once(t.Context(), "A", nil, func(*turn) error { return bad }); !errors.Is(err, bad) {
		t.Fatal(err)
	}
	var threads sync.WaitGroup
	for range 16 {
		threads.Go(func() {
			if err := all.once(t.Context(), "A", nil, func(*turn) error { runs.Add(1); return nil }); err != nil {
				t.Error(err)
			}
		})
	}
	threads.Wait()
	if n := runs.Load(); n != 1 {
		t.Errorf("the class was placed %d times", n)
	}
}

// TestWaitsNoLonger has a thread ask for what another is at: it waits as long as it has time.
func TestWaitsNoLonger(t *testing.T) {
	t.Parallel()
	var all turns
	ended, stop := context.WithCancel(t.Context())
	stop()
	err := all.once(t.Context(), "A", nil, func(*turn) error { return all.once(ended, "A", nil, nil) })
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "class A is being placed by another thread") {
		t.Errorf("got %v", err)
	}
}

// TestCircle has classes be among their own ancestors, as liars tell: nobody waits for itself, in one thread or in two.
func TestCircle(t *testing.T) {
	t.Parallel()
	var all turns
	in := func(by *turn, class string, then func(*turn) error) error {
		return all.once(t.Context(), class, by, then)
	}
	for _, c := range []struct{ classes, want string }{
		{"AA", "A descends from A"},
		{"ABA", "B descends from A descends from B"},
		{"ABCB", "C descends from B descends from C"},
		{"ABCA", "C descends from A descends from B descends from C"},
	} {
		var next func(by *turn, rest string) error
		next = func(by *turn, rest string) error {
			if rest == "" {
				return nil
			}
			return in(by, rest[:1], func(x *turn) error { return next(x, rest[1:]) })
		}
		if err := next(nil, c.classes); !errors.Is(err, somd.ErrCircle) || !strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("%s: got %v", c.classes, err)
		}
	}
	var begun, threads sync.WaitGroup // A and B have begun before either asks for the other
	var circles atomic.Int64
	begun.Add(2)
	for class, other := range map[string]string{"A": "B", "B": "A"} {
		threads.Go(func() {
			err := in(nil, class, func(x *turn) error {
				begun.Done()
				begun.Wait()
				return in(x, other, nil)
			})
			if errors.Is(err, somd.ErrCircle) {
				circles.Add(1)
			}
		})
	}
	threads.Wait()
	if n := circles.Load(); n != 2 {
		t.Errorf("%d of two threads were told of the circle", n)
	}
	if err := in(nil, "A", func(x *turn) error { return in(x, "B", func(*turn) error { return nil }) }); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}
