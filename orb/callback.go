package orb

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"

	"github.com/opendsom/dsom/exc"
)

// callbacks are the calls under way whose ends somebody is told of.
type callbacks struct {
	mu    sync.Mutex
	count int
	over  bool          // no more are begun
	idle  chan struct{} // closed when there are none, once over
}

// begin counts a call, unless the ORB has ended.
func (b *callbacks) begin() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over {
		return false
	}
	b.count++
	return true
}

func (b *callbacks) done() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.count--
	if b.over && b.count == 0 {
		close(b.idle)
	}
}

// close lets no more be begun, and returns what is closed when there are none.
func (b *callbacks) close() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.over {
		b.over, b.idle = true, make(chan struct{})
		if b.count == 0 {
			close(b.idle)
		}
	}
	return b.idle
}

// wait waits for those under way, whose connections are closed by now, and for those who are told of their ends.
func (b *callbacks) wait(ctx context.Context) error {
	idle := b.close()
	select {
	case <-idle:
		return nil
	default:
	}
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		b.mu.Lock()
		defer b.mu.Unlock()
		return fmt.Errorf("%d reply handlers are not done: %w", b.count, ctx.Err())
	}
}

// Callback runs f in a goroutine of its own: f makes the call of an operation with the first ctx, and with the second
// tells the call's reply handler how it has ended (part 1, clause 17.8). The first ctx ends with that of Callback, the second
// never: the call's time is not the handler's. An error of f, which is the handler's, and a panic are logged: there is nobody else to
// tell. [ORB.Shutdown] waits for f. The error of Callback says that f was not run: the ORB has been shut down.
//
// A nil ORB, which calls between implementations in this process have, waits for nobody.
func (o *ORB) Callback(ctx context.Context, operation string, f func(ctx, after context.Context) error) error {
	if o != nil && !o.callbacks.begin() {
		return exc.New(exc.BadInvOrder, exc.MinorORBShutDown, exc.No, "the ORB has been shut down")
	}
	after := context.WithoutCancel(ctx)
	if o != nil {
		after = context.WithValue(after, orbKey{}, o) // who would shut the ORB down with it would wait for himself
	}
	ctx, cancel := context.WithCancel(ctx) // a servant's own ctx is not to be kept
	go func() {
		if o != nil {
			defer o.callbacks.done()
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

// note is complain, for no ORB too.
func (o *ORB) note(level slog.Level, msg string, attrs ...any) {
	if o == nil {
		slog.Log(context.Background(), level, msg, attrs...)
		return
	}
	o.complain(level, msg, attrs...)
}
