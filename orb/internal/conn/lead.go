package conn

import (
	"errors"

	"github.com/opendsom/dsom/cdr"
	"github.com/opendsom/dsom/exc"
	"github.com/opendsom/dsom/giop"
	"github.com/opendsom/dsom/transport"
)

// await waits until call is done, and reads and writes for others meanwhile. It is called
// with the lock held, and returns without it.
func (l locked) await(call *Call) {
	s := &l.s
	for {
		switch {
		case call.took(mayWrite):
			l.flush(&call.waiter, parcel{})
		case call.told(mayRead):
			call.took(mayRead)
			l.lead(call)
		case call.told(isDone):
			l.unlock()
			return
		case !s.reading && s.phase != closed && s.calls.used > s.oneways:
			l.takeReading()
			l.lead(call)
		default:
			l.wait(&call.waiter, &s.followers)
			if call.word.Load() == isDone {
				return
			}
			l.relock()
		}
	}
}

// lead reads with the reading role until call is done, and passes the role on.
func (l locked) lead(call *Call) {
	s := &l.s
	for {
		l.deliverAll(&call.waiter)
		if s.phase == closed || call.told(isDone) || l.stuck() {
			break
		}
		s.reader = &call.waiter
		l.unlock()
		err := l.in.fill()
		l.relock()
		s.reader = nil
		l.afterRead(&call.waiter, err)
	}
	l.passReading()
}

// afterRead takes note of how a read by w ended.
func (l locked) afterRead(w *waiter, err error) {
	stopped := l.s.readStopped
	l.readAgain()
	switch {
	case err == nil || stopped && errors.Is(err, errThrownOut) || l.s.phase == closed:
	case isOurs(err):
		l.refuseMessage(w, err)
	default:
		e := lost(err)
		if l.s.cut != nil && !e.safe { // what is safe is the peer's word that nothing was carried out, and says why the write failed
			e = l.s.cut
		}
		l.end(e)
		l.s.shut = true
	}
}

// passReading gives the reading role to a caller who waits, if one does.
func (l locked) passReading() {
	s := &l.s
	s.reader = nil
	switch w := s.followers.tail; {
	case s.phase == closed:
		s.reading = false
		l.over()
	case w != nil && l.awaits() && !l.stuck():
		w.tell(mayRead)
		l.wake(w)
	case l.handler != nil:
		l.leaveReading()
	case s.cut != nil && !l.stuck():
		go l.readLastWords()
	default:
		s.reading = false
		l.in.idle()
	}
}

// readWhileWriting reads, although nobody waits for a reply, while a write does not go
// forward: the peer may not read before it has got rid of what it writes, such as late replies.
func (c *Conn) readWhileWriting() {
	l := c.lock()
	defer l.unlock()
	s := &c.s
	if s.reading || !s.inWrite || s.phase == closed {
		return
	}
	s.reading = true
	for l.deliverAll(nil); s.phase != closed && s.inWrite; l.deliverAll(nil) {
		s.helping = true
		l.unlock()
		err := l.in.fill()
		l.relock()
		s.helping = false
		l.afterRead(nil, err)
	}
	l.passReading()
}

// readLate reads what comes when nobody waits for a reply: late replies, whose sender might be
// stuck otherwise, or the end. A message that has come in part it waits for.
func (c *Conn) readLate() {
	l := c.lock()
	defer l.unlock()
	for l.probe() || l.readOn() {
	}
}

// probe looks whether something has come that nobody waits for, such as the end of a connection
// that was not used for a while, and deals with it. It reports whether there were octets.
func (l locked) probe() bool {
	s := &l.s
	if s.reading || s.phase != open {
		return false
	}
	s.reading = true
	l.unlock()
	state := l.t.State()
	var err error
	if state == transport.Waiting {
		err = l.in.fill()
	}
	l.relock()
	switch state {
	case transport.Gone:
		e := parted(errEOF)
		if s.calls.posted() { // by others, while this one looked: the peer may have served them before it went
			e = lost(errEOF)
		}
		if l.end(e) {
			s.shut = true
		}
	case transport.Waiting:
		l.afterRead(nil, err)
		l.deliverAll(nil)
	}
	l.passReading()
	return state == transport.Waiting
}

// readOn waits for more of a message that has come in part, if there is one.
func (l locked) readOn() bool {
	s := &l.s
	if s.reading || s.phase != open || !l.in.middle() {
		return false
	}
	s.reading = true
	l.unlock()
	err := l.in.fill()
	l.relock()
	l.afterRead(nil, err)
	l.deliverAll(nil)
	l.passReading()
	return true
}

// deliverAll handles the messages that are buffered. w is the one who does it.
func (l locked) deliverAll(w *waiter) {
	for l.s.phase != closed && !l.stuck() {
		m, ok, err := l.in.next()
		if err == nil && !ok {
			return
		}
		if err == nil {
			err = l.deliver(m)
		}
		if err != nil {
			l.refuseMessage(w, err)
		}
	}
}

// deliver handles a message that is not to be served at once.
func (l locked) deliver(m message) error {
	if l.handler != nil {
		switch m.head.Type {
		case giop.TypeRequest, giop.TypeLocateRequest:
			l.calm = 0
			return l.setAside(m)
		case giop.TypeCancelRequest:
			defer l.in.drop(m)
			return l.cancelled(m)
		}
	}
	return l.answered(m)
}

// answered handles a message that is for the calling side.
func (l locked) answered(m message) error {
	s := &l.s
	keep := false
	defer func() {
		if !keep {
			l.in.drop(m)
		} else {
			l.in.budget.add(-m.charged)
		}
	}()
	switch m.head.Type {
	case giop.TypeReply, giop.TypeLocateReply:
		l.calm = min(l.calm+1, calmReplies)
	case giop.TypeCloseConnection:
		why := errPeerClosed
		if l.in.received.Load() == giop.HeaderSize { // nothing else has ever come
			why = errTurnedAway
		}
		if l.end(parted(why)) {
			s.shut = true
		}
		return nil
	case giop.TypeMessageError:
		if l.end(&ending{kind: exc.CommFailure, minor: exc.MinorProtocol, err: errPeerAngry}) {
			s.shut = true
		}
		return nil
	default:
		return unexpected("a %v from a server", m.head.Type)
	}
	id, err := giop.RequestID(m.head, m.octets)
	if err != nil {
		return err
	}
	call := s.calls.get(id)
	switch {
	case call == nil && !s.calls.wasGiven(id):
		return unexpected("a %v to request %d, which was not made", m.head.Type, id)
	case call == nil || call.oneway:
		return nil // its caller has given up
	case call.begin == unsent:
		return unexpected("a %v to request %d, which was not sent", m.head.Type, id)
	}
	call.Header = m.head
	if m.apart {
		call.buf.free()
		if call.buf = m.own; call.buf == nil {
			call.buf = &buffer{m.octets}
		}
		call.Reply, keep = m.octets, true
	} else {
		if call.buf == nil || cap(call.buf.b) < len(m.octets) {
			call.buf.free()
			call.buf = getBuffer(len(m.octets))
		}
		call.buf.b = append(call.buf.b[:0], m.octets...)
		call.Reply = call.buf.b
	}
	l.finish(call, nil)
	return nil
}

// refuseMessage ends the connection because of a message that this side does not understand,
// and tells the peer.
func (l locked) refuseMessage(w *waiter, err error) {
	if w == nil {
		w = new(waiter)
	}
	e := broken(err)
	if l.s.phase != closed {
		l.farewell(w, e, giop.AppendMessageError(nil, cdr.Version{Major: 1, Minor: l.s.minor}, true))
	}
	l.s.shut = true
}
