package conn

import (
	"errors"
	"runtime"
	"time"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/giop"
)

const (
	// gatherLimit is the size above which a message is written from where it is, not copied
	// to others that go out with it. A copy of this size is some hundredths of what its
	// write costs (BenchmarkCopy, BenchmarkWrite). A message with a loan is longer.
	gatherLimit = cdr.LeastLoan

	// queueLimit is how much may wait to be written before those who come wait as well.
	queueLimit = 256 << 10

	// pieceSize is the most that is given to the transport at once, so that the sweeper sees
	// a long write go forward.
	pieceSize = 256 << 10
)

// post puts a message into the stream on behalf of w, and writes it unless somebody is
// writing who will. It returns false if w was done before that, or the connection closed.
func (l locked) post(w *waiter, p parcel) bool {
	s := &l.s
	if !s.writing {
		s.writing = true
		l.write(w, p)
		return true
	}
	if p.size() <= gatherLimit && (s.out == nil || len(s.out.b) < queueLimit) {
		l.enqueue(w, p)
		return true
	}
	for !w.told(mayWrite) {
		if w.told(isDone) || s.phase == closed {
			return false
		}
		l.wait(w, &s.writers)
		l.relock()
	}
	w.took(mayWrite)
	if w.told(isDone) {
		l.passWriting(w)
		return false
	}
	l.write(w, p)
	return true
}

// write writes p, and what is queued, with the writing role.
func (l locked) write(w *waiter, p parcel) {
	s, n := &l.s, p.size()
	crowded := s.crowd.see(s.calls.used > 1)
	if n <= gatherLimit && (s.out != nil || crowded) {
		l.enqueue(w, p)
		l.flush(w, parcel{})
		return
	}
	l.place(w, n)
	l.flush(w, p)
}

// place notes where in the stream the next n octets are.
func (l locked) place(w *waiter, n int) {
	s := &l.s
	begin := s.queued
	s.queued += int64(n)
	if call := w.call; call != nil {
		call.begin, call.end = begin, s.queued
		if call.oneway {
			s.unwritten = append(s.unwritten, oneway{call.id, s.queued})
		}
	}
}

// enqueue copies a message behind what is to be written next.
func (l locked) enqueue(w *waiter, p parcel) {
	n := p.size()
	l.place(w, n)
	if l.s.out == nil {
		l.s.out = getBuffer(n)
	}
	for b := range p.pieces() {
		l.s.out.b = append(l.s.out.b, b...)
	}
	l.chargeOut()
}

// flush writes what is queued and then own, if there is any, with the writing role, goes on while others queue
// more, and ends or passes on the role. In a crowd it yields first: callers that are ready then join this write.
func (l locked) flush(w *waiter, own parcel) {
	s := &l.s
	s.writer = w
	for s.phase != closed {
		if own.own == nil && s.crowd > 0 && w != nil && w.call != nil {
			l.unlock()
			runtime.Gosched()
			l.relock()
			if s.phase == closed {
				break
			}
		}
		if w != nil && w.call != nil {
			l.t.SetBusy(s.crowd > 0)
		}
		buf, charged := l.takeOut()
		s.inWrite, s.offered = true, s.queued
		l.unlock()
		n, err := l.put(buf, own)
		l.relock()
		s.inWrite = false
		if s.helping || s.waiting {
			l.resume()
		}
		if len(s.aside) > 0 {
			l.serveAside()
		}
		s.sent += int64(n)
		stopped := s.writeStopped
		if stopped {
			s.writeStopped = false
			l.t.SetWriteDeadline(time.Time{})
			if errors.Is(err, errThrownOut) {
				err = nil
			}
		}
		switch {
		case err != nil && l.lastWords(lost(err)):
		case err != nil:
			l.end(lost(err))
			s.shut = true
		case s.sent < s.offered && s.phase != closed:
			l.keepRest(n, buf, own)
		}
		s.offered = s.sent
		buf.free()
		l.in.budget.add(-charged)
		own = parcel{}
		l.onewaysWritten()
		if s.cut != nil {
			return
		}
		if s.out == nil || s.writers.head != nil || w.hasDone() && (stopped || s.followers.tail != nil || w.call.err != nil) {
			break
		}
	}
	l.passWriting(w)
}

// keepRest queues again what an interrupted write left, behind the first n octets of buf and own.
func (l locked) keepRest(n int, buf *buffer, own parcel) {
	rest := getBuffer(own.size())
	keep := func(b []byte) {
		k := min(n, len(b))
		rest.b = append(rest.b, b[k:]...)
		n -= k
	}
	if buf != nil {
		keep(buf.b)
	}
	for b := range own.pieces() {
		keep(b)
	}
	if l.s.out != nil {
		rest.b = append(rest.b, l.s.out.b...)
		l.s.out.free()
	}
	l.s.out = rest
	l.chargeOut()
}

// passWriting ends w's writing role, or gives it to another if there is more to write.
func (l locked) passWriting(w *waiter) {
	s := &l.s
	s.writer = nil
	next := s.writers.head
	if next == nil && s.out != nil {
		next = s.followers.tail
	}
	switch {
	case s.phase == closed:
		l.dropUnwritten()
	case next != nil:
		next.tell(mayWrite)
		l.wake(next)
	case s.out != nil:
		go l.flushRest()
	default:
		s.writing = false
	}
}

// flushRest writes what is queued when nobody is there who would: a CancelRequest, as a rule.
func (c *Conn) flushRest() {
	l := c.lock()
	defer l.unlock()
	l.flush(nil, parcel{})
}

// split cuts a message into fragments, if it can be.
func (c *Conn) split(msg []byte) *buffer {
	b := getBuffer(len(msg) + len(msg)/4)
	var err error
	if b.b, err = giop.Split(b.b, msg, c.fragment); err != nil {
		b.free()
		return nil
	}
	return b
}

// farewell waits for the writing role, ends the connection, and says something last, behind
// what was queued. The caller sets shut. w waits nowhere else.
func (l locked) farewell(w *waiter, e *ending, words []byte) {
	s := &l.s
	for s.writing && !w.took(mayWrite) {
		if w.told(isDone) || s.phase == closed || s.cut != nil {
			break
		}
		l.wait(w, &s.writers)
		l.relock()
	}
	if s.phase == closed || s.cut != nil || w.told(isDone) && s.writing {
		l.end(e)
		return
	}
	s.writing = true
	out, charged := l.takeOut()
	s.inWrite, s.offered = true, s.queued // what was queued goes out, and may be executed
	l.end(e)
	l.unlock()
	l.t.SetWriteDeadline(time.Now().Add(farewellTime))
	if _, err := l.put(out, parcel{own: words}); err == nil {
		l.t.CloseWrite()
	}
	out.free()
	l.in.budget.add(-charged)
	l.relock()
	s.inWrite, s.writing = false, false
}

// farewellTime is how long the peer is given to take the last message, and to close in turn.
const farewellTime = 2 * time.Second

// quietTime is how long nothing must come from a peer that was told the end, before its
// octets on the way are taken for read: longer than a packet travels. A peer that waits for
// nothing does not read, and would not close before its next call.
const quietTime = 100 * time.Millisecond
