package daemon

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/opendsom/dsom/svc/ifr"
)

// TestDescriptionsAreTriedAgain has registrations fail for what may be better later, and for what will not.
func TestDescriptionsAreTriedAgain(t *testing.T) {
	t.Parallel()
	always := func() bool { return true }
	x := &descriptions{again: time.Millisecond}
	defer x.close()
	tries := make(chan int, 100)
	failing := func(n int, errs ...error) func(context.Context) error {
		i := 0
		return func(context.Context) error {
			i++
			tries <- n
			if i > len(errs) {
				return nil
			}
			return errs[i-1]
		}
	}
	busy := errors.New("the store is busy")
	for i, c := range []struct {
		errs  []error
		still func() bool
		want  int
	}{
		{[]error{busy, context.DeadlineExceeded, busy}, always, 4},
		{[]error{busy, fmt.Errorf("no: %w", ifr.ErrInvalid)}, always, 2},
		{[]error{&ifr.LimitError{Name: "ifr-entries"}}, always, 1},
		{nil, func() bool { return false }, 0},
	} {
		name := fmt.Sprint(i)
		x.try(name, x.begin(name), c.still, failing(i, c.errs...))
		x.work.Wait()
		if got := len(tries); got != c.want {
			t.Errorf("case %d: tried %d times, want %d", i, got, c.want)
		}
		for len(tries) > 0 {
			<-tries
		}
	}

	first := x.begin("x")
	second := x.begin("x")
	x.try("x", first, always, func(context.Context) error { t.Error("what was said before is registered"); return nil })
	x.try("x", second, always, failing(5))
	x.work.Wait()
	gone := x.begin("gone")
	x.forget("gone")
	x.try("gone", gone, always, failing(8))
	x.work.Wait()
	if len(tries) != 1 {
		t.Errorf("tried %d times", len(tries))
	}

	slow := &descriptions{again: time.Hour}
	slow.try("x", slow.begin("x"), always, failing(6))
	slow.close()
	slow.try("x", slow.begin("x"), always, failing(7))
	slow.work.Wait()
	if len(tries) != 1 {
		t.Error("it is tried after the end")
	}
}

// TestWhatWasPutAsideComesLast has an upgrade be committed while the version before is being registered, which it began when it still served: what the new one has said is registered after it.
func TestWhatWasPutAsideComesLast(t *testing.T) {
	t.Parallel()
	x := &descriptions{}
	defer x.close()
	var said []string
	var taken func(context.Context)
	put := func(f func(context.Context)) (bool, error) { taken = f; return true, nil }
	if err := x.take(t.Context(), "bank", put, nil, func(context.Context) error { said = append(said, "new"); return nil }); err != nil {
		t.Fatal(err)
	}
	committed := make(chan struct{})
	serves := func(func(context.Context)) (bool, error) { return false, nil }
	err := x.take(t.Context(), "bank", serves, nil, func(context.Context) error {
		go func() { defer close(committed); taken(t.Context()) }()
		for {
			x.mu.Lock()
			waits := x.busy["bank"] != nil && x.busy["bank"].waiting == 2
			x.mu.Unlock()
			select {
			case <-committed: // it did not wait
			default:
				if !waits {
					runtime.Gosched()
					continue
				}
			}
			said = append(said, "old")
			return nil
		}
	})
	if <-committed; err != nil || !slices.Equal(said, []string{"old", "new"}) {
		t.Errorf("registered were %v, %v", said, err)
	}
	if len(x.busy) != 0 {
		t.Errorf("there is left %v", x.busy)
	}
}

// TestDescriptionsWait holds that who waits for a name does so as long as its time is, and that other names are free.
func TestDescriptionsWait(t *testing.T) {
	t.Parallel()
	x := &descriptions{}
	defer x.close()
	done, err := x.alone(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := x.alone(over, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("of a name that somebody has: %v", err)
	}
	other, err := x.alone(t.Context(), "b")
	if err != nil {
		t.Fatal(err)
	}
	other()
	done()
	done()
	again, err := x.alone(t.Context(), "a")
	if err != nil {
		t.Fatal(err)
	}
	again()
	bad := errors.New("bad")
	tried := 0
	var taken func(context.Context)
	for _, c := range []struct {
		put  bool
		err  error
		want []error
	}{{true, nil, []error{bad}}, {false, errors.ErrUnsupported, []error{bad, errors.ErrUnsupported}}} {
		err := x.take(t.Context(), "a", func(f func(context.Context)) (bool, error) {
			taken = f
			return c.put, c.err
		}, bad, func(context.Context) error { tried++; return ifr.ErrInvalid })
		if tried > 0 {
			t.Error("it is registered")
		}
		for _, want := range c.want {
			if !errors.Is(err, want) {
				t.Errorf("got %v, want %v", err, want)
			}
		}
	}
	if taken(t.Context()); tried != 1 { // so that what was said before goes
		t.Errorf("what cannot be registered was tried %d times when its version had taken over", tried)
	}
}

// TestDescriptionsEnd ends while something is being registered, by who has taken over and later: neither is waited for.
func TestDescriptionsEnd(t *testing.T) {
	t.Parallel()
	x := &descriptions{again: time.Millisecond}
	begun, over := make(chan struct{}, 2), make(chan error, 2)
	hang := func(ctx context.Context) error {
		begun <- struct{}{}
		<-ctx.Done()
		over <- context.Cause(ctx)
		return ctx.Err()
	}
	x.try("late", x.begin("late"), func() bool { return true }, hang)
	aside := func(func(context.Context)) (bool, error) { return false, nil }
	go x.taken(context.WithoutCancel(t.Context()), "taken", aside, hang)
	<-begun
	<-begun
	x.close()
	for range 2 {
		if err := <-over; !errors.Is(err, context.Canceled) {
			t.Errorf("it ended for %v", err)
		}
	}
}

// TestRemovedIsForgotten has what is said under a name be removed by a caller that waits no more, while it is being registered: it is not tried again.
func TestRemovedIsForgotten(t *testing.T) {
	t.Parallel()
	d := &Daemon{late: descriptions{again: time.Millisecond}}
	defer d.late.close()
	done, err := d.late.alone(t.Context(), "gone")
	if err != nil {
		t.Fatal(err)
	}
	turn := d.late.begin("gone")
	over, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.removeDescription(over, "gone", "classes of server gone", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("the removal: %v", err)
	}
	done()
	d.late.try("gone", turn, func() bool { return true }, func(context.Context) error { t.Error("it is registered"); return nil })
	d.late.work.Wait()
}
