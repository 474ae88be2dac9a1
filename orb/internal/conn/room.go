package conn

import (
	"cmp"
	"slices"
)

// What a server takes on for a connection is bounded by what it has not got rid of. One request
// of a connection is always served: it has the goroutine that the connection has anyway. More at the
// same time are served as long as there is room for them; else they are left where they are, and with
// them, in the end, the peer is left waiting.

// unreadLimit is how many octets of replies that its peer has not taken a connection may have
// before it serves no more requests.
const unreadLimit = queueLimit

// alwaysParallel is how many requests of a connection may be served at the same time whatever
// others hold: a servant that is called back within a call needs a second one, and must not wait
// for strangers.
const alwaysParallel = 8

// room reports whether another request may be served.
func (l locked) room() bool {
	n := len(l.s.served)
	return n == 0 || n < l.most && l.unread() < unreadLimit && (n < alwaysParallel || !l.in.budget.crowded())
}

// hasRoom is room for one who has not got the lock.
func (c *Conn) hasRoom() bool {
	l := c.lock()
	defer l.unlock()
	return l.room()
}

// unread returns how many octets of replies are waiting to be taken by the peer, but for a buffer
// that is being written, which is not longer than queueLimit and a message.
func (l locked) unread() int {
	if l.handler == nil {
		return 0
	}
	n := l.s.posting
	if l.s.out != nil {
		n += len(l.s.out.b)
	}
	return n
}

// waitForRoom waits until there is room for another request, or it can be set aside because of what may be behind it. It reads ahead as far
// as the chunk goes, to see whether the peer has gone; a CancelRequest behind the request that
// waits is not seen. It reports whether r goes on reading.
func (c *Conn) waitForRoom(r *runner) bool {
	l := c.lock()
	s := &c.s
	s.waiting = true
	for s.phase == open && !l.room() && !(l.awaits() && l.mayAside()) {
		if c.in.budget.crowded() {
			c.shared.due(c.shared.now()) // others make room: the sweeper sees to it
		}
		if !c.in.roomAhead() {
			l.wait(&r.waiter, &s.resting)
			l.relock()
			continue
		}
		s.helping = true
		l.unlock()
		err := c.in.fillAhead()
		l.relock()
		s.helping = false
		l.afterRead(&r.waiter, err)
	}
	s.waiting = false
	ended := s.phase != open
	l.unlock()
	return !ended || c.goOn(r, nil)
}

// resume makes the runner look again whether there is room.
func (l locked) resume() {
	s := &l.s
	if w := s.resting.head; w != nil {
		l.wake(w)
	}
	if s.helping {
		l.stopReading()
	}
}

// reply sends replies on behalf of a runner. Those that are long are charged to the budget until the peer
// has taken them. If that is exceeded by a peer that has not taken what it got before, the connection ends.
func (l locked) reply(w *waiter, p parcel) {
	s, n := &l.s, p.size()
	charge := 0
	if n > gatherLimit {
		charge = n
	}
	if l.charge(charge) && l.unread() >= unreadLimit {
		l.overBudget()
	} else {
		s.posting += n
		l.post(w, p)
		s.posting -= n
	}
	l.in.budget.add(-charge)
}

// charge adds n octets to what is used of the budget, and reports whether that is too much then. If it is
// the sweeper relieves it, unless it is not for longer than a moment.
func (l locked) charge(n int) (over bool) {
	over = l.in.budget.add(n) && n > 0
	if over {
		l.shared.due(l.shared.now())
	}
	return over
}

// chargeOut charges what is to be written next, if that is much.
func (l locked) chargeOut() {
	if n := len(l.s.out.b); n > gatherLimit {
		l.charge(n - l.s.outCharged)
		l.s.outCharged = n
	}
}

// takeOut takes what is to be written next, and what is charged for it.
func (l locked) takeOut() (out *buffer, charged int) {
	s := &l.s
	out, charged = s.out, s.outCharged
	s.out, s.outCharged = nil, 0
	return out, charged
}

// overBudget ends a connection whose peer does not take its replies, while there are too many.
func (l locked) overBudget() {
	l.end(stalled(join(errUnread, l.in.budget.exceeded())))
	l.s.shut = true
}

// relieve ends connections whose peers do not take what was written, those first that have not for
// longest, when the budget has been exceeded for a moment, since over. It ends as many as held what it is
// exceeded by, and returns since when it is: never, if it is not. Only the sweeper calls it.
func (b *budget) relieve(conns []*Conn, now, over int64) (since int64) {
	switch {
	case !b.over():
		return never
	case over == never:
		return now
	case now-over < int64(coarseness):
		return over
	}
	slices.SortFunc(conns, func(x, y *Conn) int { return cmp.Compare(x.sample.wrote, y.sample.wrote) })
	freed := int64(0) // by their runners, in a moment
	for _, c := range conns {
		if b.used.Load()-freed <= b.most {
			break
		}
		l := c.lock()
		if n := l.unread(); c.s.phase != closed && c.s.inWrite && n >= unreadLimit {
			freed += int64(n)
			l.overBudget()
		}
		l.unlockSoon()
	}
	return now
}
