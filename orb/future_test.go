package orb_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/orb"
)

func TestFuture(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	f := orb.Go(t.Context(), func(context.Context) (int, error) { <-release; return 42, nil })
	fast := orb.Go(t.Context(), func(context.Context) (int, error) { return 1, errors.New("told to") })
	if i, v, err := orb.Next(t.Context(), f, fast); i != 1 || v != 1 || err == nil {
		t.Errorf("got %d, %d, %v", i, v, err)
	}
	if f.Poll() {
		t.Error("it has ended")
	}
	short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, err := f.Wait(short); !errors.Is(err, exc.Timeout) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if i, _, err := orb.Next(short, f); i != -1 || !errors.Is(err, exc.Timeout) {
		t.Errorf("got %d, %v", i, err)
	}
	close(release)
	for range 2 {
		if v, err := f.Wait(t.Context()); v != 42 || err != nil {
			t.Errorf("got %d, %v", v, err)
		}
	}
	gone := orb.Go(t.Context(), func(context.Context) (int, error) { runtime.Goexit(); return 0, nil })
	if _, err := gone.Wait(t.Context()); !errors.Is(err, exc.Internal) {
		t.Errorf("got %v", err)
	}
}
