package conn

// The reading role of a connection that serves belongs to a runner, which waits for requests, as long as requests
// come. Where this side makes calls on it as well, a caller may have the role, who then reads his own reply as on
// any client: one who calls from inside a handler takes it from the runner in that handler, and one who calls
// while nothing else comes finds it left. Nobody has it then for a moment, until the next call, the return of the
// handler, or the monitor, which sees to it that what comes is read.

// calmReplies is after how many replies without a request between them the reading role is left to the
// callers: they need no other goroutine to wake them then. A request that comes when nobody reads may wait for
// two ticks of the monitor, so that must not happen often.
const calmReplies = 64

// takeReading takes the reading role that nobody has.
func (l locked) takeReading() { l.s.reading = true }

// borrow leaves the reading role to the callers if a runner in a handler has it, which may be
// the handler that calls: nobody would read the reply.
func (l locked) borrow() {
	if l.handler == nil {
		return
	}
	if l.s.waiting || l.s.phase == draining {
		l.resume() // what the runner leaves unread may be before the reply
	}
	if r := l.runner.Load(); r != nil && l.part(r, r.state.Load()) {
		r.lent = true
		l.s.lent++
		l.release()
	}
}

// giveBack gives the reading role to r, which the connection was taken from, if nobody has it. It reports
// whether r has it then.
func (l locked) giveBack(r *runner) bool {
	s := &l.s
	if s.phase == closed || s.reading {
		return false
	}
	s.reading = true
	r.state.Store((r.state.Load()>>stateBits + 1) << stateBits)
	l.runner.Store(r)
	return true
}

// leaveReading ends a caller's reading on a connection that serves, when no other caller waits.
func (l locked) leaveReading() {
	s := &l.s
	if s.phase == open && !l.in.nextAsks() && (s.lent > 0 || l.calm >= calmReplies) {
		l.release()
		return
	}
	n := l.newRunner()
	go l.serveOn(n)
}

// release drops the reading role on a connection that serves: the monitor gives it to somebody if nobody takes it.
func (l locked) release() {
	s := &l.s
	s.reading = false
	l.runner.Store(nil)
	l.in.idle()
	s.unread = true
}

// stepBack leaves the reading role to the callers, if nothing but replies has come for a while. It
// reports whether r has not got it any more.
func (c *Conn) stepBack(r *runner) bool {
	l := c.lock()
	defer l.unlock()
	if c.s.phase != open || len(c.s.aside) > 0 {
		return false
	}
	c.runner.Store(nil)
	l.passReading()
	return true
}

// lookForReader starts a runner if nobody had the reading role since the last look. It reports whether the
// connection need not be looked at. Only the monitor calls it.
func (c *Conn) lookForReader() (quiet bool) {
	l := c.lock()
	defer l.unlock()
	s := &c.s
	if c.handler == nil || s.phase == closed {
		return true
	}
	if s.reading {
		c.quiet++
		return c.quiet > quietTicks
	}
	if received := c.in.received.Load(); c.unreadSince != received+1 {
		c.unreadSince = received + 1
		return false
	}
	c.unreadSince = 0
	s.reading = true
	c.calm = min(c.calm, calmReplies-1) // it is to read until the next reply
	n := c.newRunner()
	go c.serveOn(n)
	return false
}

// needsReader reports whether nobody reads what the peer asks.
func (c *Conn) needsReader() bool {
	l := c.lock()
	defer l.unlock()
	return c.handler != nil && !c.s.reading && c.s.phase != closed
}
