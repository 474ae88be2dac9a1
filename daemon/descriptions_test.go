package daemon

import (
	"context"
	"errors"
	"fmt"
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
