package daemon

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/opendsom/dsom/svc/ifr"
)

// The times of registering what a version has said that has taken over.
const (
	takenTime  = 10 * time.Second // for one attempt
	takenAgain = time.Second      // after which it is tried again, and then twice as long, and so on
	takenMost  = time.Minute      // at most
)

// descriptions are the registrations of what servers say of themselves that could not be made at once: the server was told already that they would be. The zero value is ready, and safe for concurrent use.
type descriptions struct {
	again time.Duration // 0: takenAgain

	mu     sync.Mutex        // held while one that is late is tried, so that it does not come after what has taken its place
	turns  uint64            // how often something was said
	latest map[string]uint64 // by name, which of these was the last of it
	closed chan struct{}
	ended  bool
	work   sync.WaitGroup
}

// begin notes that something is said of a name: what was said before is not tried any longer.
func (x *descriptions) begin(name string) (turn uint64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.latest == nil {
		x.latest = map[string]uint64{}
	}
	x.turns++
	x.latest[name] = x.turns
	return x.turns
}

// forget notes that nothing is said of a name any more.
func (x *descriptions) forget(name string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.latest, name)
}

// try registers something in the background, again and again, until that has gone well, or cannot for what it is; until something else is said of the name, or it is not to be registered still.
func (x *descriptions) try(name string, turn uint64, still func() bool, register func(context.Context) error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.ended {
		return
	}
	if x.closed == nil {
		x.closed = make(chan struct{})
	}
	closed := x.closed
	x.work.Go(func() {
		wait := x.again
		if wait == 0 {
			wait = takenAgain
		}
		for ; ; wait = min(2*wait, takenMost) {
			t := time.NewTimer(wait)
			select {
			case <-t.C:
			case <-closed:
				t.Stop()
				return
			}
			if x.once(name, turn, still, register) {
				return
			}
		}
	})
}

// once tries it once, and reports whether that was the last time.
func (x *descriptions) once(name string, turn uint64, still func() bool, register func(context.Context) error) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.ended || x.latest[name] != turn || !still() {
		return true
	}
	ctx, cancel := context.WithTimeout(context.Background(), takenTime)
	defer cancel()
	return settled(register(ctx))
}

// settled reports whether another attempt would end no better.
func settled(err error) bool {
	limit := (*ifr.LimitError)(nil)
	return err == nil || errors.Is(err, ifr.ErrInvalid) || errors.As(err, &limit)
}

// close ends it.
func (x *descriptions) close() {
	x.mu.Lock()
	if !x.ended && x.closed != nil {
		close(x.closed)
	}
	x.ended = true
	x.mu.Unlock()
	x.work.Wait()
}
