package orb

import (
	"context"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
)

// Callback makes the call of an operation in a goroutine of its own, and then has tell tell the call's reply handler how it has ended (part 1, clause 17.8). The ctx of call ends with that of Callback, that of tell
// never: it has the other values of Callback's ctx, but neither its policies, nor what tells of an upcall, in which the handler is not. Before tell has returned the ctx of call does not end by itself. At the ORB's end the call's ctx ends too, when requests are served no more, which fails a call that is under way by TRANSIENT with
// [exc.MinorCancelled]; a handler can be told of it, wherever that is, as long as [limits.HandlerTimeout] says and the ctx of Shutdown has not ended. A call that panics, or ends its goroutine, has ended with
// UNKNOWN, completed MAYBE. An error of tell, which is the handler's, and panics are logged: there is nobody else to
// tell. [ORB.Shutdown] waits for both. The error of Callback says that neither was run: the ORB has been shut down, or its parts are about to end (see [ORB.AtEnd]).
//
// A nil ORB, which calls between implementations in this process have, waits for nobody.
func (o *ORB) Callback(ctx context.Context, operation string, call func(context.Context) error, tell func(ctx context.Context, err error) error) error {
	if o != nil && !o.callbacks.begin() {
		return exc.OfCall(shutDown())
	}
	after := behind(ctx)
	if o != nil {
		after = o.AsUpcall(after) // who would shut the ORB down with it would wait for himself
	}
	ctx, cancel := context.WithCancel(ctx) // a servant's own ctx is not to be kept
	ctx, _ = beside(ctx, false)
	go func() {
		if o != nil {
			defer o.callbacks.done()
			defer context.AfterFunc(o.asking, cancel)()
		}
		defer cancel()
		var err error
		returned := false
		defer func() { // also if the call ends the goroutine
			if p := recover(); !returned {
				err = o.broken(operation, p)
			}
			o.tell(after, operation, err, tell)
		}()
		err = call(ctx)
		returned = true
	}()
	return nil
}

// broken returns how a call has ended that has panicked with p, or has ended its goroutine.
func (o *ORB) broken(operation string, p any) error {
	if p == nil {
		o.note(slog.LevelError, "a call whose reply handler is to be told ended the goroutine", "operation", operation)
		return exc.OfCall(exc.New(exc.Unknown, exc.MinorPanic, exc.Maybe, "the call of %.64s ended its goroutine", operation))
	}
	o.note(slog.LevelError, "a call whose reply handler is to be told panicked", "operation", operation, "panic", p, "stack", string(debug.Stack()))
	return exc.OfCall(exc.New(exc.Unknown, exc.MinorPanic, exc.Maybe, "the call of %.64s panicked", operation))
}

// tell tells a reply handler that a call has ended with err.
func (o *ORB) tell(ctx context.Context, operation string, err error, tell func(context.Context, error) error) {
	returned := false
	defer func() {
		switch p := recover(); {
		case p != nil:
			o.note(slog.LevelError, "a reply handler panicked", "operation", operation, "panic", p, "stack", string(debug.Stack()))
		case !returned:
			o.note(slog.LevelError, "a reply handler ended the goroutine", "operation", operation)
		}
	}()
	if err := tell(ctx, err); err != nil {
		o.note(slog.LevelWarn, "a reply handler could not be told of a call's end, or failed", "operation", operation, "error", err)
	}
	returned = true
}

// endCallbacks lets no more callbacks be begun, ends the calls of those under way, and gives their handlers time to be told, in which calls still go out.
func (o *ORB) endCallbacks(ctx context.Context) {
	idle := o.callbacks.close()
	o.endAsking()
	select {
	case <-idle:
		return
	default:
	}
	within := o.limits.Time(limits.HandlerTimeout)
	t := time.NewTimer(within)
	defer t.Stop()
	select {
	case <-idle:
	case <-ctx.Done():
	case <-t.C:
		o.note(slog.LevelWarn, "reply handlers are not done at the ORB's end", "limit", limits.HandlerTimeout.String(), "within", within)
	}
}

// note is complain, for no ORB too.
func (o *ORB) note(level slog.Level, msg string, attrs ...any) {
	if o == nil {
		slog.Log(context.Background(), level, msg, attrs...)
		return
	}
	o.complain(level, msg, attrs...)
}
