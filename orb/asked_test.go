package orb_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/orb"
)

// A looker asks its context alone whether the client still waits, over and over, and tells what it said in the end:
// before anybody has asked for its Done, and after; and whether its deadline had passed when it last said that it had not ended.
type looker struct {
	echo
	entered chan struct{}
	said    chan [2]error
	late    bool // before said
	kept    chan context.Context
}

func (l *looker) Ping(ctx context.Context) error { l.kept <- ctx; return ctx.Err() }

func (l *looker) Say(ctx context.Context, _ string) (string, error) {
	close(l.entered)
	by, limited := ctx.Deadline()
	first := error(nil)
	for first == nil {
		runtime.Gosched()
		l.late = limited && !time.Now().Before(by)
		first = ctx.Err()
	}
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
			sooner := c.timeout > 0 && !l.late && got[0] == context.Canceled // the client's clock began before the server's, and its cancel is here before the server's deadline
			if got[0] != c.want && !sooner || got[0] != got[1] {
				t.Errorf("the context said %v, and then %v, its deadline passed: %v", got[0], got[1], l.late)
			}
		})
	}
}

// TestGivenUpAtTheEnd holds, in virtual time, what a servant is told of a client that gives up: before the deadline, by however little, that it has, and at once; at the deadline, which is when
// the end of the client's own time is told, and after it that time is over, whichever of the two is seen first and however it is asked.
func TestGivenUpAtTheEnd(t *testing.T) {
	t.Parallel()
	for after, want := range map[time.Duration]error{-time.Nanosecond: context.Canceled, 0: context.DeadlineExceeded, time.Nanosecond: context.DeadlineExceeded} {
		for name, ask := range map[string]func(ctx context.Context){
			"Err":  func(ctx context.Context) {},
			"Done": func(ctx context.Context) { ctx.Done() },
			"a child": func(ctx context.Context) {
				_, cancel := context.WithTimeout(ctx, time.Hour)
				context.AfterFunc(ctx, cancel)
			},
		} {
			for range 50 { // at the deadline both run at once
				synctest.Test(t, func(t *testing.T) {
					client, giveUp := context.WithCancel(t.Context())
					defer giveUp()
					var none context.Context // the caller is in another process
					ctx, end := orb.NewCallContext(none, client, time.Now().Add(time.Minute))
					defer end()
					ask(ctx)
					begin := time.Now()
					time.AfterFunc(time.Minute+after, giveUp)
					<-ctx.Done()
					if got, took := ctx.Err(), time.Since(begin); got != want || took != time.Minute+min(after, 0) {
						t.Errorf("given up %v after the deadline, asked for %s: %v after %v, want %v", after, name, got, took, want)
					}
				})
			}
		}
	}
}
