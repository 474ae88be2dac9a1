package orb_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/opendsom/dsom/orb"
)

// orders returns all orders of some of n things.
func orders(n int) [][]int {
	var all [][]int
	var add func(done []int)
	add = func(done []int) {
		all = append(all, slices.Clone(done))
		for i := range n {
			if !slices.Contains(done, i) {
				add(append(slices.Clip(done), i))
			}
		}
	}
	add(nil)
	return all
}

// TestContextContract: whatever ends a servant's context first, second and third, and whatever is asked of it first and when, what it has once said of its
// end stays so, and Err, Done, Cause and the contexts derived from it say the same, as package context demands.
func TestContextContract(t *testing.T) {
	t.Parallel()
	type answer struct {
		ended      bool // by Done
		err, cause error
	}
	ask := func(ctx context.Context) answer {
		var a answer
		select {
		case <-ctx.Done():
			a.ended = true
		default:
		}
		a.err, a.cause = ctx.Err(), context.Cause(ctx)
		return a
	}
	firsts := map[string]func(ctx context.Context) error{
		"Err":   func(ctx context.Context) error { return ctx.Err() },
		"Cause": func(ctx context.Context) error { return context.Cause(ctx) },
		"Done": func(ctx context.Context) error {
			select {
			case <-ctx.Done():
				return ctx.Err()
			default:
				return nil
			}
		},
		"a child": func(ctx context.Context) error {
			child, cancel := context.WithCancel(ctx)
			defer cancel()
			return child.Err()
		},
	}
	why := errors.New("the caller's reason")
	for _, local := range []bool{false, true} {
		for kind, asked := range firsts {
			for _, order := range orders(4) {
				for at := range len(order) + 1 { // when it is asked first
					for _, all := range []bool{false, true} { // or for that alone, and all in the end
						synctest.Test(t, func(t *testing.T) {
							client, giveUp := context.WithCancel(t.Context())
							parent, stop := context.WithCancelCause(t.Context())
							defer stop(nil)
							defer giveUp()
							outer := context.Context(nil)
							if local {
								outer = parent
							}
							ctx, end := orb.NewCallContext(outer, client, time.Now().Add(time.Minute))
							defer end()
							events := []func(){giveUp, func() { time.Sleep(time.Minute) }, func() { stop(why) }, end}
							fault := func(format string, args ...any) {
								t.Helper()
								t.Errorf("local %v, events %v, %s asked for after %d, all %v: "+format, append([]any{local, order, kind, at, all}, args...)...)
							}
							var said error
							var was answer
							over := false
							for i := range len(order) + 1 {
								if i > 0 {
									events[order[i-1]]()
									synctest.Wait()
									over = over || order[i-1] != 2 || local // whose ctx it is not made of
								}
								if i < at {
									continue
								}
								says := asked(ctx)
								if (says != nil) != over || said != nil && says != said {
									fault("after %d it says %v, and had said %v", i, says, said)
								}
								if said = says; !all && i < len(order) {
									continue
								}
								is := ask(ctx)
								child, cancel := context.WithCancel(ctx)
								derived := ask(child)
								cancel()
								if is.ended != over || is.ended != (is.err != nil) || is.ended != (is.cause != nil) || is != derived || said != is.err && said != is.cause {
									fault("after %d it said %v, then %v, and one derived from it %v", i, said, is, derived)
								}
								if was.ended && is != was {
									fault("after %d it says %v, and had said %v", i, is, was)
								}
								was = is
							}
						})
					}
				}
			}
		}
	}
}

// A minder keeps its context unasked in Say, and in Ping asks the one that it has kept.
type minder struct {
	echo
	kept context.Context
	said [2]error // of the one that was kept, and the call's own
}

func (k *minder) Say(ctx context.Context, _ string) (string, error) { k.kept = ctx; return "", nil }

func (k *minder) Ping(ctx context.Context) error {
	k.said = [2]error{k.kept.Err(), ctx.Err()}
	return nil
}

// TestContextAskedBetween: a context that was kept unasked and says, between two calls of its object, that it has ended says so in the next call, too.
func TestContextAskedBetween(t *testing.T) {
	t.Parallel()
	_, root := newORB(t, nil)
	k := new(minder)
	client := newClient(t, nil)
	activated := func(x Echo) Echo {
		ref, err := EchoClass.Activate(root, x)
		if err != nil {
			t.Fatal(err)
		}
		return EchoClass.Unchecked(client.NewRef(ref.IOR()))
	}
	e, other := activated(k), activated(new(echo))
	if _, err := e.Say(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	if err := other.Ping(t.Context()); err != nil { // then the call before is over, also within the server
		t.Fatal(err)
	}
	if err := k.kept.Err(); err != context.Canceled {
		t.Fatalf("the method has ended, and its context says %v", err)
	}
	if err := e.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	if k.said != [2]error{context.Canceled} {
		t.Errorf("its context had ended, and says %v then; that of the next call says %v", k.said[0], k.said[1])
	}
}
