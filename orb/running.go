package orb

import (
	"context"
	"fmt"
	"sync"

	"github.com/opendsom/dsom/exc"
)

// running counts what runs in goroutines that nobody waits for but [ORB.Shutdown].
type running struct {
	mu    sync.Mutex
	count int
	over  bool          // no more are begun
	idle  chan struct{} // closed when there are none, once over
}

// begin counts one more, unless the ORB has ended.
func (b *running) begin() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over {
		return false
	}
	b.count++
	return true
}

func (b *running) done() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.count--
	if b.over && b.count == 0 {
		close(b.idle)
	}
}

// close lets no more be begun, and returns what is closed when there are none.
func (b *running) close() <-chan struct{} {
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

// wait lets no more be begun, and waits for those under way, which the error calls what.
func (b *running) wait(ctx context.Context, what string) error {
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
		return fmt.Errorf("%d %s are not done: %w", b.count, what, ctx.Err())
	}
}

// shutDown returns what who calls or asks something of an ORB after Shutdown gets (part 1, clause 8.5).
func shutDown() error {
	return exc.New(exc.BadInvOrder, exc.MinorORBShutDown, exc.No, "the ORB has been shut down")
}
