package conn

import (
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/opendsom/dsom/limits"
)

// A Shared is what the connections of one owner have in common. It needs no end: its
// goroutines end with its last connection, unless they are kept.
type Shared struct {
	limits     *limits.Limits
	budget     *budget
	monitor    monitor
	complaints complaints
	tickets    atomic.Uint64
	base       time.Time
	beat       int64 // the sweeper looks at least so often, in nanoseconds

	wakeAt atomic.Int64 // when the sweeper looks next
	poked  atomic.Bool  // it is to look at once

	mu       sync.Mutex
	conns    map[*Conn]struct{}
	kept     bool // the sweeper does not end
	sweeping bool
	idle     bool  // the sweeper waits for a connection: who brings one sets its pulse
	pulse    pulse // of the sweeper, while it sweeps
	newPulse func() pulse
}

// NewShared returns what connections with limits l share. Its time is that of package
// time, so that it may be virtual.
func NewShared(l *limits.Limits) *Shared { return newShared(l, newTimerPulse) }

// NewSystemShared is NewShared for connections to other processes: it keeps time by timers
// of the system where that makes calls quicker.
func NewSystemShared(l *limits.Limits) *Shared { return newShared(l, newSystemPulse) }

func newShared(l *limits.Limits, newPulse func() pulse) *Shared {
	s := &Shared{limits: l, budget: newBudget(l), base: time.Now(), conns: map[*Conn]struct{}{}, newPulse: newPulse}
	s.monitor.newPulse = newPulse
	s.beat = max(int64(coarseness), min(l.Get(limits.StallTimeout), l.Get(limits.IdleTimeout))/4)
	s.wakeAt.Store(never)
	return s
}

const (
	// never is a time that does not come.
	never = math.MaxInt64

	// coarseness is how late a time-out may be.
	coarseness = 5 * time.Millisecond
)

// now returns the time in nanoseconds since s was made, on the monotonic clock.
func (s *Shared) now() int64 { return int64(time.Since(s.base)) }

// at returns t in nanoseconds since s was made.
func (s *Shared) at(t time.Time) int64 {
	if t.IsZero() {
		return never
	}
	return int64(t.Sub(s.base))
}

func (s *Shared) add(c *Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.conns[c] = struct{}{}
	switch {
	case !s.sweeping:
		s.sweeping = true
		s.wakeAt.Store(0) // it looks at once
		s.pulse = s.newPulse()
		go s.sweep(s.pulse)
	case s.idle:
		s.idle = false
		s.wakeAt.Store(s.now() + s.beat)
		s.pulse.set(time.Duration(s.beat))
	}
}

// Keep says whether what looks after the connections is to stay at hand while there is none. One who
// listens keeps it: else the first connection that comes, and each that finds no other, waits for timers of the system to be
// made, which is a tenth of what it costs to connect and call.
func (s *Shared) Keep(keep bool) {
	s.monitor.keep(keep)
	s.mu.Lock()
	s.kept = keep
	none := len(s.conns) == 0
	s.mu.Unlock()
	if !keep && none {
		s.wake()
	}
}

func (s *Shared) remove(c *Conn) {
	s.monitor.drop(c)
	s.mu.Lock()
	delete(s.conns, c)
	last := len(s.conns) == 0 && !s.kept
	s.mu.Unlock()
	if last {
		s.wake()
	}
}

// due makes the sweeper look when t has come.
func (s *Shared) due(t int64) {
	if t < s.wakeAt.Load() {
		s.wake()
	}
}

func (s *Shared) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sweeping {
		s.poked.Store(true)
		s.pulse.poke()
	}
}

// sweep ends calls whose deadline has passed, and connections that are stalled or idle,
// until there is no connection, and those that hold much of the budget while it is exceeded.
func (s *Shared) sweep(p pulse) {
	defer p.close()
	var conns []*Conn
	over := int64(never) // since when the budget is exceeded
	for {
		s.poked.Store(false)
		s.wakeAt.Store(never) // what comes due while it looks makes it look again
		s.mu.Lock()
		if len(s.conns) == 0 {
			if s.idle = s.kept; s.idle {
				s.mu.Unlock()
				p.wait()
				continue
			}
			s.sweeping = false
			s.mu.Unlock()
			return
		}
		conns = conns[:0]
		for c := range s.conns {
			conns = append(conns, c)
		}
		s.mu.Unlock()
		now := s.now()
		next := now + s.beat
		for _, c := range conns {
			next = min(next, c.sweep(now))
		}
		if over = s.budget.relieve(conns, now, over); over != never {
			next = now // as soon as may be
		}
		clear(conns)
		next = max(next, now+int64(coarseness))
		s.wakeAt.Store(next)
		p.set(time.Duration(next - s.now()))
		if !s.poked.Load() { // else what was poked may be overwritten
			p.wait()
		}
	}
}
