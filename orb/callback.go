package orb

import (
	"context"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/opendsom/dsom/limits"
)

// Callback runs f in a goroutine of its own: f makes the call of an operation with the first ctx, and with the second
// tells the call's reply handler how it has ended (part 1, clause 17.8). The first ctx ends with that of Callback, the second
// never: the call's time is not the handler's. At the ORB's end too the first one ends, when requests are served no more, which fails a call that is under way by TRANSIENT with
// [exc.MinorCancelled]; f can tell a handler of it, wherever that is, as long as [limits.HandlerTimeout] says and the ctx of Shutdown has not ended. An error of f, which is the handler's, and a panic are logged: there is nobody else to
// tell. [ORB.Shutdown] waits for f. The error of Callback says that f was not run: the ORB has been shut down, or its parts are about to end (see [ORB.AtEnd]).
//
// A nil ORB, which calls between implementations in this process have, waits for nobody.
func (o *ORB) Callback(ctx context.Context, operation string, f func(ctx, after context.Context) error) error {
	if o != nil && !o.callbacks.begin() {
		return called(shutDown())
	}
	after := context.WithoutCancel(ctx)
	if o != nil {
		after = context.WithValue(after, orbKey{}, o) // who would shut the ORB down with it would wait for himself
	}
	ctx, cancel := context.WithCancel(ctx) // a servant's own ctx is not to be kept
	go func() {
		if o != nil {
			defer o.callbacks.done()
			defer context.AfterFunc(o.asking, cancel)()
		}
		defer cancel()
		returned := false
		defer func() {
			switch p := recover(); {
			case p != nil:
				o.note(slog.LevelError, "a reply handler panicked", "operation", operation, "panic", p, "stack", string(debug.Stack()))
			case !returned:
				o.note(slog.LevelError, "a reply handler ended the goroutine", "operation", operation)
			}
		}()
		if err := f(ctx, after); err != nil {
			o.note(slog.LevelWarn, "a reply handler could not be told of a call's end, or failed", "operation", operation, "error", err)
		}
		returned = true
	}()
	return nil
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
