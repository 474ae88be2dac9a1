package conn

import "time"

// A write that fails may be the first that is heard of an end in order: the peer has said CloseConnection and closed, and
// that is not read yet. What it has not answered it has not processed then, however much of it the transport took (CORBA 3.3
// part 2, clause 9.8.1.1). So the calls under way do not end with the write: what the peer has said is read first, to its end.

// lastWordsTime is how long the peer's last words are waited for. They are there as a rule, with the end behind them; a write
// that failed for a reason of this side's must not keep anybody waiting for an end that does not come.
const lastWordsTime = time.Second

// lastWords begins to wait for the peer's last words after a write that failed as e says, where it matters to anybody. It reports whether
// it does: then the writing role is nobody's until the end, which e is if the peer has not said another.
func (l locked) lastWords(e *ending) bool {
	s := &l.s
	if s.phase == closed || !s.calls.posted() {
		return false
	}
	s.cut, s.writer = e, nil
	l.usable.Store(false)
	if !s.reading {
		l.takeReading()
		go l.readLastWords()
	}
	time.AfterFunc(lastWordsTime, func() {
		l := l.lock()
		defer l.unlock()
		if l.end(e) {
			s.shut = true
		}
	})
	return true
}

// readLastWords reads, with the reading role, what nobody else does, until the connection has ended.
func (c *Conn) readLastWords() {
	l := c.lock()
	defer l.unlock()
	for l.deliverAll(nil); c.s.phase != closed && !l.stuck(); l.deliverAll(nil) {
		l.unlock()
		err := l.in.fill()
		l.relock()
		l.afterRead(nil, err)
	}
	l.passReading()
}

// dropUnwritten lets go, at the end, of what will not be written. The writing role is nobody's from then on.
func (l locked) dropUnwritten() {
	out, charged := l.takeOut()
	out.free()
	l.in.budget.add(-charged)
}
