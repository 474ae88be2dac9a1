package conn

import (
	"context"
	"errors"
	"io"

	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/limits"
	"github.com/opendsom/dsom/transport"
)

// A sample is what the sweeper saw of a connection when it last changed.
type sample struct {
	active   int64 // since when nothing has happened
	octets   int64 // that had come and gone by then
	came     int64 // since when no octet has come while one was waited for in the middle of a message
	received int64 // octets by then
	message  uint64
	began    int64 // since when that message has been coming
	first    int64 // octets received by then
	wrote    int64 // since when no octet has been written while some were to be; 0: not looked at yet
	written  int64 // octets by then
}

var errStallRead = errors.New("nothing came in the middle of a message")
var errStallWrite = errors.New("the peer took nothing of what was written")
var errTooSlow = errors.New("a message came too slowly")

// sweep ends what has lasted too long, and returns when to look again. Only the sweeper calls it.
func (c *Conn) sweep(now int64) (next int64) {
	l := c.lock()
	flush := false
	s := &c.s
	next = never
	if s.phase != closed {
		flush, next = l.expire(now)
		l.sweepStalls(now)
		if s.resting.head != nil && l.t.State() == transport.Gone { // nobody reads
			l.end(lost(io.EOF))
			s.shut = true
		}
	}
	if len(s.aside) > 0 {
		if l.serveAside(); len(s.aside) > 0 && c.in.budget.crowded() {
			next = min(next, now+int64(coarseness))
		}
	}
	if s.waiting && s.phase != closed {
		if l.room() {
			l.resume()
		} else if c.in.budget.crowded() {
			next = min(next, now+int64(coarseness))
		}
	}
	if s.phase == open {
		if at, idle := l.sweepIdle(now); idle {
			l.drain()
			if c.handler == nil {
				go c.part(errIdle)
			}
		} else {
			next = min(next, at)
		}
		if c.handler == nil && !s.reading && c.t.State() != transport.Quiet {
			go c.readLate()
		}
	}
	l.unlockSoon()
	if flush {
		go c.flushRest()
	}
	return next
}

// expire ends the calls whose deadline has passed.
func (l locked) expire(now int64) (flush bool, next int64) {
	s := &l.s
	next = never
	for _, call := range s.calls.slots {
		switch {
		case call == nil:
		case call.deadline > now:
			next = min(next, call.deadline)
		default:
			if l.giveUp(call, ContextError(context.DeadlineExceeded, l.completed(call))) {
				flush = true
			}
		}
	}
	for w := s.blocked.head; w != nil; {
		call := w.call
		w = w.next
		if call.deadline > now {
			next = min(next, call.deadline)
			continue
		}
		l.turnAway(call, ContextError(context.DeadlineExceeded, exc.No))
	}
	if s.inWrite && s.writer.hasDone() { // his own message has been written, and answered
		if d := s.writer.call.deadline; d > now {
			next = min(next, d)
		} else {
			l.stopWriting()
		}
	}
	if s.inWrite && !s.reading && l.handler == nil {
		go l.readWhileWriting()
	}
	return flush, next
}

// sweepIdle reports whether the connection has not been used for as long as it may, and if not when it may be.
func (l locked) sweepIdle(now int64) (next int64, idle bool) {
	s, m := &l.s, &l.sample
	octets := l.in.received.Load() + l.written.Load()
	busy := s.calls.used > 0 || len(s.served) > 0 || s.writing || l.in.partial.Load() != 0 && s.reading
	if r := l.runner.Load(); r != nil && r.state.Load()&(1<<stateBits-1) == isBusy {
		busy = true
	}
	most := int64(l.limits.Time(limits.IdleTimeout))
	if s.stay {
		most = never
	}
	if busy || octets != m.octets || m.active == 0 {
		m.active, m.octets = now, octets
	}
	if most > never-m.active {
		return never, false
	}
	return m.active + most, now-m.active >= most
}

// sweepStalls ends a connection whose peer neither goes on nor ends in the middle of a message.
func (l locked) sweepStalls(now int64) {
	s, m := &l.s, &l.sample
	most := int64(l.limits.Time(limits.StallTimeout))
	var err error
	if received, message := l.in.received.Load(), l.in.partial.Load(); message == 0 || !s.reading {
		m.message, m.came = 0, now
	} else {
		if message != m.message {
			m.message, m.began, m.first, m.received, m.came = message, now, received, received, now
		}
		if received != m.received {
			m.received, m.came = received, now
		}
		took := now - m.began
		switch {
		case now-m.came >= most:
			err = join(errStallRead, l.limits.Exceeded(limits.StallTimeout, 0))
		case took >= most && float64(received-m.first)*1e9 < float64(l.limits.Get(limits.BodyRate))*float64(took):
			err = join(errTooSlow, l.limits.Exceeded(limits.BodyRate, 0))
		}
	}
	if written := l.written.Load(); !s.inWrite || written != m.written || m.wrote == 0 {
		m.written, m.wrote = written, now
	} else if now-m.wrote >= most {
		err = join(errStallWrite, l.limits.Exceeded(limits.StallTimeout, 0))
	}
	if err != nil {
		l.end(stalled(err))
		s.shut = true
	}
}
