package conn

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// tick is how often the monitor looks at those that serve.
	tick = time.Millisecond

	// quietTicks is after how many looks at which nothing had happened a connection is not looked at any more.
	quietTicks = 20

	// slowLooks is how many looks fall into the time of a handler that took a tick at least.
	slowLooks = 2

	// waryRequests is how many requests after a slow one are taken for slow beforehand: each costs a goroutine and
	// a write of its own, but after that many quick ones the next slow one costs all behind it two ticks.
	waryRequests = 128
)

// A monitor looks at the connections that serve requests, and takes each from a handler
// that has not returned between two looks. It runs only while there is something to look at, or waits for that while it is kept.
type monitor struct {
	mu      sync.Mutex
	conns   []*Conn
	kept    bool // it does not end
	running bool
	idle    bool         // it waits for a connection: who brings one sets its pulse
	pulse   pulse        // while it runs
	looks   atomic.Int64 // that it has taken

	newPulse func() pulse
}

// watch makes the monitor look at c.
func (m *monitor) watch(c *Conn) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !c.watched.CompareAndSwap(false, true) {
		return
	}
	c.quiet = 0
	m.conns = append(m.conns, c)
	switch {
	case !m.running:
		m.running = true
		m.pulse = m.newPulse()
		m.pulse.set(tick)
		go m.run(m.pulse)
	case m.idle:
		m.idle = false
		m.pulse.set(tick)
	}
}

// keep says whether m is to wait for connections while there is none.
func (m *monitor) keep(keep bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept = keep
	if !keep && m.running && len(m.conns) == 0 {
		m.pulse.poke()
	}
}

func (m *monitor) run(p pulse) {
	defer p.close()
	var look []*Conn
	for {
		p.wait()
		m.looks.Add(1)
		m.mu.Lock()
		if len(m.conns) == 0 {
			if m.idle = m.kept; m.idle {
				m.mu.Unlock()
				continue
			}
			m.running = false
			m.conns = nil
			m.mu.Unlock()
			return
		}
		look = append(look[:0], m.conns...)
		m.mu.Unlock()
		for _, c := range look {
			if c.look() {
				m.forget(c)
			}
		}
		clear(look)
		p.set(tick)
	}
}

// look takes c from a handler that has not returned since the last look. It reports whether c
// has been quiet for a while. Only the monitor calls it.
func (c *Conn) look() (quiet bool) {
	r := c.runner.Load()
	if r == nil {
		return c.lookForReader()
	}
	state := r.state.Load()
	if state != c.seen {
		c.seen, c.quiet = state, 0
		return false
	}
	if state&(1<<stateBits-1) == isBusy {
		l := c.lock()
		if l.takeOver(r, state) && r.msg.octets != nil { // else it is in a write
			c.wary.Store(waryRequests)
		}
		l.unlock()
		return false
	}
	c.quiet++
	return c.quiet > quietTicks
}

// forget makes the monitor look at c no more, unless it has just begun to serve again, or
// nobody reads it.
func (m *monitor) forget(c *Conn) {
	m.mu.Lock()
	c.watched.Store(false)
	r := c.runner.Load()
	again := r != nil && r.state.Load() != c.seen
	m.remove(c)
	m.mu.Unlock()
	if again || c.needsReader() {
		m.watch(c) // they may have looked at watched before it was false, and will not come
	}
}

// drop is forget for a connection that has ended.
func (m *monitor) drop(c *Conn) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !c.watched.Swap(true) { // from now on it stays so, and watch does nothing
		return
	}
	m.remove(c)
	if m.running && !m.kept && len(m.conns) == 0 {
		m.pulse.poke()
	}
}

// remove takes c off the list. The monitor's lock is held.
func (m *monitor) remove(c *Conn) {
	if i := slices.Index(m.conns, c); i >= 0 {
		last := len(m.conns) - 1
		m.conns[i] = m.conns[last]
		m.conns[last] = nil
		m.conns = m.conns[:last]
	}
}
