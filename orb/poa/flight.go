package poa

import (
	"context"
	"sync"
	"sync/atomic"
)

// A flight counts what is under way, and lets others wait until nothing is. Counting takes no lock.
type flight struct {
	n       atomic.Int64
	waiting atomic.Int32

	mu   sync.Mutex
	zero chan struct{} // closed when n is 0, if somebody waits; nil: nobody has come since
}

func (f *flight) enter() { f.n.Add(1) }

// leave is the end of one. Who waits has said so before he looks at n: of both, one sees the other.
func (f *flight) leave() {
	if f.n.Add(-1) == 0 && f.waiting.Load() != 0 {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.zero != nil {
			close(f.zero)
			f.zero = nil
		}
	}
}

// wait returns when nothing is under way, or stop is closed. The error is that of ctx.
func (f *flight) wait(ctx context.Context, stop <-chan struct{}) error {
	f.waiting.Add(1)
	defer f.waiting.Add(-1)
	for {
		f.mu.Lock()
		if f.zero == nil {
			f.zero = make(chan struct{})
		}
		zero := f.zero
		f.mu.Unlock()
		if f.n.Load() == 0 {
			return nil
		}
		select {
		case <-zero:
		case <-stop:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
