package orb

import (
	"context"
	"time"

	"github.com/opendsom/dsom/exc"
)

// Late says why the servant is not to have the request any more, if its client has said until when it may: an [orb.Policies] of RequestEnd or RequestTimeout. It is asked when
// the servant has been found; who has the request wait for its turn then asks again, and waits with [ServerRequest.Arriving].
func (r *ServerRequest) Late() error {
	if r.arriveBy.IsZero() || time.Now().Before(r.arriveBy) {
		return nil
	}
	return exc.New(exc.Timeout, exc.MinorDeadline, exc.No, "the time in which the object was to have the request is over")
}

// Arriving returns the context in which the request waits until the servant has it: that of Context, which ends besides when it is too late for that. stop is to be called when it has not to wait any more.
func (r *ServerRequest) Arriving() (ctx context.Context, stop func()) { return r.arriving(r.Context()) }

func (r *ServerRequest) arriving(of context.Context) (ctx context.Context, stop func()) {
	if r.arriveBy.IsZero() {
		return of, func() {}
	}
	ctx, stop = context.WithDeadline(of, r.arriveBy)
	return &arriving{ctx, of}, stop
}

// arriving is the context in which a servant is looked for.
type arriving struct {
	context.Context
	whole context.Context
}

// Whole returns the context that a request has to its end, where [Handler].Find is given one that may end before, when it is too late for a servant to be found: for what goes on while the servant runs.
func Whole(ctx context.Context) context.Context {
	if a, ok := ctx.(*arriving); ok {
		return a.whole
	}
	return ctx
}
