package orb_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"
)

// A looker asks its context alone whether the client still waits, over and over, and tells what it said in the end:
// before anybody has asked for its Done, and after.
type looker struct {
	echo
	entered chan struct{}
	said    chan [2]error
	kept    chan context.Context
}

func (l *looker) Ping(ctx context.Context) error { l.kept <- ctx; return ctx.Err() }

func (l *looker) Say(ctx context.Context, _ string) (string, error) {
	close(l.entered)
	for ctx.Err() == nil {
		runtime.Gosched()
	}
	first := ctx.Err()
	<-ctx.Done()
	l.said <- [2]error{first, ctx.Err()}
	return "", nil
}

// TestContextErr holds that a servant that only looks at its context's Err sees its client give up, its time run out and
// its own end, and sees it stay so.
func TestContextErr(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		local   bool
		timeout time.Duration
		want    error
	}{
		"cancelled":        {want: context.Canceled},
		"cancelled, local": {local: true, want: context.Canceled},
		"out of time":      {timeout: 30 * time.Millisecond, want: context.DeadlineExceeded},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &looker{entered: make(chan struct{}), said: make(chan [2]error, 1), kept: make(chan context.Context, 1)}
			o, root := newORB(t, nil)
			ref, err := EchoClass.Activate(root, Echo(l))
			if err != nil {
				t.Fatal(err)
			}
			if !c.local {
				o = newClient(t, nil)
			}
			e, err := EchoClass.Bind(t.Context(), o, ref.String())
			if err != nil {
				t.Fatal(err)
			}
			if err := e.Ping(t.Context()); err != nil {
				t.Errorf("a context that has not ended says %v", err)
			}
			if kept := <-l.kept; !errors.Is(kept.Err(), context.Canceled) {
				t.Errorf("after the call the context says %v", kept.Err())
			}
			ctx, cancel := context.WithCancel(t.Context())
			if c.timeout > 0 {
				ctx, cancel = context.WithTimeout(t.Context(), c.timeout)
			} else {
				go func() { <-l.entered; cancel() }()
			}
			defer cancel()
			_, _ = e.Say(ctx, "") // the answer may be in time
			got := <-l.said
			givenUp := c.timeout > 0 && errors.Is(got[0], context.Canceled) // the client has found first that time is over, and said so
			if !errors.Is(got[0], c.want) && !givenUp || got[0] != got[1] {
				t.Errorf("the context said %v, and then %v", got[0], got[1])
			}
		})
	}
}
