package ipx

import (
	"sync"
	"time"
)

// A Bucket bounds how often something is done: a burst at once, and so many a second after that. It is safe for concurrent use.
type Bucket struct {
	Burst, PerSecond float64

	mu   sync.Mutex
	left float64
	last time.Time
}

// Take reports whether it may be done once more.
func (b *Bucket) Take() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if b.last.IsZero() {
		b.left = b.Burst
	} else {
		b.left = min(b.Burst, b.left+now.Sub(b.last).Seconds()*b.PerSecond)
	}
	b.last = now
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}
