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
	aside  *Aside // in which it is made; nil: not in an upcall
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
//
// In an upcall the call is made beside that, not within: an object of an adapter whose upcalls run one at a time (SINGLE_THREAD_MODEL, MAIN_THREAD_MODEL), and which the upcall is one of, gets it
// when the upcall has returned, if ctx does not end with that (context.WithoutCancel), or while it waits for the future with its own ctx, in [Future.Wait] or [Next]; then in the upcall's own goroutine.
func Go[T any](ctx context.Context, call func(context.Context) (T, error)) *Future[T] {
	f := &Future[T]{done: make(chan struct{}), err: errNoResult}
	ctx, cancel := context.WithCancel(ctx) // a servant's own ctx is not to be kept
	ctx, f.aside = beside(ctx, true)
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
// error because ctx ended is TIMEOUT or TRANSIENT with completion MAYBE, and the call goes on. In the upcall that has begun the call, ctx is to be the upcall's (see
// [Go]), and the goroutine too; while that runs what it was lent for, it sees the end of ctx, or of the call, no sooner than that has returned.
func (f *Future[T]) Wait(ctx context.Context) (T, error) {
	select {
	case <-f.done:
		return f.result, f.err
	default:
	}
	offers := f.aside.lends(ctx)
	for {
		select {
		case <-f.done:
			return f.result, f.err
		case o := <-offers:
			o.accept()
		case <-ctx.Done():
			var zero T
			return zero, exc.OfCall(exc.From(ctx.Err(), exc.Maybe))
		}
	}
}

// Next returns the first of several calls to end, and its place among them: get_next_response, and what a PollableSet is
// for. There must be one at least. An error because ctx ended is like that of Wait, with place -1. As in Wait, what the goroutine is lent for is run to its end first.
func Next[T any](ctx context.Context, calls ...*Future[T]) (place int, result T, err error) {
	first, offered := make(chan int, len(calls)), make(chan *Offer)
	stop, cancel := context.WithCancel(ctx)
	defer cancel()
	for i, f := range calls {
		if f.Poll() {
			return i, f.result, f.err
		}
		go f.watch(stop, i, first, f.aside.lends(ctx), offered)
	}
	for {
		select {
		case i := <-first:
			return i, calls[i].result, calls[i].err
		case o := <-offered:
			o.accept()
		case <-ctx.Done():
			return -1, result, exc.OfCall(exc.From(ctx.Err(), exc.Maybe))
		}
	}
}

// watch sends i when the call has ended, and hands on what is offered until then.
func (f *Future[T]) watch(stop context.Context, i int, ended chan<- int, offers <-chan *Offer, to chan<- *Offer) {
	for {
		select {
		case <-f.done:
			ended <- i
			return
		case o := <-offers:
			select {
			case to <- o:
			case <-stop.Done():
				o.taken <- false
				return
			}
		case <-stop.Done():
			return
		}
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
