package orb

import (
	"context"

	"github.com/opendsom/dsom/exc"
)

// A Future is a call under way: what send_deferred and the poller of the messaging
// specification are for (CORBA 3.3 part 1, clauses 11.3 and 17.10). It may be used concurrently.
type Future[T any] struct {
	done   chan struct{}
	result T
	err    error
}

// Go makes a call in a goroutine of its own, be it one of a generated stub:
//
//	f := orb.Go(ctx, account.Balance)
//	…
//	balance, err := f.Wait(ctx)
//
// The call ends with the ctx that it is given, which ends with this one: in a servant's method, with
// the method. context.WithoutCancel(ctx) lets it live on. A panic of call is the program's, and ends it. Two calls that
// are begun one after the other may reach their object in either order.
func Go[T any](ctx context.Context, call func(context.Context) (T, error)) *Future[T] {
	f := &Future[T]{done: make(chan struct{}), err: errNoResult}
	ctx, cancel := context.WithCancel(ctx) // a servant's own ctx is not to be kept
	go func() {
		defer close(f.done) // also if call ends the goroutine
		defer cancel()
		f.result, f.err = call(ctx)
	}()
	return f
}

var errNoResult = exc.New(exc.Internal, 0, exc.Maybe, "the call has ended its goroutine without a result")

// Done is closed when the call has ended.
func (f *Future[T]) Done() <-chan struct{} { return f.done }

// Poll reports whether the call has ended: poll_response, and is_ready of a poller.
func (f *Future[T]) Poll() bool {
	select {
	case <-f.done:
		return true
	default:
		return false
	}
}

// Wait waits until the call has ended, or ctx, and returns its result: get_response. It may be called again. An
// error because ctx ended is TIMEOUT or TRANSIENT with completion MAYBE, and the call goes on.
func (f *Future[T]) Wait(ctx context.Context) (T, error) {
	select {
	case <-f.done:
		return f.result, f.err
	default:
	}
	select {
	case <-f.done:
		return f.result, f.err
	case <-ctx.Done():
		var zero T
		return zero, called(exc.From(ctx.Err(), exc.Maybe))
	}
}

// Next returns the first of several calls to end, and its place among them: get_next_response, and what a PollableSet is
// for. There must be one at least. An error because ctx ended is like that of Wait, with place -1.
func Next[T any](ctx context.Context, calls ...*Future[T]) (place int, result T, err error) {
	first := make(chan int, len(calls))
	stop, cancel := context.WithCancel(ctx)
	defer cancel()
	for i, f := range calls {
		if f.Poll() {
			return i, f.result, f.err
		}
		go func() {
			select {
			case <-f.done:
				first <- i
			case <-stop.Done():
			}
		}()
	}
	select {
	case i := <-first:
		return i, calls[i].result, calls[i].err
	case <-ctx.Done():
		return -1, result, called(exc.From(ctx.Err(), exc.Maybe))
	}
}

type polledKey struct{ CallersOwn }

// WithPoll returns a ctx for a call whose end somebody polls for: to interceptors of the specification the request and the poll
// are two requests (part 1, clause 16.3.6). It does not go on to what the object calls.
func WithPoll(ctx context.Context) context.Context {
	return context.WithValue(ctx, polledKey{}, true)
}

// Polled reports whether ctx is of [WithPoll].
func Polled(ctx context.Context) bool { return ctx.Value(polledKey{}) != nil }
